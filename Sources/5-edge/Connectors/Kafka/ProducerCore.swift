import CKafka
import OmniCircuitBreaker
import OmniClocks
import OmniTime
import Synchronization

/// What a producer and its thread share: the client, what waits for it, and the counts.
///
/// Everything that changes is in one lock, which is held for some words and never while librdkafka
/// is called. A message that librdkafka has is known by a number that its report brings back: its
/// lowest bit is 1 for one with a tag, 0 for one that a task waits for.
final class ProducerCore: Sendable {
  /// A message that a task waits for.
  struct Waiting {
    let permit: BreakerMachine.Permit
    /// The result, once it is there and nobody has asked.
    var result: Result<KafkaPosition, KafkaFailure>?
    var continuation: CheckedContinuation<Result<KafkaPosition, KafkaFailure>, Never>?
    /// Whether whoever waited is gone.
    var isAbandoned = false
  }

  struct State {
    var isClosed = false
    var isFinished = false
    var lastNumber: UInt64 = 0
    /// How often room was made.
    var roomsMade: UInt64 = 0
    var waiting: [UInt64: Waiting] = [:]
    var tagged = TaggedDeliveries()
    var forRoom = WaitList()
    var forReports = WaitList()
    var metrics: ProducerMetrics?
    var thread: UInt?
  }

  let handle: KafkaHandle
  let breaker: CircuitBreaker
  let clientID: String
  let messagesMax: Int
  let statisticsInterval: Interval
  let counters = ProducerCounts()
  let state = Mutex(State())
  let isStopping = Atomic<Bool>(false)

  init(
    _ kafka: KafkaConfiguration, _ configuration: KafkaProducer.Configuration,
    breaker: CircuitBreaker
  ) throws(KafkaFailure) {
    handle = try KafkaHandle(
      .producer, kafka, settings: try configuration.settings(),
      events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_STATS)
    self.breaker = breaker
    clientID = kafka.clientID
    messagesMax = configuration.messagesMax
    statisticsInterval = configuration.statisticsInterval
  }

  // MARK: Sending

  /// Hands a message with a tag to librdkafka.
  func send(_ record: KafkaRecord, tag: UInt64) throws(KafkaFailure) {
    let permit = try admit()
    let admission: Result<UInt64, KafkaFailure> = state.withLock { state in
      if state.isClosed { return .failure(.closed) }
      guard state.tagged.count < messagesMax else {
        return .failure(
          .queueFull(message: KafkaMessageName(record, tag: tag), limit: messagesMax))
      }
      return .success(state.tagged.add(tag: tag, permit))
    }
    do throws(KafkaFailure) {
      let number = try admission.get()
      do throws(KafkaFailure) {
        try hand(record, number << 1 | 1, tag: tag)
      } catch {
        // One that was settled by a close in between has its report.
        guard state.withLock({ $0.tagged.withdraw(number) }) else { return }
        throw error
      }
    } catch {
      breaker.settle(permit, .ignored)
      throw error
    }
  }

  /// Hands a message that a task will wait for to librdkafka, and gives its number.
  func send(_ record: KafkaRecord) throws(KafkaFailure) -> UInt64 {
    let permit = try admit()
    let added: UInt64? = state.withLock { state in
      if state.isClosed { return nil }
      state.lastNumber += 1
      state.waiting[state.lastNumber] = Waiting(permit: permit)
      return state.lastNumber
    }
    do throws(KafkaFailure) {
      guard let number = added else { throw .closed }
      do throws(KafkaFailure) {
        try hand(record, number << 1, tag: nil)
      } catch {
        state.withLock { _ = $0.waiting.removeValue(forKey: number) }
        throw error
      }
      return number
    } catch {
      breaker.settle(permit, .ignored)
      throw error
    }
  }

  private func admit() throws(KafkaFailure) -> BreakerMachine.Permit {
    do throws(CircuitBreaker.Refused) {
      return try breaker.admit()
    } catch {
      throw .refused(error)
    }
  }

  private func hand(
    _ record: KafkaRecord, _ number: UInt64, tag: UInt64?
  ) throws(KafkaFailure) {
    guard KafkaRecord.isLegal(topic: record.topic) else { throw .unknownTopic(record.topic) }
    // For librdkafka zero stands for now, so the epoch itself cannot be said.
    let milliseconds = record.timestamp.map { $0.nanoseconds / 1_000_000 } ?? 0
    guard record.timestamp == nil || milliseconds > 0 else {
      throw .undelivered(KafkaMessageName(record, tag: tag), .invalidTimestamp)
    }
    // Before librdkafka sends it: what was sent less what was queued is what was sent again.
    counters.queued.add(1, ordering: .acquiringAndReleasing)
    let error = unsafe withBytes(record.key) { key in
      unsafe withBytes(record.value) { value in
        var content = unsafe rd_kafka_message_t()
        unsafe content.key = UnsafeMutableRawPointer(mutating: key)
        unsafe content.key_len = record.key?.count ?? 0
        unsafe content.payload = UnsafeMutableRawPointer(mutating: value)
        unsafe content.len = record.value?.count ?? 0
        unsafe content._private = UnsafeMutableRawPointer(bitPattern: UInt(number))
        return unsafe omni_kafka_produce(
          handle.client, record.topic, record.partition ?? omni_kafka_any_partition, content,
          milliseconds)
      }
    }
    guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    counters.queued.subtract(1, ordering: .acquiringAndReleasing)
    let name = KafkaMessageName(record, tag: tag)
    switch error {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: throw .queueFull(message: name, limit: messagesMax)
    case RD_KAFKA_RESP_ERR__FATAL: throw .fatal(reason: handle.fatalReason ?? "no reason given")
    default: throw Self.failure(error, name)
    }
  }

  /// The address of the bytes: none for nil, and some for no bytes.
  private func withBytes<Result>(
    _ bytes: [UInt8]?, _ body: (UnsafeRawPointer?) -> Result
  ) -> Result {
    guard let bytes else { return body(nil) }
    guard !bytes.isEmpty else {
      return unsafe withUnsafePointer(to: UInt8(0)) { unsafe body(UnsafeRawPointer($0)) }
    }
    return unsafe bytes.withUnsafeBytes { unsafe body($0.baseAddress) }
  }

  /// What `error` says of the message `name`.
  static func failure(_ error: rd_kafka_resp_err_t, _ name: KafkaMessageName) -> KafkaFailure {
    switch error {
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT: .expired(name)
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: .unknownTopic(name.topic)
    // With a partition it may be that the topic has fewer.
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART where name.partition == nil:
      .unknownTopic(name.topic)
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: .messageTooLarge(name)
    default: .undelivered(name, KafkaReason(error))
    }
  }

  // MARK: Waiting

  /// Runs `body` again each time that room is made, as long as the queue is full.
  func withRoom<Answer: Sendable>(
    within limit: Interval, _ body: () throws(KafkaFailure) -> Answer
  ) async throws(KafkaFailure) -> Answer {
    let deadline = TimeSource.machine.now() + limit
    while true {
      let roomsMade = state.withLock { $0.roomsMade }
      do throws(KafkaFailure) {
        return try body()
      } catch {
        guard case .queueFull = error, limit > .zero else { throw error }
      }
      switch await waitForRoom(after: roomsMade, until: deadline) {
      case .woken: continue
      case .expired: throw .timedOut(operation: "room in the producer's queue", limit: limit)
      case .cancelled: throw .cancelled(nil)
      case .closed: throw .closed
      }
    }
  }

  private func waitForRoom(
    after roomsMade: UInt64, until deadline: MonotonicInstant
  ) async -> WaitList.End {
    await wait(until: deadline) { state, waiter in
      if state.isClosed { return .closed }
      if state.roomsMade != roomsMade { return .woken }
      state.forRoom.add(waiter)
      return nil
    }
  }

  /// Waits until there is a report to take, or none is to come.
  func waitForReports(until deadline: MonotonicInstant) async -> WaitList.End {
    await wait(until: deadline) { state, waiter in
      if state.tagged.isReady { return .woken }
      if state.isFinished { return .closed }
      state.forReports.add(waiter)
      return nil
    }
  }

  private func wait(
    until deadline: MonotonicInstant,
    _ begin: (inout State, WaitList.Waiter) -> WaitList.End?
  ) async -> WaitList.End {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waiter = WaitList.Waiter(
          number: number, deadline: deadline, continuation: continuation)
        let end: WaitList.End? = state.withLock { begin(&$0, waiter) }
        if let end { return continuation.resume(returning: end) }
        // The thread looks at the deadline. A cancellation before this found nobody to resume.
        unsafe rd_kafka_queue_yield(handle.queue)
        if Task.isCancelled { cancelWait(number) }
      }
    } onCancel: {
      cancelWait(number)
    }
  }

  private func cancelWait(_ number: UInt64) {
    let waiter = state.withLock { $0.forRoom.remove(number) ?? $0.forReports.remove(number) }
    waiter?.continuation.resume(returning: .cancelled)
  }

  /// Waits for the report of the message with that number.
  func result(
    of number: UInt64, _ record: KafkaRecord
  ) async throws(KafkaFailure) -> KafkaPosition {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known: Result<KafkaPosition, KafkaFailure>? = state.withLock { state in
          guard let waiting = state.waiting[number] else { return .failure(.closed) }
          if let result = waiting.result {
            state.waiting[number] = nil
            return result
          }
          state.waiting[number]?.continuation = continuation
          return nil
        }
        if let known { return continuation.resume(returning: known) }
        if Task.isCancelled { abandon(number, record) }
      }
    } onCancel: {
      abandon(number, record)
    }
    return try result.get()
  }

  private func abandon(_ number: UInt64, _ record: KafkaRecord) {
    let continuation = state.withLock { state in
      let continuation = state.waiting[number]?.continuation
      // The entry stays for its report; without a continuation nobody waits yet.
      if continuation != nil {
        state.waiting[number]?.continuation = nil
        state.waiting[number]?.isAbandoned = true
      }
      return continuation
    }
    continuation?.resume(
      returning: .failure(.cancelled(KafkaMessageName(record, tag: nil))))
  }
}
