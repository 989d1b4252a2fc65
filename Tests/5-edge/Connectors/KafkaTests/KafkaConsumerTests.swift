import OmniKafka
import OmniTime
import Testing

@Suite("KafkaConsumer")
struct KafkaConsumerTests {
  // MARK: Where reading begins

  @Test func `reading begins at the earliest, at an offset, or behind the latest`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    try await producer.sendNumbers(0..<10, to: bench.topic)
    let consumer = try bench.consumer()

    try consumer.assign(bench.starts(.earliest))
    #expect(try messages(of: consumer, 10).map(\.offset) == Array(0..<10))

    try consumer.assign(bench.starts(.offset(7)))
    #expect(try messagesToTheEnd(of: consumer, partitions: 1).map(\.offset) == [7, 8, 9])

    try consumer.assign(bench.starts(.latest))
    #expect(try consumer.poll(within: .seconds(10)) == .endOfPartition(fills0, offset: 10))
    try await producer.sendNumbers(10..<12, to: bench.topic)
    #expect(try messages(of: consumer, 2).map(\.offset) == [10, 11])
    try consumer.close(within: .seconds(5))
  }

  @Test func `the end of a partition is told once it is reached`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<3, to: bench.topic)
    let consumer = try bench.consumer()
    try consumer.assign(bench.starts(.earliest))

    var events: [KafkaConsumer.Event] = []
    while events.count < 4, let event = try consumer.poll(within: .seconds(10)) {
      events.append(event)
    }

    #expect(events.last == .endOfPartition(fills0, offset: 3))
    #expect(try consumer.poll(within: .milliseconds(50)) == nil)
  }

  @Test func `an offset where nothing is fails, unless there is a fallback`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<3, to: bench.topic)

    let strict = try bench.consumer()
    try strict.assign(bench.starts(.offset(1_000)))
    let failure = #expect(throws: KafkaFailure.self) {
      try strict.poll(within: .seconds(10))
    }
    #expect(failure == .offsetOutOfRange(fills0))
    #expect(failure?.code == "KAF-014")

    let lenient = try bench.consumer(startWithoutCommit: .earliest)
    try lenient.assign(bench.starts(.offset(1_000)))
    #expect(try messages(of: lenient, 3).map(\.offset) == [0, 1, 2])
  }

  @Test func `seeking goes back and forth and gives nothing of the old place`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<100, to: bench.topic)
    let consumer = try bench.consumer()
    try consumer.assign(bench.starts(.earliest))
    #expect(try messages(of: consumer, 50).count == 50)

    try consumer.seek(fills0, to: .offset(10), within: .seconds(5))
    #expect(try messages(of: consumer, 2).map(\.offset) == [10, 11])
    try consumer.seek(fills0, to: .offset(98), within: .seconds(5))
    #expect(try messages(of: consumer, 2).map(\.offset) == [98, 99])
    try consumer.seek(fills0, to: .earliest, within: .seconds(5))
    #expect(try messages(of: consumer, 1).map(\.offset) == [0])
  }

  @Test func `seeking in a partition that is not read is refused`() throws {
    let bench = try Bench(partitions: 1)
    let consumer = try bench.consumer()
    #expect(throws: KafkaFailure.self) {
      try consumer.seek(fills0, to: .earliest, within: .seconds(1))
    }
  }

  // MARK: Commits

  @Test func `a group resumes where it committed`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<10, to: bench.topic)

    let first = try bench.consumer(startWithoutCommit: .earliest)
    try first.subscribe(to: [bench.topic])
    let read = try messages(of: first, 6)
    try #require(read.count == 6)
    try first.commit(after: read[3], within: .seconds(10))
    #expect(try first.committed([fills0], within: .seconds(10)) == [fills0: 4])
    try first.close(within: .seconds(10))

    let second = try bench.consumer(startWithoutCommit: .latest)
    try second.subscribe(to: [bench.topic])
    #expect(try messages(of: second, 6).map(\.offset) == Array(4..<10))
    try second.close(within: .seconds(10))

    let assigned = try bench.consumer()
    try assigned.assign(bench.starts(.committed))
    #expect(try messages(of: assigned, 1).map(\.offset) == [4])

    let others = try bench.consumer(group: "others", startWithoutCommit: .earliest)
    #expect(try others.committed([fills0], within: .seconds(10)).isEmpty)
    try others.assign(bench.starts(.committed))
    #expect(try messages(of: others, 1).map(\.offset) == [0])
  }

  @Test func `nothing is committed by itself`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<5, to: bench.topic)
    for _ in 0..<2 {
      let consumer = try bench.consumer(startWithoutCommit: .earliest)
      try consumer.subscribe(to: [bench.topic])
      #expect(try messages(of: consumer, 5).map(\.offset) == Array(0..<5))
      try consumer.close(within: .seconds(10))
    }
  }

  @Test func `a commit that the brokers refuse is typed`() async throws {
    let bench = try Bench(partitions: 1)
    try await bench.producer().sendNumbers(0..<1, to: bench.topic)
    let consumer = try bench.consumer()
    try consumer.assign(bench.starts(.earliest))
    bench.cluster.failNext(.offsetCommit, with: [.topicNotAuthorized])

    let failure = #expect(throws: KafkaFailure.self) {
      try consumer.commit([fills0: 1], within: .seconds(10))
    }

    guard case .operationFailed(let operation, .topicNotAuthorized) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(operation.contains("fills[0]"))
    try consumer.commit([fills0: 1], within: .seconds(10))
  }

  @Test func `a commit without brokers ends with its time`() async throws {
    let bench = try Bench(partitions: 1)
    let consumer = try bench.consumer()
    try consumer.assign(bench.starts(.earliest))
    try bench.cluster.takeDown()

    let failure = #expect(throws: KafkaFailure.self) {
      try consumer.commit([fills0: 1], within: .milliseconds(200))
    }

    #expect(
      failure == .timedOut(operation: "committing fills[0]", limit: .milliseconds(200)))
    #expect(throws: KafkaFailure.self) {
      try consumer.committed([fills0], within: .milliseconds(100))
    }
  }

  @Test func `the bounds of a partition are its first offset and the one behind its last`()
    async throws
  {
    let bench = try Bench(partitions: 2)
    try await bench.producer().sendNumbers(0..<5, to: bench.topic)
    let consumer = try bench.consumer()
    #expect(try consumer.bounds(of: fills0, within: .seconds(10)) == 0..<5)
    let other = KafkaPartition(bench.topic, 1)
    #expect(try consumer.bounds(of: other, within: .seconds(10)).isEmpty)
  }

  // MARK: What cannot be read

  @Test func `a topic that is not there is an error that names it`() throws {
    let bench = try Bench(partitions: 1)
    // The mock cluster creates what is asked for, if it is not told otherwise.
    bench.cluster.setError(.unknownTopicOrPartition, ofTopic: "nowhere")
    let consumer = try KafkaConsumer(
      try bench.configuration(["topic.metadata.propagation.max.ms": "0"]), .init(group: "readers"))
    try consumer.assign([KafkaPartition("nowhere", 0): .earliest])

    #expect(throws: KafkaFailure.unknownTopic("nowhere")) {
      try consumer.poll(within: .seconds(60))
    }
    let group = try bench.consumer()
    try group.subscribe(to: ["nowhere"])
    #expect(throws: KafkaFailure.unknownTopic("nowhere")) {
      try group.poll(within: .seconds(60))
    }
    #expect(throws: KafkaFailure.unknownTopic("no topic")) {
      try consumer.assign([KafkaPartition("no topic", 0): .earliest])
    }
    #expect(throws: KafkaFailure.unknownTopic("")) { try consumer.subscribe(to: [""]) }
  }

  @Test func `a failure behind messages loses none of them`() async throws {
    let bench = try Bench(partitions: 2)
    try await bench.producer().sendNumbers(0..<3, to: bench.topic)
    let consumer = try bench.consumer()
    try consumer.assign([fills0: .earliest, KafkaPartition(bench.topic, 1): .offset(50)])

    var read: [KafkaMessage] = []
    var failures: [KafkaFailure] = []
    for _ in 0..<50 where read.count < 3 || failures.isEmpty {
      do throws(KafkaFailure) {
        for case .message(let message) in try consumer.pollBatch(
          max: 100, within: .milliseconds(100))
        {
          read.append(message)
        }
      } catch {
        failures.append(error)
      }
    }

    #expect(read.map(\.offset) == [0, 1, 2])
    #expect(failures == [.offsetOutOfRange(KafkaPartition(bench.topic, 1))])
  }

  @Test func `a closed consumer says so`() throws {
    let bench = try Bench(partitions: 1)
    let consumer = try bench.consumer()
    try consumer.close(within: .seconds(5))
    try consumer.close(within: .seconds(5))

    #expect(throws: KafkaFailure.closed) { try consumer.poll(within: .zero) }
    #expect(throws: KafkaFailure.closed) { try consumer.assign([:]) }
    #expect(throws: KafkaFailure.closed) { try consumer.subscribe(to: ["fills"]) }
    #expect(throws: KafkaFailure.closed) { try consumer.commit([fills0: 1], within: .zero) }
    #expect(throws: KafkaFailure.closed) {
      try consumer.seek(fills0, to: .latest, within: .zero)
    }
  }

  @Test func `settings out of their range are refused`() throws {
    let bench = try Bench(partitions: 1)
    var settings: [KafkaConsumer.Configuration] = [.init(group: "")]
    settings.append(.init(group: String(repeating: "g", count: 256)))
    settings.append(.init(group: "readers"))
    settings[2].sessionTimeout = .zero
    settings.append(.init(group: "readers"))
    settings[3].pollIntervalMax = .seconds(1)
    for setting in settings {
      let failure = #expect(throws: KafkaFailure.self) {
        try KafkaConsumer(try bench.configuration(), setting)
      }
      #expect(failure?.code == "KAF-003")
    }
  }

  @Test func `brokers that are away are told of`() throws {
    let bench = try Bench(partitions: 1)
    try bench.cluster.takeDown()
    let consumer = try bench.consumer()
    try consumer.assign(bench.starts(.earliest))
    for _ in 0..<100 where consumer.notices.isEmpty {
      #expect(try consumer.poll(within: .milliseconds(50)) == nil)
    }
    #expect(!consumer.notices.isEmpty)
  }
}

private let fills0 = KafkaPartition("fills", 0)

extension KafkaProducer {
  /// Sends a message for each number to partition 0, and waits for them.
  fileprivate func sendNumbers(_ numbers: Range<UInt8>, to topic: String) async throws {
    for number in numbers {
      _ = try await produce(
        KafkaRecord(topic: topic, key: nil, value: [number], partition: 0))
    }
  }
}
