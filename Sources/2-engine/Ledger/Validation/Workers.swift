/// Runs a piece of work several times at once; the core owns the role and is handed one.
///
/// The result of the work may not depend on how many workers there are: each call writes to places
/// of its own, and reads nothing that another one writes.
public protocol Workers: ~Copyable {
  /// How many calls ``run(_:)`` makes.
  var count: Int { get }
  /// Calls `work` with 0 to ``count`` - 1, at the same time or one after another, and returns when
  /// all are done.
  func run(_ work: (Int) -> Void)
}

/// One worker: the calling thread.
@frozen
public struct SerialWorkers: Workers {
  /// Creates a worker.
  @inlinable
  public init() {}
  /// One.
  @inlinable
  public var count: Int { 1 }
  /// Calls `work` once.
  @inlinable
  public func run(_ work: (Int) -> Void) { work(0) }
}
