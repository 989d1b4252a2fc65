import OmniClocks
import OmniPlatform
import OmniTime
import Synchronization

/// Tells one thread to end, also while it pauses.
final class StopSignal: Sendable {
  private let flag = Atomic<Bool>(false)

  /// How long a pause goes on at most after the thread was told to end.
  private static let slice = Interval.milliseconds(5)

  /// Whether the thread is to end.
  var isSet: Bool { flag.load(ordering: .acquiring) }

  /// Tells the thread to end.
  func set() { flag.store(true, ordering: .releasing) }

  /// Waits for `interval`, or until the thread is to end.
  func pause(_ interval: Interval) {
    let end = TimeSource.machine.now() + interval
    while !isSet {
      let rest = end - TimeSource.machine.now()
      guard rest > .zero else { return }
      // It may end early, by a signal: then it goes round again.
      OwnedThread.nap(microseconds: UInt32(max(1, min(rest, Self.slice).nanoseconds / 1_000)))
    }
  }
}
