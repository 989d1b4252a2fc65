import CKafka
import Glibc
import OmniCircuitBreaker
import OmniClocks
import OmniTime
import Synchronization

extension ProducerCore {
  /// What librdkafka says of one message.
  private struct Report {
    let number: UInt64
    let error: rd_kafka_resp_err_t
    let result: Result<KafkaPosition, KafkaFailure>
  }

  private typealias Resumption = (
    continuation: CheckedContinuation<Result<KafkaPosition, KafkaFailure>, Never>,
    result: Result<KafkaPosition, KafkaFailure>
  )

  /// The longest time between two looks at the deadlines.
  private static let pollInterval = Interval.milliseconds(100)

  // MARK: The thread

  /// Starts the thread that takes the reports.
  func start() throws(KafkaFailure) {
    var thread = pthread_t()
    let held = unsafe Unmanaged.passRetained(self)
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<ProducerCore>.fromOpaque(argument).takeRetainedValue().live()
        }
        return nil
      }, held.toOpaque())
    guard result == 0 else {
      unsafe held.release()
      throw .cannotStart(reason: "no thread: error \(result)")
    }
    state.withLock { $0.thread = UInt(thread) }
  }

  private func live() {
    var nextPublishing = TimeSource.machine.now() + statisticsInterval
    while !isStopping.load(ordering: .acquiring) {
      let deadline = state.withLock { state in
        [state.forRoom.nextDeadline, state.forReports.nextDeadline].compactMap { $0 }.min()
      }
      let rest = deadline.map { $0 - TimeSource.machine.now() } ?? Self.pollInterval
      let event = unsafe rd_kafka_queue_poll(
        handle.queue, min(rest, Self.pollInterval).milliseconds)
      if let event = unsafe event { unsafe take(event) }
      let now = TimeSource.machine.now()
      let expired = state.withLock { $0.forRoom.expired(at: now) + $0.forReports.expired(at: now) }
      for waiter in expired { waiter.continuation.resume(returning: .expired) }
      if now >= nextPublishing {
        publish()
        nextPublishing = now + statisticsInterval
      }
    }
  }

  private func take(_ event: OpaquePointer) {
    let type = unsafe rd_kafka_event_type(event)
    // librdkafka counts down while it gives them, so that their number is not to be asked after.
    let reports = type == RD_KAFKA_EVENT_DR ? unsafe reports(of: event) : []
    settle(reports)
    if type == RD_KAFKA_EVENT_ERROR { unsafe handle.note(event) }
    if type == RD_KAFKA_EVENT_STATS, let text = unsafe rd_kafka_event_stats(event) {
      let count = unsafe strlen(text)
      unsafe text.withMemoryRebound(to: UInt8.self, capacity: count) {
        unsafe counters.note(statistics: UnsafeBufferPointer(start: $0, count: count))
      }
    }
    // With this librdkafka lets the messages go, so that there is room only behind it.
    unsafe rd_kafka_event_destroy(event)
    if !reports.isEmpty { makeRoom(reports.count) }
  }

  // MARK: Reports

  private func reports(of event: OpaquePointer) -> [Report] {
    var reports: [Report] = []
    reports.reserveCapacity(unsafe rd_kafka_event_message_count(event))
    while let message = unsafe rd_kafka_event_message_next(event) {
      let content = unsafe message.pointee
      let number = unsafe UInt64(UInt(bitPattern: content._private))
      if unsafe content.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        let position = unsafe KafkaPosition(partition: content.partition, offset: content.offset)
        reports.append(
          Report(number: number, error: RD_KAFKA_RESP_ERR_NO_ERROR, result: .success(position)))
      } else {
        let failure = unsafe Self.failure(content.err, name(of: content, number))
        reports.append(
          unsafe Report(number: number, error: content.err, result: .failure(failure)))
      }
    }
    return reports
  }

  private func name(of content: rd_kafka_message_t, _ number: UInt64) -> KafkaMessageName {
    let tag = number & 1 == 1 ? state.withLock { $0.tagged.tag(of: number >> 1) } : nil
    let topic = unsafe rd_kafka_topic_name(content.rkt).map { unsafe String(cString: $0) } ?? ""
    let key = unsafe content.key.map { key in
      let count = min(unsafe content.key_len, KafkaMessageName.keyBytesMax)
      return unsafe Array(UnsafeRawBufferPointer(start: key, count: count))
    }
    return unsafe KafkaMessageName(
      topic: topic, partition: content.partition, key: key, valueBytes: content.len, tag: tag)
  }

  private func settle(_ reports: [Report]) {
    guard !reports.isEmpty else { return }
    var permits: [(permit: BreakerMachine.Permit, outcome: BreakerMachine.Outcome)] = []
    permits.reserveCapacity(reports.count)
    var resumptions: [Resumption] = []
    let readers = state.withLock { state in
      for report in reports {
        if let permit = Self.note(report, in: &state, &resumptions) {
          permits.append((permit, Self.outcome(report.error)))
        }
      }
      return state.tagged.isReady ? state.forReports.all() : []
    }
    let failures = reports.count { $0.error != RD_KAFKA_RESP_ERR_NO_ERROR }
    counters.delivered.add(UInt64(reports.count - failures), ordering: .releasing)
    counters.failed.add(UInt64(failures), ordering: .releasing)
    // Before anybody hears of a failure, the breaker knows.
    for (permit, outcome) in permits { breaker.settle(permit, outcome) }
    for (continuation, result) in resumptions { continuation.resume(returning: result) }
    for reader in readers { reader.continuation.resume(returning: .woken) }
  }

  private static func note(
    _ report: Report, in state: inout State, _ resumptions: inout [Resumption]
  ) -> BreakerMachine.Permit? {
    let number = report.number >> 1
    if report.number & 1 == 1 { return state.tagged.settle(number, report.result) }
    guard let waiting = state.waiting[number] else { return nil }
    if let continuation = waiting.continuation {
      resumptions.append((continuation, report.result))
      state.waiting[number] = nil
    } else if waiting.isAbandoned {
      state.waiting[number] = nil
    } else {
      state.waiting[number]?.result = report.result
    }
    return waiting.permit
  }

  /// What the fate of a message says of the brokers.
  private static func outcome(_ error: rd_kafka_resp_err_t) -> BreakerMachine.Outcome {
    switch error {
    case RD_KAFKA_RESP_ERR_NO_ERROR: .success
    // What is wrong with one message or topic, and what the close gave up.
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
      RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
      RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG,
      RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
      RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      .ignored
    default: .failure
    }
  }

  /// Takes reports of tagged messages, which makes room for others.
  func takeReports(_ countMax: Int) -> [KafkaDelivery] {
    let taken = state.withLock { $0.tagged.take(max(0, countMax)) }
    if !taken.isEmpty { makeRoom(taken.count) }
    return taken
  }

  private func makeRoom(_ count: Int) {
    let waiters = state.withLock { state in
      state.roomsMade += 1
      return state.forRoom.first(count)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .woken) }
  }

  // MARK: Metrics

  func publish(to metrics: ProducerMetrics) {
    state.withLock { $0.metrics = metrics }
    publish()
  }

  private func publish() {
    let now = counters.value
    state.withLock { $0.metrics?.publish(now) }
  }

  // MARK: Ending

  func flush(within limit: Interval) throws(KafkaFailure) {
    if state.withLock({ $0.isClosed }) { throw .closed }
    try flushOpen(within: limit)
  }

  private func flushOpen(within limit: Interval) throws(KafkaFailure) {
    let error = unsafe rd_kafka_flush(handle.client, limit.milliseconds)
    if error == RD_KAFKA_RESP_ERR__TIMED_OUT {
      throw .timedOut(
        operation: "the delivery of \(counters.value.queueLength) messages", limit: limit)
    }
    try handle.check(error, "waiting for deliveries")
  }

  func close(within limit: Interval) throws(KafkaFailure) {
    let (isFirst, waiters) = state.withLock { state in
      defer { state.isClosed = true }
      return (!state.isClosed, state.forRoom.all())
    }
    guard isFirst else { return }
    for waiter in waiters { waiter.continuation.resume(returning: .closed) }
    defer { finish() }
    do throws(KafkaFailure) {
      try flushOpen(within: limit)
    } catch {
      let flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
      try handle.check(unsafe rd_kafka_purge(handle.client, flags), "giving up what is left")
      // The reports of what was given up are in the queue by now; they are only to be taken.
      _ = unsafe rd_kafka_flush(handle.client, Interval.seconds(5).milliseconds)
      throw error
    }
  }

  /// Stops the thread; what has no report by then gets its end here.
  private func finish() {
    isStopping.store(true, ordering: .releasing)
    unsafe rd_kafka_queue_yield(handle.queue)
    if let thread = state.withLock({ $0.thread.take() }) {
      _ = pthread_join(pthread_t(thread), nil)
    }
    let (left, permits, readers) = state.withLock { state in
      state.isFinished = true
      let left = state.waiting.filter { $0.value.result == nil }
      for number in left.keys {
        state.waiting[number]?.result = .failure(.closed)
        let isWaitedFor = left[number]?.continuation != nil
        if isWaitedFor || left[number]?.isAbandoned == true { state.waiting[number] = nil }
      }
      return (
        left.values.map { $0 }, state.tagged.settleAll(.closed), state.forReports.all()
      )
    }
    for permit in left.map(\.permit) + permits { breaker.settle(permit, .ignored) }
    for waiting in left { waiting.continuation?.resume(returning: .failure(.closed)) }
    for reader in readers { reader.continuation.resume(returning: .closed) }
    publish()
  }
}
