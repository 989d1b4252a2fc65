public import OmniTelemetry
import Synchronization

/// What a snapshotter has done, as a registry shows it.
///
///     let series = try SnapshotterSeries(registry, as: "orders")
///     series.record(snapshotter.metrics)   // by the thread that owns it, when it likes
///
/// A snapshotter belongs to one thread, and metrics are rendered by another; this stands between.
public final class SnapshotterSeries: Sendable {
  private let latest = Mutex(SnapshotterMetrics())

  /// Registers the series `omni_snapshotter_…` with the label `snapshotter`.
  public init(_ registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_snapshotter", labels: ["snapshotter": name]) { [self] in
      Self.observations(latest.withLock { $0 })
    }
  }

  /// Shows `metrics` from now on.
  public func record(_ metrics: SnapshotterMetrics) { latest.withLock { $0 = metrics } }

  private static func observations(_ metrics: SnapshotterMetrics) -> [Observation] {
    [
      .counter("bases_written", "Snapshots written whole.", metrics.basesWritten),
      .counter("deltas_written", "Snapshots written as deltas.", metrics.deltasWritten),
      .counter("bytes_written", "Bytes of snapshots written.", metrics.bytesWritten),
      .counter("writes_lost", "Snapshots that somebody else had written.", metrics.writesLost),
      .counter("writes_failed", "Snapshots that could not be written.", metrics.writesFailed),
      .counter("repairs", "Damaged snapshots that were replaced.", metrics.repairs),
      .counter("ignored", "Snapshots that were of no use.", metrics.ignored.total),
      .counter("reads_failed", "Readings of the store that failed.", metrics.readsFailed),
      .counter("restores", "States restored from a snapshot.", metrics.restoresFromSnapshot),
      .counter("full_replays", "States restored from the events alone.", metrics.fullReplays),
      .counter("replayed_events", "Events replayed.", metrics.replayedEvents),
      .counter("appended_events", "Events appended.", metrics.appendedEvents),
      .counter("conflicts", "Appends that another writer forestalled.", metrics.conflicts),
      .counter("pruned", "Snapshots removed by pruning.", metrics.pruned),
    ]
  }
}
