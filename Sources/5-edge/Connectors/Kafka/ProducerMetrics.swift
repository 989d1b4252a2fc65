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
      "omni_kafka_requests_retried", help: "Requests that were sent again.", labels: labels)
    queueLength = try registry.gauge(
      "omni_kafka_queue_length", help: "Messages that wait or are on their way.", labels: labels)
  }

  /// Brings the metrics up to `now`.
  mutating func publish(_ now: KafkaProducer.Counters) {
    queued.increment(by: now.queued - min(now.queued, last.queued))
    delivered.increment(by: now.delivered - min(now.delivered, last.delivered))
    failed.increment(by: now.failed - min(now.failed, last.failed))
    retried.increment(by: now.retries - min(now.retries, last.retries))
    queueLength.record(Double(now.queueLength))
    last = now
  }
}
