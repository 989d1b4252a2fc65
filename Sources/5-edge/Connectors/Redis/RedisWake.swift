import CHiredis
import Glibc
import OmniTime

/// Wakes a thread that waits for a socket.
final class RedisWake: Sendable {
  /// What can be read from when somebody signalled.
  let descriptor: Int32

  init() throws(RedisFailure) {
    descriptor = omni_redis_wake_open()
    guard descriptor >= 0 else {
      throw .resourceUnavailable(message: "a descriptor: " + RedisSocket.systemText(errno))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Wakes whoever waits, or waits next.
  func signal() {
    // It fails only when so many signals wait that there is no need for this one.
    _ = omni_redis_wake_signal(descriptor)
  }

  /// Forgets the signals so far.
  func clear() {
    // It fails when there is none.
    _ = omni_redis_wake_clear(descriptor)
  }

  /// Waits for a signal, at most for `interval`.
  func wait(atMost interval: Interval) {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: (interval.nanoseconds + 999_999) / 1_000_000)
    // Whoever is interrupted waits for less, and comes again.
    _ = unsafe poll(&polled, 1, milliseconds)
  }
}
