import OmniPlatform
import Synchronization

/// The one thread of a bridge or a subscriber: it runs until it is told to end.
final class BridgeThread: Sendable {
  private let stop: StopSignal
  private let thread: Mutex<OwnedThread?>

  init(_ stop: StopSignal, _ body: @escaping @Sendable () -> Void) throws(BridgeFailure) {
    guard let started = OwnedThread(body) else { throw .noThread }
    self.stop = stop
    thread = Mutex(started)
  }

  /// Tells the thread to end and waits until it has; a second time does nothing.
  func end() {
    stop.set()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }

  deinit { end() }
}
