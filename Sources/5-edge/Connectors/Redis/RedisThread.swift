import CHiredis
import Glibc
import OmniClocks
import OmniTime

/// Threads of the module's own: what waits for a server must not wait in Swift's pool of tasks.
enum RedisThread {
  /// Starts a thread that ends with `body`; nobody has to wait for it.
  ///
  /// - Parameter name: What the system shows, of which it keeps 15 bytes.
  static func start(
    _ name: String, _ body: @escaping @Sendable () -> Void
  ) throws(RedisFailure) {
    let box = unsafe Unmanaged.passRetained(Box(name, body)).toOpaque()
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let box = unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        _ = unsafe omni_redis_name_thread(box.name)
        box.body()
        return nil
      }, box)
    guard code == 0 else {
      unsafe Unmanaged<Box>.fromOpaque(box).release()
      throw .resourceUnavailable(message: "a thread: " + RedisSocket.systemText(code))
    }
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

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

/// How long to wait before connecting again: twice as long each time, and never twice the same.
struct RedisBackoff {
  let pauseMin: Interval
  let pauseMax: Interval

  /// The pause after `failures` in a row: between a half and the whole of what the doubling gives.
  ///
  /// - Parameter draw: A number from 0 up to 1.
  func pause(afterFailures failures: Int, draw: Double) -> Interval {
    guard failures > 0 else { return .zero }
    let doublings = min(failures - 1, 40)
    let (product, isOver) = pauseMin.nanoseconds.multipliedReportingOverflow(by: 1 << doublings)
    let whole = isOver ? pauseMax : min(pauseMax, Interval(nanoseconds: product))
    return Interval(nanoseconds: Int64(Double(whole.nanoseconds) * (0.5 + draw / 2)))
  }
}
