/// Whether the updates of a book follow each other, by the numbers that the venue gives them.
///
/// A snapshot holds all changes up to its number L. An update holds those from `first` to `last`;
/// venues with `previous` say with it where the update before ended, others mean `first` - 1. The
/// book is right while each update begins where the one before ended; the first one behind a
/// snapshot has to begin at or before L and to end behind it. What ends at or before what is known
/// says nothing new. Anything else is a gap: from there on no update is used until a snapshot.
///
///     waiting ──snapshot──▶ aligned ──update──▶ live ◀──┐ update
///                              ▲  │               │ └───┘
///                     snapshot │  └─────gap───┐   │ gap
///                              └──────────── broken ◀
///
/// Source: Binance, "How to manage a local order book correctly", spot and futures. Futures ask for
/// `U <= L`; here it is `pu <= L`, which says the same where numbers are shared by many instruments:
/// nothing of this book happened between `pu` and `U`.
public struct DepthSequence: Sendable, Equatable {
  /// What is known of the book.
  public enum State: Sendable, Equatable {
    /// There was no snapshot yet.
    case waiting
    /// The book is that of a snapshot with this number.
    case aligned(Int64)
    /// The book has all changes up to this number.
    case live(Int64)
    /// Updates are missing behind this number.
    case broken(Int64)
  }

  /// The numbers of an update.
  public struct Numbers: Sendable, Equatable {
    /// The first change in it.
    public var first: Int64
    /// The last change in it.
    public var last: Int64
    /// The last change of the update before, if the venue says it.
    public var previous: Int64?

    /// Groups the numbers.
    public init(first: Int64, last: Int64, previous: Int64? = nil) {
      self.first = first
      self.last = last
      self.previous = previous
    }

    /// The last change that is not in it, and that nothing of the book lies behind.
    @inline(__always)
    var base: Int64 { previous ?? first - 1 }
  }

  /// What is to be done with an update.
  public enum Verdict: Sendable, Equatable {
    /// It goes on where the book stands.
    case apply
    /// There is no book that it could change; it may belong behind the next snapshot.
    case hold
    /// All of it is in the snapshot already.
    case stale
    /// It, or a later one, was applied already.
    case doubled
    /// Something is missing before it; the book is suspect from here on, and the update is held.
    case gap
  }

  /// What is known of the book.
  public private(set) var state: State = .waiting

  /// Creates the sequence before the first snapshot.
  public init() {}

  /// Whether the book is whole.
  public var isWhole: Bool {
    switch state {
    case .aligned, .live: true
    case .waiting, .broken: false
    }
  }

  /// Says what an update with `numbers` is, and goes on behind it if it is to be applied.
  ///
  /// - Complexity: O(1), with no allocation.
  public mutating func update(_ numbers: Numbers) -> Verdict {
    switch state {
    case .waiting, .broken: return .hold
    case .aligned(let known):
      if numbers.last <= known { return .stale }
      guard numbers.base <= known else { return breakOff(known) }
    case .live(let known):
      if numbers.last <= known { return .doubled }
      guard numbers.base == known else { return breakOff(known) }
    }
    state = .live(numbers.last)
    return .apply
  }

  /// Whether a snapshot with `number` tells more than is known; if so, goes on behind it.
  ///
  /// - Parameter held: The first held update that ends behind `number`: if it does not reach back
  ///   to the snapshot, the snapshot is too old.
  public mutating func takeSnapshot(_ number: Int64, held: Numbers?) -> Bool {
    switch state {
    case .aligned(let known), .live(let known):
      guard number >= known else { return false }
    case .waiting, .broken:
      if let held, held.base > number { return false }
      if held == nil, case .broken(let known) = state, number < known { return false }
    }
    state = .aligned(number)
    return true
  }

  private mutating func breakOff(_ known: Int64) -> Verdict {
    state = .broken(known)
    return .gap
  }
}
