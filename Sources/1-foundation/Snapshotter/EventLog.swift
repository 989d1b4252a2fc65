/// Where the events of streams are kept, in order and for good.
///
/// The version of a stream is the number of its events: 0 before the first, n after the n-th. A log
/// only grows; what has a version keeps it.
///
/// A log that is shared by threads is a class or wraps one; the rules below are the same.
public protocol EventLog: ~Copyable {
  /// The version of `stream`: 0 if nobody has written to it.
  func version(of stream: StreamName) throws(EventLogFailure) -> UInt64

  /// Replaces what `batch` holds by the events of `stream` that follow `version`.
  ///
  /// The first of them took the stream to `version + 1`. The batch is left empty if there are none.
  ///
  /// - Parameter limit: how much to read at once; one event at least is read if there is one.
  func read(
    _ stream: StreamName, after version: UInt64, limit: EventBatch.Limit,
    into batch: inout EventBatch
  ) throws(EventLogFailure)

  /// Adds `events` to `stream` if its version is `expected`: all of them, or none.
  ///
  /// - Returns: the stream's version afterwards.
  /// - Throws: ``EventLogFailure/conflict(stream:expected:actual:)`` if somebody was quicker;
  ///   ``EventLogFailure/eventTooLong(bytes:limitBytes:)`` for an event above
  ///   ``EventBatch/eventBytesMax``.
  mutating func append(
    _ events: EventBatch, to stream: StreamName, expecting expected: UInt64
  ) throws(EventLogFailure) -> UInt64
}
