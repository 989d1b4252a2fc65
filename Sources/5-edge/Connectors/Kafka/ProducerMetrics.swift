import OmniTelemetry

/// The metrics of a producer in a registry, which grow by what was done since the last time.
struct ProducerMetrics: Sendable {
  private let queued: Counter
  private let delivered: Counter
  private let failed: Counter
  private let retried: Counter
  private let queueLength: Gauge
  private var last = KafkaProducer.Counters(queued: 0, delivered: 0, failed: 0, retries: 0)

  init(_ registry: MetricsRegistry, client: String) throws(MetricsError) {
    let labels = ["client": client]
    queued = try registry.counter(
      "omni_kafka_messages_queued", help: "Messages that producers queued.", labels: labels)
    delivered = try registry.counter(
      "omni_kafka_messages_delivered", help: "Messages that brokers have.", labels: labels)
    failed = try registry.counter(
      "omni_kafka_messages_failed", help: "Messages that were given up.", labels: labels)
    retried = try registry.counter(
      "omni_kafka_messages_retried", help: "How often messages were sent again, at least.",
      labels: labels)
    queueLength = try registry.gauge(
      "omni_kafka_queue_length", help: "Messages that wait or are on their way.", labels: labels)
  }

  /// Brings the metrics up to `now`.
  ///
  /// A message that is being refused may be in `now` and not in the next one; it is not counted
  /// again.
  mutating func publish(_ now: KafkaProducer.Counters) {
    let next = KafkaProducer.Counters(
      queued: max(last.queued, now.queued), delivered: max(last.delivered, now.delivered),
      failed: max(last.failed, now.failed), retries: max(last.retries, now.retries))
    queued.increment(by: next.queued - last.queued)
    delivered.increment(by: next.delivered - last.delivered)
    failed.increment(by: next.failed - last.failed)
    retried.increment(by: next.retries - last.retries)
    queueLength.record(Double(now.queueLength))
    last = next
  }
}
