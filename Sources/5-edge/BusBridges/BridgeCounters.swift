import Synchronization

/// What a bridge did so far.
public struct BridgeCounters: Sendable, Equatable {
  /// Events that the other side has taken.
  public var published: UInt64 = 0
  /// Events that the other side had already.
  public var duplicates: UInt64 = 0
  /// How often it connected after the first time.
  public var reconnects: UInt64 = 0
  /// Events that were sent again to consumers that asked.
  public var replayed: UInt64 = 0
  /// Events that will never be sent: they left the log too early, or were dropped.
  public var dropped: UInt64 = 0
  /// How many events of the bus are newer than the last one that was sent.
  public var behind: UInt64 = 0
  /// Whether the other side answers.
  public var isConnected = false
  /// What went wrong last, also when all is well again.
  public var lastError: BridgeFailure?

  /// Creates counters of a bridge that did nothing yet.
  public init() {}
}

/// The counters of a bridge while its thread works.
final class BridgeCounts: Sendable {
  private struct State {
    var counters = BridgeCounters()
    var sent: UInt64 = 0
    var connections: UInt64 = 0
  }

  private let state = Mutex(State())

  /// The counters; `published` is the number of the bus's newest event.
  func value(published: UInt64) -> BridgeCounters {
    state.withLock { state in
      var counters = state.counters
      counters.behind = published - min(published, state.sent)
      return counters
    }
  }

  func change(_ body: (inout BridgeCounters) -> Void) {
    state.withLock { body(&$0.counters) }
  }

  /// Notes that all up to `sequence` is sent.
  func note(sent sequence: UInt64) { state.withLock { $0.sent = sequence } }

  func noteConnected() {
    state.withLock { state in
      state.counters.isConnected = true
      if state.connections > 0 { state.counters.reconnects += 1 }
      state.connections += 1
    }
  }

  func note(_ failure: BridgeFailure) { change { $0.lastError = failure } }

  func noteDisconnected() { change { $0.isConnected = false } }
}
