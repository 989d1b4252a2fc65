import OmniBus
import OmniBusBridges
import OmniKafka
import OmniTestKit
import OmniTime
import Testing

@Suite("KafkaBusConsumer", .serialized, .timeLimit(.minutes(1)))
struct KafkaBusConsumerTests {
  @Test func `doubles are taken out, and damage is told with its place`() async throws {
    let bench = try KafkaRig()
    let producer = try KafkaProducer(bench.kafka)
    let topic = "system-monitoring"
    var damaged = EventEnvelope.encoded(Rig.event(7))
    damaged[20] ^= 1
    let values: [[UInt8]?] = [
      EventEnvelope.encoded(Rig.event(6)), damaged, EventEnvelope.encoded(Rig.event(14)),
      EventEnvelope.encoded(Rig.event(6)), nil, EventEnvelope.encoded(Rig.event(22)),
    ]
    for value in values {
      _ = try await producer.produce(
        KafkaRecord(topic: topic, key: [1], value: value, partition: 2))
    }
    let consumer = try bench.consumer()
    let items = try await bench.read(consumer, 5)
    #expect(items.count == 5)
    #expect(
      items.filter { if case .event = $0 { true } else { false } }
        == [6, 14, 22].map { .event(Rig.event($0)) })
    #expect(items.contains(.damaged(.damaged(place: "\(topic)[2] at 4", .empty))))
    #expect(consumer.counters.damaged == 2)
    #expect(consumer.counters.duplicates == 1)
    #expect(consumer.counters.position == 22)
    try consumer.close(within: .seconds(5))
    try producer.close(within: .seconds(5))
  }

  @Test func `a group begins again behind its commit`() async throws {
    let (rig, bench) = (try Rig(), try KafkaRig())
    let bridge = try KafkaBridge(rig.bus, bench.kafka, .init(watermark: rig.folder + "/mark"))
    try rig.publish(100)
    var settings = KafkaConsumer.Configuration(group: "books", startWithoutCommit: .earliest)
    // The mock cluster waits for a session's time-out also after a reader has left its group.
    settings.sessionTimeout = .seconds(4)
    let first = try KafkaBusConsumer(bench.kafka, settings)
    expectAll(try await bench.read(first, 100), 100)
    try first.commit(within: .seconds(10))
    try first.close(within: .seconds(10))
    try rig.publish(50)
    let second = try KafkaBusConsumer(bench.kafka, settings)
    let items = try await bench.read(second, 50)
    let sequences = items.compactMap { item in
      if case .event(let event) = item { event.sequence } else { nil }
    }
    #expect(sequences.sorted() == Array(101...150))
    try second.close(within: .seconds(10))
    #expect(throws: BridgeFailure.kafka(.closed)) { try second.poll(within: .zero) }
    bridge.close()
  }
}
