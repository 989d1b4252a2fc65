import Glibc

/// One thread that runs one function, and that its owner joins or lets go.
@safe public final class OwnedThread {
  private let thread: pthread_t?

  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that runs `body`, or is nil when the system gives none.
  public init?(_ body: @escaping @Sendable () -> Void) {
    let work = unsafe Unmanaged.passRetained(Work(body))
    var started = pthread_t()
    let result = unsafe pthread_create(
      &started, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard result == 0 else {
      unsafe work.release()
      return nil
    }
    thread = started
  }

  /// Lets the calling thread sleep; a signal may end it early.
  public static func nap(microseconds: UInt32) { _ = usleep(microseconds) }

  /// Lets the thread end by itself; to be called once, in place of ``join()``.
  public func release() {
    if let thread { _ = pthread_detach(thread) }
  }

  /// Returns when the function has; to be called once.
  public func join() {
    if let thread { _ = pthread_join(thread, nil) }
  }
}

// The number of the thread never changes.
extension OwnedThread: @unchecked Sendable {}
