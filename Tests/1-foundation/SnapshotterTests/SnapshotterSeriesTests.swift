import OmniNumerics
import OmniSnapshotter
import OmniTelemetry
import Testing

@Suite("Metrics of snapshotters")
struct SnapshotterSeriesTests {
  @Test func `what a snapshotter has done is shown when its owner says so`() throws {
    let registry = MetricsRegistry()
    let series = try SnapshotterSeries(registry, as: "shelves")
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: MemorySnapshotStore(), log: MemoryEventLog(), configuration: every(10))
    var random = SplitMix64(seed: 3)
    var aggregate = try snapshotter.rehydrate(name("a")).aggregate
    for event in randomEvents(25, &random) {
      try snapshotter.append([event], to: &aggregate, now: at(7))
    }
    let line = "omni_snapshotter_appended_events{snapshotter=\"shelves\"} "
    #expect(registry.rendered().contains(line + "0\n"))
    series.record(snapshotter.metrics)
    let text = registry.rendered()
    #expect(text.contains(line + "25\n"))
    #expect(text.contains("omni_snapshotter_full_replays{snapshotter=\"shelves\"} 1\n"))
    #expect(snapshotter.metrics.snapshotsWritten == 2)
    let written = ["bases", "deltas"].map { kind in
      text.split(separator: "\n").first { $0.hasPrefix("omni_snapshotter_\(kind)_written{") }
        .flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }
    #expect(written.reduce(0, +) == 2)
  }
}
