public import OmniClocks
public import OmniTime
import Synchronization

/// A shared tier in the process: for several caches of one program, and for tests.
public final class MemoryTier: QueryTier {
  private struct State {
    var entries: [String: (bytes: [UInt8], end: MonotonicInstant)] = [:]
    var stamps: [String: UInt64] = [:]
    var locks: [String: (token: UInt64, end: MonotonicInstant)] = [:]
    var lastToken: UInt64 = 0
    var trips = 0
    var listeners: [@Sendable ([String]) -> Void] = []
  }

  /// The most entries; at more, those that are over are left out, and then any.
  public let entryCountMax: Int
  private let time: TimeSource
  private let state = Mutex(State())

  /// Creates an empty tier.
  public init(entryCountMax: Int = 1_000_000, time: TimeSource = .machine) {
    precondition(entryCountMax > 0, "room for an entry")
    self.entryCountMax = entryCountMax
    self.time = time
  }

  /// Who is to be told which stamps were raised.
  public func listen(_ listener: @escaping @Sendable ([String]) -> Void) {
    state.withLock { $0.listeners.append(listener) }
  }

  /// True: nothing is waited for.
  public var isPrompt: Bool { true }

  /// How often entries were read or written.
  public var tripCount: Int { state.withLock { $0.trips } }

  /// Reads entries and stamps, in one trip.
  public func read(keys: [String], stamps: [String]) async -> TierAnswer {
    let now = time.now()
    return state.withLock { state in
      state.trips += 1
      return TierAnswer(
        entries: keys.map { key in
          guard let entry = state.entries[key], entry.end > now else { return nil }
          return .init(bytes: entry.bytes, rest: entry.end - now)
        }, stamps: stamps.map { state.stamps[$0] ?? 0 })
    }
  }

  /// Writes entries, each for its time.
  public func write(_ entries: [TierEntry]) async {
    let now = time.now()
    state.withLock { state in
      state.trips += 1
      for entry in entries { state.entries[entry.key] = (entry.bytes, now + entry.lasting) }
      guard state.entries.count > entryCountMax else { return }
      state.entries = state.entries.filter { $0.value.end > now }
      while state.entries.count > entryCountMax, let any = state.entries.keys.first {
        state.entries[any] = nil
      }
    }
  }

  /// Raises stamps by one each, and tells all nodes which.
  public func raise(_ stamps: [String]) async {
    let listeners = state.withLock { state in
      for stamp in stamps { state.stamps[stamp, default: 0] += 1 }
      return state.listeners
    }
    for listener in listeners { listener(stamps) }
  }

  /// Takes a lock for a time, unless somebody holds it.
  public func lock(_ key: String, lasting: Interval) async -> UInt64? {
    let now = time.now()
    return state.withLock { state in
      if let held = state.locks[key], held.end > now { return nil }
      state.lastToken += 1
      state.locks[key] = (state.lastToken, now + lasting)
      return state.lastToken
    }
  }

  /// Gives a lock back, if it is still the one that was taken.
  public func unlock(_ key: String, _ token: UInt64) async {
    state.withLock { if $0.locks[key]?.token == token { $0.locks[key] = nil } }
  }
}
