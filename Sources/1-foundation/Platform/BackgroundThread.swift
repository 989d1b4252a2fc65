import Glibc

/// A thread that does pieces of work one after the other, in the order in which they were handed over.
///
/// What is handed over waits in a queue of a fixed depth; when it is full, whoever hands over waits. So
/// a slow piece slows its producer down instead of filling the memory. The thread has the lowest
/// priority: what its producer waits for goes first.
///
///     let thread = BackgroundThread(depth: 8)
///     thread.submit { hash(frame) }
///     thread.wait()                        // all that was handed over is done
///
/// - Complexity: handing over costs some microseconds.
@safe public final class BackgroundThread {
  /// How many pieces wait at most.
  public let depth: Int
  private let shared: UnsafeMutablePointer<Shared>
  private var thread: pthread_t?

  @safe private struct Shared {
    var lock = unsafe pthread_mutex_t()
    var changed = pthread_cond_t()
    /// What waits, and what is being done, the oldest first.
    var work: [() -> Void] = []
    var isStopping = false
  }

  /// Starts the thread; without one, pieces are done by whoever hands them over.
  ///
  /// - Precondition: `depth` is from 1 to 1,000.
  public init(depth: Int) {
    precondition((1...1_000).contains(depth), "a queue of 1 to 1,000 pieces")
    self.depth = depth
    unsafe shared = .allocate(capacity: 1)
    unsafe shared.initialize(to: Shared())
    _ = unsafe pthread_mutex_init(&shared.pointee.lock, nil)
    _ = unsafe pthread_cond_init(&shared.pointee.changed, nil)
    var started = pthread_t()
    let result = unsafe pthread_create(
      &started, nil, { unsafe BackgroundThread.live($0) }, shared)
    thread = result == 0 ? started : nil
  }

  deinit {
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    unsafe shared.pointee.isStopping = true
    _ = unsafe pthread_cond_broadcast(&shared.pointee.changed)
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    if let thread { _ = pthread_join(thread, nil) }
    _ = unsafe pthread_cond_destroy(&shared.pointee.changed)
    _ = unsafe pthread_mutex_destroy(&shared.pointee.lock)
    unsafe shared.deinitialize(count: 1)
    unsafe shared.deallocate()
  }

  /// Hands over a piece of work; waits while the queue is full.
  ///
  /// What was written before is seen by the piece.
  public func submit(_ work: @escaping @Sendable () -> Void) {
    guard thread != nil else { return work() }
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    while unsafe shared.pointee.work.count >= depth {
      _ = unsafe pthread_cond_wait(&shared.pointee.changed, &shared.pointee.lock)
    }
    unsafe shared.pointee.work.append(work)
    _ = unsafe pthread_cond_broadcast(&shared.pointee.changed)
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
  }

  /// Returns when all that was handed over is done; what it wrote is seen from then on.
  public func wait() {
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    while unsafe !shared.pointee.work.isEmpty {
      _ = unsafe pthread_cond_wait(&shared.pointee.changed, &shared.pointee.lock)
    }
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
  }

  /// What the thread does: the oldest piece, until there is none and it is to stop.
  private static func live(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let shared = unsafe argument?.assumingMemoryBound(to: Shared.self) else { return nil }
    // Of this thread alone, on Linux; where it is refused, the work is done all the same.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    while true {
      while unsafe shared.pointee.work.isEmpty && !(shared.pointee.isStopping) {
        _ = unsafe pthread_cond_wait(&shared.pointee.changed, &shared.pointee.lock)
      }
      guard var work = unsafe shared.pointee.work.first.map({ Optional($0) }) else { break }
      _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
      work?()
      // What the piece holds is let go before it counts as done.
      work = nil
      _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
      unsafe shared.pointee.work.removeFirst()
      _ = unsafe pthread_cond_broadcast(&shared.pointee.changed)
    }
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    return nil
  }
}

// What the threads share is in `Shared`, behind its lock; the rest never changes.
extension BackgroundThread: @unchecked Sendable {}
