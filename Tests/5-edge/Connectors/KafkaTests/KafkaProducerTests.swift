import OmniCircuitBreaker
import OmniClocks
import OmniKafka
import OmniTelemetry
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
    try #require(read.count == 2)
    #expect(read[0].timestamp == Timestamp(nanoseconds: 1_700_000_000_123_000_000))
    #expect(try #require(read[1].timestamp) > timestamp)
    let failure = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: nil, timestamp: .epoch))
    }
    #expect(failure?.code == "KAF-008")
  }

  @Test func `a key has one partition, by the hash of Kafka's own clients`() async throws {
    let bench = try Bench(partitions: 12)
    let producer = try bench.producer()
    // Murmur2 with the seed 0x9747b28c, the sign dropped, modulo 12, from a second implementation,
    // which agrees with the values for "foobar" and "21" in Kafka's UtilsTest.
    for key in ["foobar", "21", "a-little-bit-long-string", "abc", ""] {
      for _ in 0..<2 {
        let position = try await producer.produce(
          KafkaRecord(topic: bench.topic, key: Array(key.utf8), value: [1]))
        #expect(position.partition == Int32(murmur2(Array(key.utf8)) % 12), "\(key)")
      }
    }
    #expect(murmur2(Array("foobar".utf8)) == UInt32(bitPattern: -790_332_482) & 0x7FFF_FFFF)
    #expect(murmur2(Array("21".utf8)) == UInt32(bitPattern: -973_932_308) & 0x7FFF_FFFF)

    let chosen = try await producer.produce(
      KafkaRecord(topic: bench.topic, key: Array("abc".utf8), value: [1], partition: 5))
    #expect(chosen.partition == 5)
  }

  // MARK: Many messages

  @Test func `100,000 messages arrive once each, in the order of their key`() async throws {
    let bench = try Bench(brokers: 3, partitions: 6)
    let producer = try bench.producer()

    try await send(0..<100_000, with: producer, to: bench.topic)
    try producer.close(within: .seconds(30))

    let read = try readSequences(bench)
    #expect(read.values.map(\.count).reduce(0, +) == 100_000)
    expectEachOnce(read, of: 100_000)
    let counters = producer.counters
    #expect(counters.queued == 100_000)
    #expect(counters.delivered == 100_000)
    #expect(counters.failed == 0)
    #expect(counters.queueLength == 0)
  }

  @Test func `brokers that go down and come up lose nothing and keep the order`() async throws {
    let bench = try Bench(brokers: 3, partitions: 6)
    let producer = try bench.producer { $0.statisticsInterval = .milliseconds(20) }

    try await send(0..<5_000, with: producer, to: bench.topic)
    try producer.flush(within: .seconds(30))
    // From here on no answer comes before the connection breaks, however slow this machine is.
    try bench.cluster.setRoundTrip(.seconds(20))
    try await send(5_000..<10_000, with: producer, to: bench.topic, isWaiting: false)
    try await TimeSource.machine.sleep(for: .milliseconds(100))
    try bench.cluster.takeDown(broker: 2)
    try await send(10_000..<12_000, with: producer, to: bench.topic, isWaiting: false)
    try await TimeSource.machine.sleep(for: .milliseconds(100))
    try bench.cluster.takeDown()
    try await send(12_000..<15_000, with: producer, to: bench.topic, isWaiting: false)
    try await TimeSource.machine.sleep(for: .milliseconds(300))
    #expect(producer.counters.queueLength >= 3_000)
    try bench.cluster.setRoundTrip(.zero)
    try bench.cluster.bringUp()
    try await send(15_000..<20_000, with: producer, to: bench.topic)
    try producer.flush(within: .seconds(60))

    #expect(producer.counters.delivered == 20_000)
    #expect(producer.takeDeliveries(max: 100_000).allSatisfy { isDelivered($0) })
    expectEachOnce(try readSequences(bench), of: 20_000)
    #expect(!producer.notices.isEmpty)
    for _ in 0..<500 where producer.counters.retries == 0 {
      try await TimeSource.machine.sleep(for: .milliseconds(10))
    }
    #expect(producer.counters.retries > 0)
    try producer.close(within: .seconds(5))
  }

  // MARK: Errors of brokers

  @Test(arguments: [
    KafkaReason.notLeader, .requestTimedOut, .notEnoughReplicas, .disconnected,
  ])
  func `what may pass is tried again`(reason: KafkaReason) async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    bench.cluster.failNext(.produce, with: [reason, reason, reason])

    for number in UInt8(0)..<3 {
      let position = try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: [number]))
      #expect(position.partition == 0)
    }

    let read = try bench.read(3).map(\.value)
    #expect(read == [[0], [1], [2]])
    #expect(producer.counters.failed == 0)
    #expect(producer.breaker.health.windowErrors == 0)
  }

  @Test func `requests that were sent again are counted`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.statisticsInterval = .milliseconds(20) }
    bench.cluster.failNext(.produce, with: [.requestTimedOut, .requestTimedOut])

    _ = try await producer.produce(KafkaRecord(topic: bench.topic, key: nil, value: [1]))

    for _ in 0..<500 where producer.counters.retries < 2 {
      try await TimeSource.machine.sleep(for: .milliseconds(10))
    }
    #expect(producer.counters.retries == 2)
  }

  @Test func `what may not pass is an error that names the message`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    bench.cluster.failNext(.produce, with: [.topicNotAuthorized])

    let failure = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(
        KafkaRecord(topic: bench.topic, key: Array("order-7".utf8), value: [1, 2, 3]))
    }

    guard case .undelivered(let name, .topicNotAuthorized) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(name.description == "fills[0] key \"order-7\", 3 bytes")
    #expect(failure?.code == "KAF-008")
    #expect(failure?.description.contains("TOPIC_AUTHORIZATION_FAILED") == true)
    #expect(producer.counters.failed == 1)
  }

  @Test func `a message that is too large is refused and named`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messageBytesMax = 1_000 }
    let value = [UInt8](repeating: 7, count: 1_001)
    let failure = #expect(throws: KafkaFailure.self) {
      try producer.produce(bench.topic, key: [1, 0xFF], value: value, tag: 7)
    }
    guard case .messageTooLarge(let name) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(name.description == "fills tag 7 key 0x01ff, 1001 bytes")
    #expect(producer.counters.queued == 0)
    #expect(producer.breaker.health.counts.ignored == 1)
  }

  @Test func `a topic that is not there is an error that names it`() async throws {
    let bench = try Bench(partitions: 1)
    bench.cluster.setError(.unknownTopicOrPartition, ofTopic: "nowhere")
    let producer = try KafkaProducer(
      try bench.configuration(["topic.metadata.propagation.max.ms": "0"]))
    await #expect(throws: KafkaFailure.unknownTopic("nowhere")) {
      try await producer.produce(KafkaRecord(topic: "nowhere", key: nil, value: [1]))
    }
    #expect(throws: KafkaFailure.unknownTopic("no topic")) {
      try producer.produce("no topic", key: nil, value: nil, tag: 1)
    }
    #expect(producer.breaker.health.counts.failures == 0)
  }

  // MARK: Limits

  @Test func `a message that nobody takes expires, and the error names it`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messageTimeout = .milliseconds(300) }
    try bench.cluster.takeDown()

    try producer.produce(bench.topic, key: Array("k".utf8), value: [1, 2], tag: 42)
    let failure = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: [], partition: 0))
    }
    guard case .expired(let name) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(name.description == "fills[0] without a key, 0 bytes")
    #expect(failure?.code == "KAF-007")

    let deliveries = try await producer.deliveries(within: .seconds(10))
    #expect(deliveries.map(\.tag) == [42])
    guard case .failure(.expired(let tagged)) = deliveries.first?.result else {
      Issue.record("\(deliveries)")
      return
    }
    #expect(tagged.tag == 42)
    #expect(tagged.key == Array("k".utf8))
  }

  @Test func `a full queue refuses at once, and takes again when there is room`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messagesMax = 10 }
    try bench.cluster.takeDown()
    for tag in UInt64(0)..<10 { try producer.produce(bench.topic, key: nil, value: [1], tag: tag) }

    let failure = #expect(throws: KafkaFailure.self) {
      try producer.produce(bench.topic, key: nil, value: [1], tag: 10)
    }
    guard case .queueFull(let name, limit: 10) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(name.tag == 10)
    #expect(failure?.code == "KAF-005")
    let awaited = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(KafkaRecord(topic: bench.topic, key: nil, value: [1]))
    }
    #expect(awaited?.code == "KAF-005")
    let late = await #expect(throws: KafkaFailure.self) {
      try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: [1]), roomWithin: .milliseconds(50))
    }
    #expect(
      late == .timedOut(operation: "room in the producer's queue", limit: .milliseconds(50)))

    try bench.cluster.bringUp()
    let position = try await producer.produce(
      KafkaRecord(topic: bench.topic, key: nil, value: [2]), roomWithin: .seconds(30))
    #expect(position.partition == 0)
    #expect(try bench.read(11).count == 11)
    #expect(producer.breaker.health.counts.failures == 0)
  }

  @Test func `the bytes that wait have a limit too`() throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.bytesMax = 10_240 }
    try bench.cluster.takeDown()
    let value = [UInt8](repeating: 1, count: 1_000)
    let failure = #expect(throws: KafkaFailure.self) {
      for tag in UInt64(0)..<20 {
        try producer.produce(bench.topic, key: nil, value: value, tag: tag)
      }
    }
    #expect(failure?.code == "KAF-005")
    #expect((9...11).contains(producer.counters.queued))
  }

  @Test func `flushing without brokers ends with its time and loses nothing`() throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    try bench.cluster.takeDown()
    try producer.produce(bench.topic, key: nil, value: [1], tag: 1)

    let failure = #expect(throws: KafkaFailure.self) {
      try producer.flush(within: .milliseconds(50))
    }
    #expect(
      failure
        == .timedOut(operation: "the delivery of 1 messages", limit: .milliseconds(50)))

    try bench.cluster.bringUp()
    try producer.flush(within: .seconds(30))
    #expect(producer.takeDeliveries().map(\.tag) == [1])
  }

  @Test func `settings out of their range are refused`() throws {
    let bench = try Bench(partitions: 1)
    let changes: [(inout KafkaProducer.Configuration) -> Void] = [
      { $0.messagesMax = 0 }, { $0.bytesMax = 0 }, { $0.messageBytesMax = 0 },
      { $0.messageTimeout = .zero }, { $0.linger = .seconds(-1) },
      { $0.statisticsInterval = .zero }, { $0.messagesMax = .max },
    ]
    for change in changes {
      let failure = #expect(throws: KafkaFailure.self) { try bench.producer(change) }
      #expect(failure?.code == "KAF-003")
    }
    for compression in KafkaProducer.Compression.allCases {
      _ = try bench.producer { $0.compression = compression }
    }
  }
}

// MARK: - Words for the tests

private let keyCount = 16

/// Sends the numbers as values, each with the key of its last four bits and itself as the tag, and
/// takes the reports of what came before whenever the queue is full.
private func send(
  _ numbers: Range<Int>, with producer: KafkaProducer, to topic: String, isWaiting: Bool = true
) async throws {
  for number in numbers {
    let value = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    let key = Array("key-\(number % keyCount)".utf8)
    try producer.produce(topic, key: key, value: value, tag: UInt64(number))
  }
  guard isWaiting else { return }
  // Half a way, so that what follows meets messages that are on their way.
  _ = try await producer.deliveries(max: numbers.count / 2, within: .milliseconds(100))
}

private func isDelivered(_ delivery: KafkaDelivery) -> Bool {
  if case .success = delivery.result { true } else { false }
}

/// The numbers that were read of each key, in their order.
private func readSequences(_ bench: Bench) throws -> [[UInt8]: [Int]] {
  let consumer = try bench.consumer()
  try consumer.assign(bench.starts(.earliest))
  let read = try messagesToTheEnd(of: consumer, partitions: bench.partitions)
  try consumer.close(within: .seconds(5))
  return read.reduce(into: [:]) { sequences, message in
    guard let key = message.key, let value = message.value else { return }
    sequences[key, default: []].append(value.reduce(0) { $0 << 8 | Int($1) })
  }
}

/// Checks that each number was read, and that each key's numbers came in their order.
///
/// The mock cluster does not drop what it has already, as brokers do, so a number may come again;
/// the first one counts.
private func expectEachOnce(_ sequences: [[UInt8]: [Int]], of count: Int) {
  var seen: Set<Int> = []
  for (key, numbers) in sequences {
    let name = String(decoding: key, as: UTF8.self)
    let firsts = numbers.filter { seen.insert($0).inserted }
    #expect(firsts == firsts.sorted(), "\(name) is out of order")
    #expect(firsts.allSatisfy { "key-\($0 % keyCount)" == name })
  }
  #expect(seen == Set(0..<count))
}

/// Kafka's hash of a key: MurmurHash2 by Austin Appleby with Kafka's seed, without the sign.
private func murmur2(_ bytes: [UInt8]) -> UInt32 {
  let factor: UInt32 = 0x5BD1_E995
  var hash = 0x9747_B28C ^ UInt32(bytes.count)
  var rest = bytes[...]
  while rest.count >= 4 {
    var word = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    word = word &* factor
    word = (word ^ (word >> 24)) &* factor
    hash = hash &* factor ^ word
    rest = rest.dropFirst(4)
  }
  if !rest.isEmpty {
    hash ^= rest.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    hash = hash &* factor
  }
  hash = (hash ^ (hash >> 13)) &* factor
  return (hash ^ (hash >> 15)) & 0x7FFF_FFFF
}
