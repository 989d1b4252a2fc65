import Synchronization

/// What was invalidated in this node's memory, and when, counted in its own events.
///
/// A value carries the count at which its fetching began. It is valid as long as none of its stamps
/// was invalidated since; whatever was on its way when an invalidation came is not valid when it
/// arrives.
final class Generations: Sendable {
  private struct State {
    var raised: [String: UInt64] = [:]
    /// Everything up to here is invalid.
    var floor: UInt64 = 0
  }

  /// The most stamps that are remembered; at more, everything is invalidated at once.
  static let stampCountMax = 65_536

  private let last = Atomic<UInt64>(1)
  private let state = Mutex(State())

  /// The count with which a fetching begins.
  var present: UInt64 { last.load(ordering: .acquiring) }

  /// Invalidates what carries one of the stamps.
  func raise(_ stamps: [String]) {
    state.withLock { state in
      let count = last.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue
      for stamp in stamps { state.raised[stamp] = count }
      if state.raised.count > Self.stampCountMax {
        state.raised.removeAll()
        state.floor = count
      }
    }
  }

  /// Invalidates everything.
  func raiseAll() {
    state.withLock { state in
      state.floor = last.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue
      state.raised.removeAll()
    }
  }

  /// Whether what began at `count` is valid; the stamps are asked for only if they matter.
  func isValid(_ count: UInt64, stamps: () -> [String]) -> Bool {
    if count == last.load(ordering: .acquiring) { return true }
    let stamps = stamps()
    return state.withLock { state in
      count >= state.floor
        && stamps.allSatisfy { (state.raised[$0] ?? 0) <= count }
    }
  }
}
