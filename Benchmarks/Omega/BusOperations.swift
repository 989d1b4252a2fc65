import Foundation
import OmniBus
import OmniBusBridges
import OmniClocks
import OmniPlatform
import OmniRedis
import OmniTime
import Synchronization

/// The event bus: from one thread to another, to another process through Redis, and beside servers
/// that die.
///
/// Wall time throughout, since it is waiting that is measured. Events have 200 bytes of payload, of
/// which the first eight say when they were published.
public struct BusOperations {
  /// Events a second when the publisher keeps a pace.
  public static let pace: Int64 = 20_000

  /// Creates the benchmark.
  public init() {}

  /// The figures.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    do {
      let latencies = try paced(seconds: 3)
      let remote = try throughRedis(seconds: 10)
      let figures = [
        Figure("inprocess_p50_ns", latencies.p50, "publisher to subscriber, another thread, paced"),
        Figure("inprocess_p99_ns", latencies.p99, "the same, 99 of 100"),
        Figure("inprocess_per_s", try throughput(), "events a second, one subscriber"),
        Figure("end_to_end_p50_us", remote.p50, "to another process through Redis, paced"),
        Figure("end_to_end_p99_us", remote.p99, "the same, 99 of 100"),
      ]
      return try figures + BusDisturbances().figures()
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  /// What the benchmark starts itself as: reads `count` events from Redis, and prints the
  /// microseconds that half of them and 99 of 100 took.
  public static func subscribe(_ address: String, count: Int) throws(BenchmarkFailure) -> String {
    do {
      let latencies = Latencies()
      let subscriber = try RedisStreamSubscriber(
        RedisAddress(address), from: .newest, .init(name: "bench"), onStatus: { _ in }
      ) { event in
        latencies.record(event.payload, at: TimeSource.machine.now())
      }
      let deadline = TimeSource.machine.now() + .seconds(60)
      while latencies.count < count {
        guard TimeSource.machine.now() < deadline else {
          throw BenchmarkFailure.wrongResult("\(latencies.count) events of \(count) came")
        }
        usleep(20_000)
      }
      subscriber.close()
      return "\(latencies.percentile(50)) \(latencies.percentile(99))"
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  private func paced(seconds: Int64) throws -> (p50: Double, p99: Double) {
    let count = Int(Self.pace * seconds)
    let latencies = Latencies()
    let bus = try Bus(RingConfiguration(capacity: 65_536))
    let thread = try BusLoad.reading(bus, count) { payload, now in
      latencies.record(payload, at: now)
    }
    try BusLoad.publish(count, on: bus, pace: Self.pace)
    thread.join()
    try bus.close()
    guard latencies.count == count else {
      throw BenchmarkFailure.wrongResult("\(latencies.count) events of \(count) came")
    }
    return (Double(latencies.percentile(50)), Double(latencies.percentile(99)))
  }

  /// Events a second as fast as they go; best of three runs.
  private func throughput() throws -> Double {
    let count = 2_000_000
    var best = 0.0
    for _ in 0..<3 {
      let bus = try Bus(RingConfiguration(capacity: 65_536))
      let thread = try BusLoad.reading(bus, count) { _, _ in }
      let start = TimeSource.machine.now()
      try BusLoad.publish(count, on: bus, pace: nil)
      thread.join()
      let elapsed = TimeSource.machine.now() - start
      try bus.close()
      best = max(best, Double(count) * 1e9 / Double(elapsed.nanoseconds))
    }
    return best
  }

  /// Publishes through Redis to a process of its own.
  private func throughRedis(seconds: Int64) throws -> (p50: Double, p99: Double) {
    let server = try BenchmarkRedis()
    defer { server.end() }
    guard let program = ChildProgram.own else {
      throw BenchmarkFailure.failed("the path of this program cannot be read")
    }
    let count = Int(Self.pace * seconds)
    let folder = NSTemporaryDirectory() + "omni-bus-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bus = try Bus(
      RingConfiguration(capacity: 65_536), log: EventLog(folder, EventLogConfiguration()))
    let bridge = try RedisStreamBridge(bus, server.address)
    let answer = Answer()
    let address = server.text
    let thread = OwnedThread {
      let outcome = try? ChildProgram.run(
        program, ["bench", "bus", "--subscribe", address, "--size", String(count)])
      answer.set(outcome?.status == 0 ? outcome?.output : nil)
    }
    while !bridge.counters.isConnected { usleep(10_000) }
    // The other process begins with the newest event, so it has to be there first.
    usleep(1_500_000)
    try BusLoad.publish(count, on: bus, pace: Self.pace)
    thread?.join()
    bridge.close()
    try bus.close()
    let words = (answer.text ?? "").split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
    guard words.count == 2 else {
      throw BenchmarkFailure.wrongResult("the other process did not get all events")
    }
    return (words[0] / 1_000, words[1] / 1_000)
  }
}

private final class Answer: Sendable {
  private let value = Mutex<String?>(nil)
  var text: String? { value.withLock { $0 } }
  func set(_ text: String?) { value.withLock { $0 = text } }
}
