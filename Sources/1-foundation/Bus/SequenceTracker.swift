/// Tells what comes twice and what is missing, for whoever receives events of remote sources.
///
/// Each source numbers its events from 1 without gaps; the way here may lose, repeat and reorder
/// them. Who delivers what is said to be new, and asks again for what is said to be missing, has
/// each event exactly once in the end.
///
///     switch try tracker.take(header.sequence, from: source) {
///     case .deliver: deliver(event)
///     case .gap(let missing): deliver(event); askAgain(missing)
///     case .duplicate: break
///     }
///
/// It keeps, for each source, up to where all has come, and the ranges beyond that have come.
///
/// - Invariant: a number is new exactly once.
/// - Complexity: O(log ranges) to look, O(ranges) to keep; memory is bounded by both limits.
public struct SequenceTracker: Sendable, Equatable {
  /// What an event's number says.
  public enum Verdict: Sendable, Equatable {
    /// It is new.
    case deliver
    /// It came before.
    case duplicate
    /// It is new, and these before it are missing, which was not known yet.
    case gap(ClosedRange<UInt64>)
  }

  /// Why a number was not taken; nothing has changed.
  public enum Failure: Error, Equatable, Sendable {
    /// So many ranges wait for what is before them that another is not kept.
    case tooScattered(source: UInt64, sequence: UInt64, limit: Int)
    /// There are as many sources as there can be.
    case tooManySources(source: UInt64, limit: Int)

    /// The stable code for whoever runs the program.
    public var code: String {
      switch self {
      case .tooScattered: "BUS-036"
      case .tooManySources: "BUS-037"
      }
    }
  }

  fileprivate struct Source: Sendable, Equatable {
    /// All up to here have come.
    var through: UInt64
    /// The ranges beyond that have come: ascending, with something missing before each.
    var islands: [ClosedRange<UInt64>] = []
  }

  /// How many ranges are kept for a source, at most.
  public let islandCountMax: Int
  /// How many sources are kept, at most.
  public let sourceCountMax: Int
  private var sources: [UInt64: Source] = [:]

  /// Creates a tracker that has seen nothing.
  ///
  /// - Precondition: both limits are above 0.
  public init(islandCountMax: Int = 1_024, sourceCountMax: Int = 256) {
    precondition(islandCountMax > 0 && sourceCountMax > 0, "limits above zero")
    self.islandCountMax = islandCountMax
    self.sourceCountMax = sourceCountMax
  }

  /// Says that all events of `source` up to `sequence` have come, as after a restart.
  ///
  /// What was known of the source before is forgotten.
  public mutating func resume(
    _ source: UInt64, after sequence: UInt64
  ) throws(Failure) {
    try checkRoom(source)
    sources[source] = Source(through: sequence)
  }

  /// Takes the number of an event that has come.
  ///
  /// The number 0 is no event's, and is a duplicate.
  ///
  /// - Throws: `tooScattered`: ask for what is missing, and for this one again; `tooManySources`.
  public mutating func take(
    _ sequence: UInt64, from source: UInt64
  ) throws(Failure) -> Verdict {
    var state = sources[source] ?? Source(through: 0)
    if sequence <= state.through { return .duplicate }
    if sources[source] == nil { try checkRoom(source) }
    // The first island that ends at or behind the number.
    let index = Self.firstIndex(state.islands, endingAtOrBehind: sequence)
    if index < state.islands.count, state.islands[index].contains(sequence) { return .duplicate }
    // The last number before this one that has come, or is known to be missing from.
    let before = index > 0 ? state.islands[index - 1].upperBound : state.through
    let isNewest = index == state.islands.count
    let touchesBefore = before + 1 == sequence
    let touchesNext = !isNewest && state.islands[index].lowerBound - 1 == sequence
    if !touchesBefore, !touchesNext, state.islands.count >= islandCountMax {
      throw .tooScattered(source: source, sequence: sequence, limit: islandCountMax)
    }
    state.insert(sequence, at: index, touchesBefore: touchesBefore, touchesNext: touchesNext)
    sources[source] = state
    return isNewest && !touchesBefore ? .gap(before + 1...sequence - 1) : .deliver
  }

  /// Up to where all events of `source` have come.
  public func contiguous(_ source: UInt64) -> UInt64 { sources[source]?.through ?? 0 }

  /// What is missing of `source` before the newest that has come, ascending.
  public func missing(_ source: UInt64) -> [ClosedRange<UInt64>] {
    guard let state = sources[source] else { return [] }
    var from = state.through + 1
    return state.islands.map { island in
      defer { from = island.upperBound == .max ? .max : island.upperBound + 1 }
      return from...island.lowerBound - 1
    }
  }

  private func checkRoom(_ source: UInt64) throws(Failure) {
    guard sources[source] != nil || sources.count < sourceCountMax else {
      throw .tooManySources(source: source, limit: sourceCountMax)
    }
  }

  private static func firstIndex(
    _ islands: [ClosedRange<UInt64>], endingAtOrBehind sequence: UInt64
  ) -> Int {
    var (low, high) = (0, islands.count)
    while low < high {
      let middle = (low + high) / 2
      if islands[middle].upperBound < sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SequenceTracker.Source {
  /// Adds a number that lies before island `index` and is in none.
  fileprivate mutating func insert(
    _ sequence: UInt64, at index: Int, touchesBefore: Bool, touchesNext: Bool
  ) {
    let upper = touchesNext ? islands[index].upperBound : sequence
    if touchesNext { islands.remove(at: index) }
    if !touchesBefore {
      islands.insert(sequence...upper, at: index)
    } else if index == 0 {
      through = upper
    } else {
      islands[index - 1] = islands[index - 1].lowerBound...upper
    }
  }
}

extension SequenceTracker.Failure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .tooScattered(let source, let sequence, let limit):
      "\(code): event \(sequence) of source \(source) begins a range; wanted at most \(limit)"
    case .tooManySources(let source, let limit):
      "\(code): source \(source) is one too many; wanted at most \(limit)"
    }
  }
}
