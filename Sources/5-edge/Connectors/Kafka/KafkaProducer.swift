import CKafka
public import OmniCircuitBreaker
import OmniClocks
public import OmniTelemetry
public import OmniTime

/// Sends messages to Kafka, so that none is lost or doubled while it lives, and tells of each.
///
///     let producer = try KafkaProducer(configuration)
///     let position = try await producer.produce(
///       KafkaRecord(topic: "fills", key: key, value: value), roomWithin: .seconds(1))
///
/// It is librdkafka's idempotent producer: all replicas in step have a message before it counts as
/// delivered, brokers drop what they have already, and messages of a key keep their order. While no
/// broker answers, messages wait and are tried again until ``Configuration/messageTimeout``; then
/// each is given up with an error that names it. Neither more messages nor more bytes wait than the
/// settings allow.
///
/// There are two ways to know what became of a message. A task can wait for its own. A bridge that
/// moves many gives each a tag, such as its place in a journal, and takes the reports from time to
/// time: they come in the order of producing, so the last one says up to where all is settled.
///
///     try producer.produce("fills", key: key, value: value, tag: sequence)
///     for delivery in producer.takeDeliveries() { … }
///
/// A circuit breaker learns from each report and not from the queueing, which always succeeds: when
/// deliveries fail it opens, and callers are refused at once, instead of after the time-out of a
/// message, until a few messages have gone through again. A full queue, a message that is too large
/// and a topic that is unknown say nothing of the brokers and do not count.
///
/// Any thread may use it. One thread of its own takes the reports from librdkafka.
public final class KafkaProducer: Sendable {
  let core: ProducerCore

  /// Starts a producer; the brokers need not be there.
  ///
  /// - Parameters:
  ///   - kafka: Where the brokers are.
  ///   - configuration: How much may wait, and how long.
  ///   - breaker: What refuses messages when deliveries fail; one of its own with the usual
  ///     settings if nothing is given.
  public init(
    _ kafka: KafkaConfiguration, _ configuration: Configuration = Configuration(),
    breaker: CircuitBreaker? = nil
  ) throws(KafkaFailure) {
    let chosen = if let breaker { breaker } else { try Self.usualBreaker(kafka.clientID) }
    core = try ProducerCore(kafka, configuration, breaker: chosen)
    try core.start()
  }

  deinit {
    // Whoever did not close it does not wait for what is left; each message still has its report.
    try? core.close(within: .zero)
  }

  private static func usualBreaker(_ clientID: String) throws(KafkaFailure) -> CircuitBreaker {
    do throws(BreakerFault) {
      return try CircuitBreaker("kafka \(clientID)")
    } catch {
      throw .cannotStart(reason: error.description)
    }
  }

  // MARK: Producing

  /// Queues a message, whose report ``takeDeliveries(max:)`` will give.
  ///
  /// It does not wait: it fails if the queue is full.
  ///
  /// - Parameters:
  ///   - topic: The topic.
  ///   - key: What chooses the partition, or nil for any.
  ///   - value: The value, or nil for none.
  ///   - tag: What the report names the message by; it need not be unique.
  /// - Throws: `queueFull`, `refused`, `closed`, `fatal`, `unknownTopic` or `messageTooLarge`; the
  ///   message then has no report.
  /// - Complexity: O(bytes), which are copied once.
  public func produce(
    _ topic: String, key: [UInt8]?, value: [UInt8]?, tag: UInt64
  ) throws(KafkaFailure) {
    try core.send(KafkaRecord(topic: topic, key: key, value: value), tag: tag)
  }

  /// Queues a message, whose report ``takeDeliveries(max:)`` will give.
  ///
  /// - Throws: as ``produce(_:key:value:tag:)``.
  /// - Complexity: O(bytes), which are copied once.
  public func produce(_ record: KafkaRecord, tag: UInt64) throws(KafkaFailure) {
    try core.send(record, tag: tag)
  }

  /// Queues a message as soon as there is room, whose report ``takeDeliveries(max:)`` will give.
  ///
  /// Room is made by deliveries, and by taking reports: another task has to take them.
  ///
  /// - Parameters:
  ///   - record: The message.
  ///   - tag: What the report names the message by.
  ///   - roomWithin: How long to wait for room.
  /// - Throws: `timedOut` if there is no room in time, `cancelled`, or as
  ///   ``produce(_:key:value:tag:)``.
  public func produce(
    _ record: KafkaRecord, tag: UInt64, roomWithin: Interval
  ) async throws(KafkaFailure) {
    let core = core
    try await core.withRoom(within: roomWithin) { () throws(KafkaFailure) in
      try core.send(record, tag: tag)
    }
  }

  /// Queues a message as soon as there is room, and waits until it is delivered or given up.
  ///
  /// The waiting ends by itself after ``Configuration/messageTimeout``. A task that is cancelled
  /// waits no longer; its message may still be delivered.
  ///
  /// - Parameters:
  ///   - record: The message.
  ///   - roomWithin: How long to wait for room; zero to fail at once when the queue is full.
  /// - Returns: where the message was written.
  /// - Throws: `queueFull` or `timedOut` if there is no room; `expired` or `undelivered` if it was
  ///   given up; `cancelled`; or as ``produce(_:key:value:tag:)``.
  public func produce(
    _ record: KafkaRecord, roomWithin: Interval = .zero
  ) async throws(KafkaFailure) -> KafkaPosition {
    let core = core
    let waiting = try await core.withRoom(within: roomWithin) { () throws(KafkaFailure) in
      try core.send(record)
    }
    return try await core.result(of: waiting, record)
  }

  // MARK: Reports

  /// Takes the reports of tagged messages that are there, in the order of producing.
  ///
  /// Those of messages that were produced after one that is not settled yet are held back until it
  /// is. After closing, what is left can still be taken.
  ///
  /// - Complexity: O(reports).
  public func takeDeliveries(max: Int = 10_000) -> [KafkaDelivery] { core.takeReports(max) }

  /// Waits until there are reports of tagged messages, and takes them, in the order of producing.
  ///
  /// - Returns: no reports if none came within the time.
  /// - Throws: `closed` when all reports of a closed producer have been taken, or `cancelled`.
  public func deliveries(
    max: Int = 10_000, within interval: Interval
  ) async throws(KafkaFailure) -> [KafkaDelivery] {
    let deadline = TimeSource.machine.now() + interval
    while true {
      let taken = core.takeReports(max)
      guard taken.isEmpty else { return taken }
      switch await core.waitForReports(until: deadline) {
      case .woken: continue
      case .expired: return []
      case .cancelled: throw .cancelled(nil)
      case .closed:
        let rest = core.takeReports(max)
        guard !rest.isEmpty else { throw .closed }
        return rest
      }
    }
  }

  /// Waits until nothing is left to deliver; it keeps the calling thread.
  ///
  /// - Throws: `timedOut` if something is left after `interval`, which is still tried; `closed`.
  public func flush(within interval: Interval) throws(KafkaFailure) {
    try core.flush(within: interval)
  }

  /// Takes no more messages, waits for those that are left, and stops; it keeps the calling thread.
  ///
  /// What is not delivered in time is given up, each with its report, and when this returns no more
  /// reports are to come. Closing it again does nothing.
  ///
  /// - Throws: `timedOut` if messages were given up; the producer is closed all the same.
  public func close(within interval: Interval) throws(KafkaFailure) {
    try core.close(within: interval)
  }

  // MARK: Facts

  /// What it did so far.
  public var counters: Counters { core.counters.value }

  /// The breaker that refuses messages when deliveries fail.
  public var breaker: CircuitBreaker { core.breaker }

  /// What librdkafka told beside the reports, such as that no broker answers: at most the last
  /// hundred lines, oldest first.
  public var notices: [String] { core.handle.notices.all }

  /// Keeps metrics of the producer in `registry` from now on: `omni_kafka_messages_queued`,
  /// `…_delivered`, `…_failed` and `…_retried`, and `omni_kafka_queue_length`, with the client's
  /// name as the label `client`.
  ///
  /// They are brought up to date once in ``Configuration/statisticsInterval`` and at the close.
  public func register(in registry: MetricsRegistry) throws(MetricsError) {
    core.publish(to: try ProducerMetrics(registry, client: core.clientID))
  }
}
