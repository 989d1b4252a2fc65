import Glibc

/// Threads that do one piece of work together, again and again.
///
/// The calling thread is worker 0; the others sleep between two pieces. A piece is handed over and
/// awaited through one lock, so what was written before a call is seen by every worker, and what the
/// workers wrote is seen after it.
///
///     let pool = WorkerPool(count: 2)
///     pool.run { worker in fill(part: worker) }
///
/// - Complexity: a call costs some ten microseconds beside the work.
@safe public final class WorkerPool {
  /// How many workers there are, the calling thread included.
  public let count: Int
  private let shared: UnsafeMutablePointer<Shared>
  private var threads: [pthread_t] = []

  /// The most workers that a pool can have.
  public static let countMax = 64

  @safe private struct Shared {
    var lock = unsafe pthread_mutex_t()
    var begin = pthread_cond_t()
    var end = pthread_cond_t()
    /// Counts the pieces of work.
    var round = 0
    /// How many workers have not finished the present piece.
    var busy = 0
    var isStopping = false
    /// The piece; valid while somebody is busy.
    var work: ((Int) -> Void)?
    /// Which worker the next thread to start is.
    var nextWorker = 1
  }

  /// Starts `count` - 1 threads, or as many as the system gives.
  ///
  /// - Precondition: `count` is from 1 to ``countMax``.
  public init(count: Int) {
    precondition((1...Self.countMax).contains(count), "from 1 to 64 workers")
    unsafe shared = .allocate(capacity: 1)
    unsafe shared.initialize(to: Shared())
    _ = unsafe pthread_mutex_init(&shared.pointee.lock, nil)
    _ = unsafe pthread_cond_init(&shared.pointee.begin, nil)
    _ = unsafe pthread_cond_init(&shared.pointee.end, nil)
    var started: [pthread_t] = []
    for _ in 1..<max(2, count) where count > 1 {
      var thread = pthread_t()
      let result = unsafe pthread_create(&thread, nil, { unsafe WorkerPool.live($0) }, shared)
      guard result == 0 else { break }
      started.append(thread)
    }
    threads = started
    self.count = started.count + 1
  }

  deinit {
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    unsafe shared.pointee.isStopping = true
    _ = unsafe pthread_cond_broadcast(&shared.pointee.begin)
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    for thread in threads { _ = pthread_join(thread, nil) }
    _ = unsafe pthread_cond_destroy(&shared.pointee.begin)
    _ = unsafe pthread_cond_destroy(&shared.pointee.end)
    _ = unsafe pthread_mutex_destroy(&shared.pointee.lock)
    unsafe shared.deinitialize(count: 1)
    unsafe shared.deallocate()
  }

  /// Calls `work` with 0 to ``count`` - 1, at the same time, and returns when all are done.
  ///
  /// The calls must not touch the same places, unless all only read. One caller at a time.
  public func run(_ work: (Int) -> Void) {
    if threads.isEmpty { return work(0) }
    withoutActuallyEscaping(work) { work in
      _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
      unsafe shared.pointee.work = work
      unsafe shared.pointee.busy = threads.count
      unsafe shared.pointee.round += 1
      _ = unsafe pthread_cond_broadcast(&shared.pointee.begin)
      _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
      work(0)
      _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
      while unsafe shared.pointee.busy > 0 {
        _ = unsafe pthread_cond_wait(&shared.pointee.end, &shared.pointee.lock)
      }
      unsafe shared.pointee.work = nil
      _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    }
  }

  /// What a thread does: wait, work, say so.
  private static func live(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let shared = unsafe argument?.assumingMemoryBound(to: Shared.self) else { return nil }
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    let worker = unsafe shared.pointee.nextWorker
    unsafe shared.pointee.nextWorker += 1
    // A piece may have begun before this thread did; then it is among the busy.
    var round = 0
    while true {
      while unsafe shared.pointee.round == round && !(shared.pointee.isStopping) {
        _ = unsafe pthread_cond_wait(&shared.pointee.begin, &shared.pointee.lock)
      }
      if unsafe shared.pointee.isStopping { break }
      unsafe round = shared.pointee.round
      var work = unsafe shared.pointee.work
      _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
      work?(worker)
      // The caller's closure must not be held when the caller goes on.
      work = nil
      _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
      unsafe shared.pointee.busy -= 1
      if unsafe shared.pointee.busy == 0 { _ = unsafe pthread_cond_signal(&shared.pointee.end) }
    }
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    return nil
  }
}

// What the threads share is in `Shared`, behind its lock; the rest never changes.
extension WorkerPool: @unchecked Sendable {}
