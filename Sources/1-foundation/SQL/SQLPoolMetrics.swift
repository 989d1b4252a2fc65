public import OmniTelemetry

/// The metrics of a pool, as a registry shows them.
///
///     let metrics = try SQLPoolMetrics(registry, pool: "books")
///     let pool = try PostgreSQLPool(address, metrics: metrics)
public struct SQLPoolMetrics: Sendable {
  /// The bounds of the times of calls, in nanoseconds: from 50 µs to 30 s.
  public static let callBounds: [Int64] = [
    50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000,
    100_000_000, 500_000_000, 1_000_000_000, 5_000_000_000, 30_000_000_000,
  ]

  let calls: Counter
  let errors: Counter
  let failures: Counter
  let refusals: Counter
  let repeats: Counter
  let connects: Counter
  let failedConnects: Counter
  let times: Histogram

  /// Registers the metrics with the label `pool`.
  public init(_ registry: MetricsRegistry, pool: String) throws(MetricsError) {
    let labels = ["pool": pool]
    calls = try registry.counter(
      "omni_sql_calls", help: "Calls that the store did.", labels: labels)
    errors = try registry.counter(
      "omni_sql_errors", help: "Calls whose statement the store refused.", labels: labels)
    failures = try registry.counter(
      "omni_sql_failures", help: "Calls that ended because the store was away, ill or silent.",
      labels: labels)
    refusals = try registry.counter(
      "omni_sql_refusals", help: "Calls that were not made.", labels: labels)
    repeats = try registry.counter(
      "omni_sql_repeats", help: "Reads that were done once more on a new connection.",
      labels: labels)
    connects = try registry.counter(
      "omni_sql_connects", help: "Connections that were made.", labels: labels)
    failedConnects = try registry.counter(
      "omni_sql_failed_connects", help: "Attempts to connect that failed.", labels: labels)
    times = try registry.histogram(
      "omni_sql_call_nanoseconds", help: "From the call to its rows, with its waiting.",
      labels: labels, bounds: Self.callBounds)
  }
}
