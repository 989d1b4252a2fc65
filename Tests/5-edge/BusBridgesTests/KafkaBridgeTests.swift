import OmniBus
import OmniBusBridges
import OmniClocks
import OmniKafka
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

/// A cluster with the six topics.
struct KafkaRig {
  static let partitions: Int32 = 3
  let cluster: MockCluster
  let kafka: KafkaConfiguration

  init(topics: [String] = KafkaBusConsumer.topics) throws {
    cluster = try MockCluster()
    for topic in topics { try cluster.createTopic(topic, partitions: Self.partitions) }
    kafka = try KafkaConfiguration(
      servers: cluster.servers, clientID: "omni-bridges",
      settings: ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100"])
  }

  func consumer() throws -> KafkaBusConsumer {
    var starts: [KafkaPartition: KafkaConsumer.Start] = [:]
    for topic in KafkaBusConsumer.topics {
      for number in 0..<Self.partitions { starts[KafkaPartition(topic, number)] = .earliest }
    }
    return try KafkaBusConsumer(kafka, .init(group: "books"), reading: starts)
  }

  /// What comes until `count` items are there, or nothing does for a while.
  func read(_ consumer: KafkaBusConsumer, _ count: Int) async throws -> [KafkaBusConsumer.Item] {
    var items: [KafkaBusConsumer.Item] = []
    let end = TimeSource.machine.now() + .seconds(60)
    while items.count < count, TimeSource.machine.now() < end {
      // While brokers are away a poll may fail, and the next one goes on.
      items += (try? consumer.poll(within: .milliseconds(5))) ?? []
      try await TimeSource.machine.sleep(for: .milliseconds(2))
    }
    // What may come that should not.
    items += (try? consumer.poll(within: .milliseconds(200))) ?? []
    return items
  }
}

/// Checks that the events 1 to `count` are there, as they were, each once, and in order per key.
func expectAll(_ items: [KafkaBusConsumer.Item], _ count: UInt64) {
  let events = items.compactMap { item in
    if case .event(let event) = item { event } else { nil }
  }
  #expect(events.count == items.count)
  #expect(events.map(\.sequence).sorted() == Array(1...count))
  #expect(events.allSatisfy { $0 == Rig.event($0.sequence) })
  var newest: [String: UInt64] = [:]
  var disorder = 0
  for event in events {
    let key = "\(event.header.topic.kafkaTopic) \(event.header.key)"
    if let last = newest[key], last >= event.sequence { disorder += 1 }
    newest[key] = event.sequence
  }
  #expect(disorder == 0)
}

@Suite("KafkaBridge", .serialized, .timeLimit(.minutes(3)))
struct KafkaBridgeTests {
  @Test func `events of all families come through the six topics`() async throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    let bridge = try KafkaBridge(
      rig.bus, bench.kafka, .init(watermark: rig.folder + "/mark"))
    try rig.publish(2_000)
    let consumer = try bench.consumer()
    expectAll(try await bench.read(consumer, 2_000), 2_000)
    #expect(try await eventually { bridge.counters.behind == 0 })
    #expect(bridge.counters.published == 2_000)
    bridge.close()
    #expect(try WatermarkFile(path: rig.folder + "/mark").read() == 2_000)
    try consumer.close(within: .seconds(5))
  }

  @Test func `none is lost or doubled when the brokers go and come under load`() async throws {
    let (rig, bench) = (try Rig(capacity: 1_024), try KafkaRig())
    var settings = KafkaBridge.Configuration(watermark: rig.folder + "/mark")
    settings.producer.messagesMax = 2_000
    let bridge = try KafkaBridge(rig.bus, bench.kafka, settings)
    let publishing = try Publishing(rig, atLeast: 30_000)
    for round in 1...2 {
      #expect(try await eventually { rig.bus.published > round * 5_000 })
      try bench.cluster.takeDown()
      let published = rig.bus.published
      // More than the queue takes: the bridge waits, and the bus does not.
      #expect(try await eventually { rig.bus.published > published + 4_000 })
      #expect(bridge.counters.behind > 2_000)
      try bench.cluster.bringUp()
    }
    #expect(publishing.end() == nil)
    let count = Int(rig.bus.published)
    let consumer = try bench.consumer()
    expectAll(try await bench.read(consumer, count), UInt64(count))
    #expect(bridge.counters.dropped == 0)
    #expect(try await eventually { bridge.counters.behind == 0 })
    bridge.close()
    try consumer.close(within: .seconds(5))
  }

  @Test func `a bridge goes on from its watermark, and doubles are taken out`() async throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    let settings = KafkaBridge.Configuration(watermark: rig.folder + "/mark")
    let first = try KafkaBridge(rig.bus, bench.kafka, settings)
    try rig.publish(1_000)
    #expect(try await eventually { first.counters.published == 1_000 })
    first.close()
    try rig.publish(500)
    let second = try KafkaBridge(rig.bus, bench.kafka, settings)
    #expect(try await eventually { second.counters.behind == 0 })
    #expect(second.counters.published == 500)
    second.close()
    // As if it had been killed before the file was written.
    try WatermarkFile(path: settings.watermark).write(700)
    let third = try KafkaBridge(rig.bus, bench.kafka, settings)
    #expect(try await eventually { third.counters.published == 800 })
    third.close()
    let consumer = try bench.consumer()
    expectAll(try await bench.read(consumer, 1_500), 1_500)
    _ = try? consumer.poll(within: .milliseconds(500))
    #expect(try await eventually { consumer.counters.duplicates == 800 || Self.poll(consumer) })
    #expect(consumer.counters.delivered == 1_500)
    try consumer.close(within: .seconds(5))
  }

  /// Polls, and says that it is not done.
  private static func poll(_ consumer: KafkaBusConsumer) -> Bool {
    _ = try? consumer.poll(within: .milliseconds(100))
    return false
  }

  @Test func `a watermark that is damaged or ahead of the bus is refused`() throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    let settings = KafkaBridge.Configuration(watermark: rig.folder + "/mark")
    try rig.publish(10)
    try WatermarkFile(path: settings.watermark).write(11)
    #expect(throws: BridgeFailure.streamAhead(stream: 11, published: 10)) {
      try KafkaBridge(rig.bus, bench.kafka, settings)
    }
    try FileSystem.replaceFile(settings.watermark, with: [1, 2])
    #expect(throws: BridgeFailure.watermarkDamaged(path: settings.watermark)) {
      try KafkaBridge(rig.bus, bench.kafka, settings)
    }
    var small = KafkaBridge.Configuration(watermark: rig.folder + "/other")
    small.producer.messageBytesMax = 1_000
    #expect(throws: BridgeFailure.self) { try KafkaBridge(rig.bus, bench.kafka, small) }
  }

  @Test func `messages that are given up are sent again`() async throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    var settings = KafkaBridge.Configuration(watermark: rig.folder + "/mark")
    settings.producer.messageTimeout = .milliseconds(300)
    try bench.cluster.takeDown()
    let bridge = try KafkaBridge(rig.bus, bench.kafka, settings)
    try rig.publish(200)
    #expect(
      try await eventually {
        if case .kafka = bridge.counters.lastError { true } else { false }
      })
    #expect(bridge.counters.published == 0)
    try bench.cluster.bringUp()
    #expect(try await eventually { bridge.counters.behind == 0 })
    let consumer = try bench.consumer()
    expectAll(try await bench.read(consumer, 200), 200)
    bridge.close()
    try consumer.close(within: .seconds(5))
  }

  @Test func `a closed bus ends the bridge when all is delivered`() async throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    let settings = KafkaBridge.Configuration(watermark: rig.folder + "/mark")
    let bridge = try KafkaBridge(rig.bus, bench.kafka, settings)
    try rig.publish(300)
    try rig.bus.close()
    #expect(
      try await eventually {
        bridge.counters.published == 300 && !bridge.counters.isConnected
      })
    #expect(try WatermarkFile(path: settings.watermark).read() == 300)
    bridge.close()
  }
}
