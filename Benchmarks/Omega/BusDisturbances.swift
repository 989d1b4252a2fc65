import Foundation
import OmniBus
import OmniBusBridges
import OmniClocks
import OmniKafka
import OmniPlatform
import OmniTime
import Synchronization

/// What a subscriber in the process notices when the server behind a bridge dies.
///
/// Runs of 10 s in pairs, one with a server that lives and one with one that dies and is back, in
/// turn and each pair the other way round than the last; of the pairs' ratios the median counts, since
/// what else the machine does comes and goes. The events, their pace, the bridge and the server are
/// the same in both. The servers stand back behind the bus, or on few cores it would be their own
/// start that is measured.
package struct BusDisturbances {
  private static let pairs = 5
  private static let seconds: Int64 = 10
  private static let deaths = 1
  private static let niceness = 19

  /// Creates the benchmark.
  package init() {}

  /// The figures of both kinds of server.
  package func figures() throws -> [Figure] {
    let killed = try compared(besideRedis)
    let down = try compared(besideKafka)
    return killed.figures("redis_killed", "Redis killed with -9 and started again")
      + down.figures("kafka_down", "Kafka's broker taken down and up")
  }

  private typealias Disturbance = @Sendable () throws -> Void

  private struct Comparison {
    /// The pairs' figures, in nanoseconds.
    var pairs: [(baseline: Int64, disturbed: Int64)] = []

    func figures(_ key: String, _ what: String) -> [Figure] {
      let ratios = pairs.map { Double($0.disturbed) / Double(max(1, $0.baseline)) }
      return [
        Figure(
          "inprocess_p99_\(key)_baseline_ns", Self.median(pairs.map { Double($0.baseline) }),
          "publisher to subscriber, another thread, paced, beside a bridge, 99 of 100"),
        Figure(
          "inprocess_p99_\(key)_ns", Self.median(pairs.map { Double($0.disturbed) }),
          "the same, \(what)"),
        Figure("inprocess_p99_\(key)_ratio", Self.median(ratios), "median of the pairs' ratios"),
      ]
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  }

  private func compared(_ run: (_ isDying: Bool) throws -> Int64) throws -> Comparison {
    var comparison = Comparison()
    for pair in 0..<Self.pairs {
      if pair % 2 == 0 {
        let baseline = try run(false)
        comparison.pairs.append((baseline, try run(true)))
      } else {
        let disturbed = try run(true)
        comparison.pairs.append((try run(false), disturbed))
      }
    }
    return comparison
  }

  private func besideRedis(_ isDying: Bool) throws -> Int64 {
    // A new one each time: what a server loads at its start is what this run has put there.
    let server = try BenchmarkRedis(isKept: true, niceness: Self.niceness)
    defer { server.end() }
    let mortal = MortalServer(server)
    let disturb: Disturbance = { try mortal.killAndStart() }
    return try withBus { bus, _ in
      let bridge = try RedisStreamBridge(bus, server.address)
      defer { bridge.close() }
      return try run(bus, bridge.counters, isDying ? disturb : nil)
    }
  }

  private func besideKafka(_ isDying: Bool) throws -> Int64 {
    let cluster = try MockCluster()
    for topic in KafkaBusConsumer.topics { try cluster.createTopic(topic, partitions: 3) }
    let kafka = try KafkaConfiguration(servers: cluster.servers, clientID: "omni-bench")
    let disturb: Disturbance = { try Self.downAndUp(cluster) }
    return try withBus { bus, folder in
      let bridge = try KafkaBridge(bus, kafka, .init(watermark: folder + "/mark"))
      defer { bridge.close() }
      return try run(bus, bridge.counters, isDying ? disturb : nil)
    }
  }

  private static func downAndUp(_ cluster: MockCluster) throws {
    try cluster.takeDown()
    usleep(150_000)
    try cluster.bringUp()
  }

  private func withBus(_ body: (Bus, String) throws -> Int64) throws -> Int64 {
    let folder = NSTemporaryDirectory() + "omni-bus-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try EventLog(folder, EventLogConfiguration())
    let bus = try Bus(RingConfiguration(capacity: 65_536), log: log)
    defer { try? bus.close() }
    return try body(bus, folder)
  }

  /// Publishes at the usual pace beside a bridge, and gives how long 99 of 100 events took.
  ///
  /// - Throws: `wrongResult` unless the subscriber got all events, and the bridge delivered them.
  private func run(
    _ bus: Bus, _ counters: @autoclosure () -> BridgeCounters, _ disturb: Disturbance?
  ) throws -> Int64 {
    // The connection is made by the first event, with Kafka.
    try BusLoad.publish(1, on: bus, pace: nil)
    try Self.wait("the bridge does not connect") { counters().behind == 0 }
    let count = Int(BusOperations.pace * Self.seconds)
    let latencies = Latencies()
    let reader = try BusLoad.reading(bus, count) { payload, now in
      latencies.record(payload, at: now)
    }
    let trouble = Trouble()
    let disturber = disturb.map { disturb in
      OwnedThread { trouble.make(Self.deaths, over: Self.seconds, disturb) }
    }
    try BusLoad.publish(count, on: bus, pace: BusOperations.pace)
    reader.join()
    disturber??.join()
    if let failure = trouble.failure { throw BenchmarkFailure.failed(failure) }
    try Self.wait("the bridge has not sent everything") { counters().behind == 0 }
    let end = counters()
    guard latencies.count == count, end.dropped == 0 else {
      throw BenchmarkFailure.wrongResult(
        "\(latencies.count) events of \(count) came, and the bridge dropped \(end.dropped)")
    }
    return latencies.percentile(99)
  }

  private static func wait(_ complaint: String, _ isDone: () -> Bool) throws {
    let deadline = TimeSource.machine.now() + .seconds(60)
    while !isDone() {
      guard TimeSource.machine.now() < deadline else {
        throw BenchmarkFailure.wrongResult(complaint)
      }
      usleep(5_000)
    }
  }
}

/// Disturbs a run now and then, from a thread of its own.
private final class Trouble: Sendable {
  private let message = Mutex<String?>(nil)

  /// Why it did not work out, if it did not.
  var failure: String? { message.withLock { $0 } }

  /// Calls `disturb` so many times within `seconds`, or until it fails.
  func make(_ times: Int, over seconds: Int64, _ disturb: () throws -> Void) {
    let share = seconds * 1_000_000 / Int64(times)
    let start = TimeSource.machine.now()
    do {
      for index in 0..<Int64(times) {
        let due = start + Interval(nanoseconds: (index * share + share / 4) * 1_000)
        while TimeSource.machine.now() < due { usleep(5_000) }
        try disturb()
      }
    } catch {
      let text = "the server was not to be had again, \(error)"
      message.withLock { $0 = text }
    }
  }
}

/// Kills a server of Redis and starts it again.
private final class MortalServer {
  private let server: BenchmarkRedis
  init(_ server: BenchmarkRedis) { self.server = server }

  func killAndStart() throws {
    server.kill()
    usleep(150_000)
    try server.start()
  }
}

// While the thread that disturbs runs, nobody else touches the server.
extension MortalServer: @unchecked Sendable {}
