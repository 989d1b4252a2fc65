import Foundation
import OmniClocks
import OmniRedis
import OmniTime

/// A server of Redis for a benchmark, on a port of this machine.
final class BenchmarkRedis {
  let address: RedisAddress
  /// The address as a text.
  let text: String
  private var process = Process()
  private let program: String
  private let arguments: [String]
  private let folder: String

  /// Starts a server, and returns when it answers.
  ///
  /// - Parameters:
  ///   - isKept: whether a server that is killed and started again has what it had.
  ///   - niceness: how much the server stands back behind others, from 0 to 19.
  init(isKept: Bool = false, niceness: Int = 0) throws {
    folder = NSTemporaryDirectory() + "omni-bench-" + UUID().uuidString
    let server = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let server else {
      throw BenchmarkFailure.failed("there is no redis-server; make setup installs it")
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // None of those that the system gives to outgoing connections: they could take it between a
    // death and a start.
    let port = Int.random(in: 12_000..<32_000)
    text = "redis://127.0.0.1:\(port)"
    address = try RedisAddress(text)
    let settings = [
      "--port", String(port), "--bind", "127.0.0.1", "--save", "",
      "--appendonly", isKept ? "yes" : "no", "--dir", folder,
    ]
    program = niceness > 0 ? "/usr/bin/nice" : server
    arguments = niceness > 0 ? ["-n", String(niceness), server] + settings : settings
    try start()
  }

  /// Starts the server again after ``kill()``, and returns when it answers.
  func start() throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let deadline = TimeSource.machine.now() + .seconds(10)
    while TimeSource.machine.now() < deadline {
      if let connection = try? RedisConnection(address),
        (try? connection.run(RedisCommand("PING"))) != nil
      {
        return
      }
      usleep(20_000)
    }
    end()
    throw BenchmarkFailure.failed("redis-server does not answer at \(text)")
  }

  /// Ends the server at once, as a loss of power would.
  func kill() {
    _ = Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Ends the server and removes its folder.
  func end() {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
