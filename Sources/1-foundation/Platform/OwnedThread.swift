import Glibc

/// One thread that runs one function, and that its owner joins or lets go.
@safe public final class OwnedThread {
  private let thread: pthread_t?

  private final class Work {
    let niceness: Int
    let body: @Sendable () -> Void

    init(_ niceness: Int, _ body: @escaping @Sendable () -> Void) {
      (self.niceness, self.body) = (niceness, body)
    }

    func run() {
      if niceness > 0 {
        let own = __priority_which_t(PRIO_PROCESS.rawValue)
        // Of this thread alone, on Linux; where it is refused, the work is done all the same.
        _ = setpriority(own, 0, min(19, getpriority(own, 0) + Int32(niceness)))
      }
      body()
    }
  }

  /// Starts a thread that runs `body`, or is nil when the system gives none.
  ///
  /// - Parameter niceness: how far it, and the threads that it starts, stand back behind the thread
  ///   that starts it when there are not enough cores; from 0 to 19.
  public init?(niceness: Int = 0, _ body: @escaping @Sendable () -> Void) {
    precondition((0...19).contains(niceness), "a niceness of 0 to 19")
    let work = unsafe Unmanaged.passRetained(Work(niceness, body))
    var started = pthread_t()
    let result = unsafe pthread_create(
      &started, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
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
