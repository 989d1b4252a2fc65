import Foundation
import OmniClocks
import OmniRedis
import OmniTime

/// A server of Redis for a benchmark: on a port of this machine, without persistence.
final class BenchmarkRedis {
  let address: RedisAddress
  /// The address as a text.
  let text: String
  private let process = Process()
  private let folder: String

  /// Starts a server, and returns when it answers.
  init() throws {
    folder = NSTemporaryDirectory() + "omni-bench-" + UUID().uuidString
    let program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let program else {
      throw BenchmarkFailure.failed("there is no redis-server; make setup installs it")
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let port = Int.random(in: 20_000...60_000)
    text = "redis://127.0.0.1:\(port)"
    address = try RedisAddress(text)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
      "--dir", folder,
    ]
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
    throw BenchmarkFailure.failed("redis-server does not answer on port \(port)")
  }

  /// Ends the server and removes its folder.
  func end() {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
