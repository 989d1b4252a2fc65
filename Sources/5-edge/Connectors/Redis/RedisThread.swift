import CHiredis
import Glibc

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
