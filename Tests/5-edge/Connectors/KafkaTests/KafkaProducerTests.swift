import OmniCircuitBreaker
import OmniClocks
import OmniKafka
import OmniTelemetry
import OmniTestKit
import OmniTime
import Testing

@Suite("KafkaProducer")
struct KafkaProducerTests {
  // MARK: Round trips

  @Test func `keys and values come back byte for byte, empty and null ones too`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    let contents: [[UInt8]?] = [nil, [], [0], Array(0...255), Array("Café, 猫".utf8)]
    var sent: [[[UInt8]?]] = []
    for key in contents {
      for value in contents {
        let position = try await producer.produce(
          KafkaRecord(topic: bench.topic, key: key, value: value))
        #expect(position == KafkaPosition(partition: 0, offset: Int64(sent.count)))
        sent.append([key, value])
      }
    }

    let read = try bench.read(sent.count)

    #expect(read.map { [$0.key, $0.value] } == sent)
    #expect(read.map(\.offset) == Array(0..<Int64(sent.count)))
    #expect(read.allSatisfy { $0.topic == bench.topic && $0.partition == 0 })
    try producer.close(within: .seconds(5))
  }

  @Test func `a message keeps the time that it carries, in whole milliseconds`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    let timestamp = Timestamp(nanoseconds: 1_700_000_000_123_456_789)

    _ = try await producer.produce(
      KafkaRecord(topic: bench.topic, key: nil, value: [1], timestamp: timestamp))
    _ = try await producer.produce(KafkaRecord(topic: bench.topic, key: nil, value: [2]))

    let read = try bench.read(2)
    #expect(read[0].timestamp == Timestamp(nanoseconds: 1_700_000_000_123_000_000))
    #expect(try #require(read[1].timestamp) > timestamp)
    let failure = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: nil, timestamp: .epoch))
    }
    #expect(failure?.code == "KAF-008")
  }
}
