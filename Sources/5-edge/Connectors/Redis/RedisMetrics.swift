public import OmniTelemetry
import OmniTime
import Synchronization

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

/// What a client counts, for itself and for its metrics.
final class RedisCounters: Sendable {
  private let commands = Atomic<UInt64>(0)
  private let errors = Atomic<UInt64>(0)
  private let losses = Atomic<UInt64>(0)
  private let timeouts = Atomic<UInt64>(0)
  private let refusals = Atomic<UInt64>(0)
  private let reconnects = Atomic<UInt64>(0)
  private let metrics: RedisMetrics?

  init(_ metrics: RedisMetrics?) { self.metrics = metrics }

  var counts: RedisClient.Counts {
    RedisClient.Counts(
      commands: commands.load(ordering: .relaxed), errors: errors.load(ordering: .relaxed),
      losses: losses.load(ordering: .relaxed), timeouts: timeouts.load(ordering: .relaxed),
      refusals: refusals.load(ordering: .relaxed), reconnects: reconnects.load(ordering: .relaxed))
  }

  func noteAnswer(_ replies: [RedisReply], after time: Interval) {
    let count = UInt64(replies.count)
    commands.wrappingAdd(count, ordering: .relaxed)
    var errorCount: UInt64 = 0
    for case .error in replies { errorCount += 1 }
    if errorCount > 0 { errors.wrappingAdd(errorCount, ordering: .relaxed) }
    guard let metrics else { return }
    metrics.commands.increment(by: count)
    if errorCount > 0 { metrics.errors.increment(by: errorCount) }
    metrics.roundTrips.record(time.nanoseconds)
  }

  func noteLoss() { note(losses, metrics?.losses) }
  func noteTimeout() { note(timeouts, metrics?.timeouts) }
  func noteRefusal() { note(refusals, metrics?.refusals) }
  func noteReconnect() { note(reconnects, metrics?.reconnects) }

  private func note(_ own: borrowing Atomic<UInt64>, _ shown: Counter?) {
    own.wrappingAdd(1, ordering: .relaxed)
    shown?.increment()
  }
}
