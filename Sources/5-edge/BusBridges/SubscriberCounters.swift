import Synchronization

/// What a subscriber did so far.
public struct SubscriberCounters: Sendable, Equatable {
  /// Events that the handler was given.
  public var delivered: UInt64 = 0
  /// Events that came again, and were not given to the handler.
  public var duplicates: UInt64 = 0
  /// Entries or messages that were no event.
  public var damaged: UInt64 = 0
  /// Gaps that were found.
  public var gaps: UInt64 = 0
  /// Events that are lost for this subscriber, as far as their number is known.
  public var lost: UInt64 = 0
  /// How often it connected after the first time.
  public var reconnects: UInt64 = 0
  /// The number of the last event that the handler was given.
  public var position: UInt64 = 0
  /// Whether the other side answers.
  public var isConnected = false
  /// What went wrong last, also when all is well again.
  public var lastError: BridgeFailure?

  /// Creates counters of a subscriber that did nothing yet.
  public init() {}
}

/// The counters of a subscriber while its thread works.
final class SubscriberCounts: Sendable {
  private let state = Mutex(SubscriberCounters())

  var value: SubscriberCounters { state.withLock { $0 } }

  func change(_ body: (inout SubscriberCounters) -> Void) {
    state.withLock { body(&$0) }
  }
}
