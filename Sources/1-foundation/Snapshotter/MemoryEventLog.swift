import Synchronization

/// Keeps events in memory; for tests, simulations and what need not outlive the process.
///
/// Copies of the reference share one log, from any thread.
public final class MemoryEventLog: EventLog, Sendable {
  private let streams = Mutex<[StreamName: EventBatch]>([:])

  /// Creates a log without streams.
  public init() {}

  /// The number of events in `stream`.
  public func version(of stream: StreamName) -> UInt64 {
    streams.withLock { UInt64($0[stream]?.count ?? 0) }
  }

  /// Replaces what `batch` holds by the events that follow `version`.
  ///
  /// - Complexity: O(events and bytes read).
  public func read(
    _ stream: StreamName, after version: UInt64, limit: EventBatch.Limit,
    into batch: inout EventBatch
  ) {
    batch.removeAll()
    streams.withLock { streams in
      guard let events = streams[stream], version < UInt64(events.count) else { return }
      batch.append(from: events, at: Int(version), limit: limit)
    }
  }

  /// Adds `events` if the stream has `expected` events so far.
  public func append(
    _ events: EventBatch, to stream: StreamName, expecting expected: UInt64
  ) throws(EventLogFailure) -> UInt64 {
    let largest = events.largestEventBytes
    guard largest <= EventBatch.eventBytesMax else {
      throw .eventTooLong(bytes: largest, limitBytes: EventBatch.eventBytesMax)
    }
    let (isTaken, version) = streams.withLock { streams in
      let actual = UInt64(streams[stream]?.count ?? 0)
      guard actual == expected else { return (false, actual) }
      let all = EventBatch.Limit(events: .max, bytes: .max)
      streams[stream, default: EventBatch()].append(from: events, at: 0, limit: all)
      return (true, actual + UInt64(events.count))
    }
    guard isTaken else { throw .conflict(stream: stream, expected: expected, actual: version) }
    return version
  }

  /// Takes all events of `stream` after `version` away, as a disk that lost power might.
  package func cut(_ stream: StreamName, after version: UInt64) {
    streams.withLock { streams in
      guard let events = streams[stream], version < UInt64(events.count) else { return }
      var kept = EventBatch()
      if version > 0 {
        kept.append(
          from: events, at: 0, limit: EventBatch.Limit(events: Int(version), bytes: .max))
      }
      streams[stream] = kept
    }
  }
}
