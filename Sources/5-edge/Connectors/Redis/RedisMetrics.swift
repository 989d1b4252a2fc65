public import OmniTelemetry

/// The metrics of a client, as a registry shows them.
///
///     let metrics = try RedisMetrics(registry, client: "quotes")
///     let client = try RedisClient(address, metrics: metrics)
public struct RedisMetrics: Sendable {
  /// The bounds of the round trips, in nanoseconds: from 20 µs to 10 s.
  public static let roundTripBounds: [Int64] = [
    20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
    50_000_000, 100_000_000, 500_000_000, 1_000_000_000, 10_000_000_000,
  ]

  let commands: Counter
  let errors: Counter
  let losses: Counter
  let timeouts: Counter
  let refusals: Counter
  let reconnects: Counter
  let roundTrips: Histogram

  /// Registers the metrics with the label `client`.
  public init(_ registry: MetricsRegistry, client: String) throws(MetricsError) {
    let labels = ["client": client]
    commands = try registry.counter(
      "omni_redis_commands", help: "Commands that Redis answered.", labels: labels)
    errors = try registry.counter(
      "omni_redis_errors", help: "Commands that Redis answered with an error.", labels: labels)
    losses = try registry.counter(
      "omni_redis_losses", help: "Calls that were under way when a connection was lost.",
      labels: labels)
    timeouts = try registry.counter(
      "omni_redis_timeouts", help: "Calls that had no reply in time.", labels: labels)
    refusals = try registry.counter(
      "omni_redis_refusals", help: "Calls that the breaker or a full queue refused.",
      labels: labels)
    reconnects = try registry.counter(
      "omni_redis_reconnects", help: "Connections that were made again.", labels: labels)
    roundTrips = try registry.histogram(
      "omni_redis_round_trip_nanoseconds", help: "From the call to the last of its replies.",
      labels: labels, bounds: Self.roundTripBounds)
  }
}
