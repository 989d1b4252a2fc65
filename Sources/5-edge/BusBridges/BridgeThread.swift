import OmniPlatform
import Synchronization

/// The one thread of a bridge or a subscriber: it runs until it is told to end.
///
/// A bridge's stands back behind those who wait on the bus itself: what it has to make up for when a
/// server comes back must not hold them up.
final class BridgeThread: Sendable {
  private let stop: StopSignal
  private let thread: Mutex<OwnedThread?>

  /// How far a bridge stands back: it gets a third of what others get of a core that both want.
  static let bridgeNiceness = 5

  init(
    _ stop: StopSignal, niceness: Int = 0, _ body: @escaping @Sendable () -> Void
  ) throws(BridgeFailure) {
    guard let started = OwnedThread(niceness: niceness, body) else { throw .noThread }
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
