import Synchronization

/// A ring's writer for several threads: one lock around the ``BusWriter``.
///
/// A claim by fetch-and-add was weighed against the lock: with it a writer that is stopped between
/// claim and publication stops every reader, and each record needs a flag of its own to be looked
/// at. With the lock the numbers are in the order of publication, and a writer that waits for room
/// makes the others wait, which is what a full bus means.
public final class SharedBusWriter: Sendable {
  private let writer: Mutex<BusWriter>

  /// Shares `writer`.
  public init(_ writer: consuming BusWriter) { self.writer = Mutex(writer) }

  /// Publishes an event; as ``BusWriter/publish(_:_:)``, and from any thread.
  @discardableResult
  public func publish(_ draft: BusDraft, _ payload: RawSpan) throws(BusFailure) -> UInt64 {
    try unsafe payload.withUnsafeBytes { bytes throws(BusFailure) in
      try writer.withLock { writer throws(BusFailure) in
        try writer.publish(draft, unsafe bytes.bytes)
      }
    }
  }

  /// Publishes an event whose payload is in an array.
  @discardableResult
  public func publish(_ draft: BusDraft, _ payload: [UInt8]) throws(BusFailure) -> UInt64 {
    try publish(draft, unsafe payload.span.bytes)
  }
}
