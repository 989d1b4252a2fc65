import OmniCircuitBreaker
import OmniClocks
import OmniKafka
import OmniTelemetry
import OmniTime
import Testing

@Suite("ProducerCore")
struct ProducerCoreTests {
  // MARK: Reports

  @Test func `reports come in the order of producing, whatever the brokers' order`() async throws {
    let bench = try Bench(brokers: 2, partitions: 2)
    try bench.cluster.setLeader(1, of: KafkaPartition(bench.topic, 0))
    try bench.cluster.setLeader(2, of: KafkaPartition(bench.topic, 1))
    try bench.cluster.setRoundTrip(.milliseconds(400), broker: 1)
    let producer = try bench.producer()

    for tag in UInt64(0)..<20 {
      try producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: [1], partition: Int32(tag % 2)), tag: tag)
    }
    var taken: [KafkaDelivery] = []
    while producer.counters.delivered < 10 {
      taken += try await producer.deliveries(within: .milliseconds(1))
    }
    // The second broker's answers are there, and wait for the first one's.
    let early = taken.count
    while taken.count < 20 { taken += try await producer.deliveries(max: 3, within: .seconds(20)) }

    #expect(early < 10)
    #expect(taken.map(\.tag) == Array(0..<20))
    for delivery in taken {
      let position = try delivery.result.get()
      #expect(position.partition == Int32(delivery.tag % 2))
      #expect(position.offset == Int64(delivery.tag / 2))
    }
    #expect(producer.takeDeliveries().isEmpty)
  }

  @Test func `waiting for reports ends with its time`() async throws {
    let producer = try Bench(partitions: 1).producer()
    #expect(try await producer.deliveries(within: .milliseconds(20)).isEmpty)
  }

  @Test func `reports that nobody takes fill the queue, and taking them makes room`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messagesMax = 4 }
    for tag in UInt64(0)..<4 { try producer.produce(bench.topic, key: nil, value: [], tag: tag) }
    try producer.flush(within: .seconds(20))

    let record = KafkaRecord(topic: bench.topic, key: nil, value: [])
    #expect(throws: KafkaFailure.self) { try producer.produce(record, tag: 4) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await producer.produce(record, tag: 4, roomWithin: .seconds(20)) }
      group.addTask {
        try await TimeSource.machine.sleep(for: .milliseconds(50))
        #expect(producer.takeDeliveries(max: 1).map(\.tag) == [0])
      }
      try await group.waitForAll()
    }
    try producer.flush(within: .seconds(20))
    #expect(producer.takeDeliveries().map(\.tag) == [1, 2, 3, 4])
  }

  @Test func `many tasks that wait for little room all get through`() async throws {
    let bench = try Bench(partitions: 3)
    let producer = try bench.producer { $0.messagesMax = 5 }
    let topic = bench.topic
    let offsets = try await withThrowingTaskGroup(of: KafkaPosition.self) { group in
      for number in UInt8(0)..<200 {
        group.addTask {
          try await producer.produce(
            KafkaRecord(topic: topic, key: [number], value: [number]), roomWithin: .seconds(60))
        }
      }
      return try await group.reduce(into: Set<KafkaPosition>()) { $0.insert($1) }
    }
    #expect(offsets.count == 200)
    #expect(producer.counters.delivered == 200)
  }

  // MARK: Cancelling

  @Test func `a task that is cancelled waits no longer, and its message goes on`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messagesMax = 1 }
    try bench.cluster.takeDown()
    let record = KafkaRecord(topic: bench.topic, key: [1], value: [7])

    let failures = await withTaskGroup(of: KafkaFailure?.self) { group in
      group.addTask { await failure { _ = try await producer.produce(record) } }
      while producer.counters.queued == 0 { await Task.yield() }
      group.addTask {
        await failure { _ = try await producer.produce(record, roomWithin: .seconds(600)) }
      }
      group.addTask { await failure { _ = try await producer.deliveries(within: .seconds(600)) } }
      group.cancelAll()
      return await group.reduce(into: []) { $0.append($1) }
    }

    #expect(failures.count == 3)
    #expect(failures.allSatisfy { $0?.code == "KAF-016" })
    #expect(failures.count { $0 == .cancelled(nil) } == 2)
    try bench.cluster.bringUp()
    #expect(try bench.read(1).map(\.value) == [[7]])
    try producer.flush(within: .seconds(20))
    #expect(producer.breaker.health.counts.successes == 1)
  }

  // MARK: Closing

  @Test func `a closed producer takes nothing and says so`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer()
    try producer.produce(bench.topic, key: nil, value: [1], tag: 1)
    try producer.close(within: .seconds(20))
    try producer.close(within: .seconds(20))

    let record = KafkaRecord(topic: bench.topic, key: nil, value: [1])
    #expect(throws: KafkaFailure.closed) { try producer.produce(record, tag: 2) }
    await #expect(throws: KafkaFailure.closed) { try await producer.produce(record) }
    #expect(throws: KafkaFailure.closed) { try producer.flush(within: .seconds(1)) }
    #expect(try await producer.deliveries(within: .seconds(1)).map(\.tag) == [1])
    await #expect(throws: KafkaFailure.closed) {
      try await producer.deliveries(within: .seconds(600))
    }
  }

  @Test func `what is left when the time to close is over has its report`() async throws {
    let bench = try Bench(partitions: 1)
    let producer = try bench.producer { $0.messagesMax = 3 }
    try bench.cluster.takeDown()
    let record = KafkaRecord(topic: bench.topic, key: nil, value: [1])
    try producer.produce(record, tag: 1)
    try producer.produce(record, tag: 2)

    let failures = await withTaskGroup(of: KafkaFailure?.self) { group in
      group.addTask { await failure { _ = try await producer.produce(record) } }
      while producer.counters.queued < 3 { await Task.yield() }
      group.addTask {
        await failure { _ = try await producer.produce(record, roomWithin: .seconds(600)) }
      }
      group.addTask {
        try? await TimeSource.machine.sleep(for: .milliseconds(50))
        let failure = #expect(throws: KafkaFailure.self) {
          try producer.close(within: .milliseconds(50))
        }
        #expect(failure?.code == "KAF-006")
        return nil
      }
      return await group.reduce(into: [KafkaFailure]()) { failures, failure in
        if let failure { failures.append(failure) }
      }
    }

    #expect(failures.contains(.closed))
    #expect(
      failures.contains {
        if case .undelivered(_, .droppedFromQueue) = $0 { true } else { false }
      })
    let deliveries = producer.takeDeliveries()
    #expect(deliveries.map(\.tag) == [1, 2])
    for delivery in deliveries {
      guard case .failure(.undelivered(let name, .droppedFromQueue)) = delivery.result else {
        Issue.record("\(delivery)")
        continue
      }
      #expect(name.tag == delivery.tag)
    }
    #expect(producer.breaker.health.counts.failures == 0)
  }

  @Test func `a producer that is let go with messages left stops`() throws {
    let bench = try Bench(partitions: 1)
    try bench.cluster.takeDown()
    do {
      let producer = try bench.producer()
      for tag in UInt64(0)..<1_000 {
        try producer.produce(bench.topic, key: nil, value: [1], tag: tag)
      }
    }
  }

  // MARK: The breaker

  @Test func `deliveries that fail open the breaker, and those that succeed close it`() async throws
  {
    let bench = try Bench(partitions: 1)
    let time = ManualTime()
    var settings = BreakerConfiguration()
    settings.callsMin = 4
    settings.probeCount = 2
    settings.ramp = .zero
    settings.jitterPercent = 0
    let breaker = try CircuitBreaker("kafka", settings, time: .manual(time))
    var configuration = KafkaProducer.Configuration()
    configuration.messageTimeout = .milliseconds(1_000)
    let producer = try KafkaProducer(
      try bench.configuration(), configuration, breaker: breaker)
    try bench.cluster.takeDown()
    for tag in UInt64(0)..<4 { try producer.produce(bench.topic, key: nil, value: [1], tag: tag) }
    #expect(breaker.health.state == .closed)

    var expired: [KafkaDelivery] = []
    while expired.count < 4 { expired += try await producer.deliveries(within: .seconds(20)) }
    #expect(breaker.health.state == .open)
    let refusal = #expect(throws: KafkaFailure.self) {
      try producer.produce(bench.topic, key: nil, value: [1], tag: 4)
    }
    #expect(refusal?.code == "KAF-011")
    guard case .refused(let reason) = refusal else { return }
    #expect(reason.retryAfter == settings.backoff)
    #expect(producer.counters.queued == 4)

    try bench.cluster.bringUp()
    time.advance(by: settings.backoff)
    for number in UInt8(0)..<2 {
      _ = try await producer.produce(
        KafkaRecord(topic: bench.topic, key: nil, value: [number]))
    }
    #expect(breaker.health.state == .closed)
  }

  // MARK: Metrics

  @Test func `metrics say what the counters say`() async throws {
    let bench = try Bench(partitions: 1)
    let registry = MetricsRegistry()
    let producer = try bench.producer()
    try producer.register(in: registry)
    for _ in 0..<5 {
      _ = try await producer.produce(KafkaRecord(topic: bench.topic, key: nil, value: [1]))
    }
    bench.cluster.failNext(.produce, with: [.topicNotAuthorized])
    _ = try? await producer.produce(KafkaRecord(topic: bench.topic, key: nil, value: [1]))
    try producer.close(within: .seconds(20))

    let text = registry.rendered()
    for line in [
      "omni_kafka_messages_queued{client=\"omni-test\"} 6",
      "omni_kafka_messages_delivered{client=\"omni-test\"} 5",
      "omni_kafka_messages_failed{client=\"omni-test\"} 1",
      "omni_kafka_queue_length{client=\"omni-test\"} 0",
    ] {
      #expect(text.contains(line), "\(text)")
    }
  }
}

// MARK: - Words for the tests

/// What `body` throws.
private func failure(_ body: @Sendable () async throws -> Void) async -> KafkaFailure? {
  do {
    try await body()
    return nil
  } catch {
    return error as? KafkaFailure
  }
}
