import OmniDeveloperTool
import Testing

@Suite("BooksRatios")
struct BooksRatiosTests {
  private static let flat = """
    reference-flat(C++)          ops=3000000 best_of_5=30123456 ops/s (33.2 ns/op) p50=28ns p90=60ns p99=120ns \
    p99.9=300ns p99.99=900ns max=80us | trades=172753 vol=4531850 live=950 hash=29f13f5d8afda609
    """
  private static let ticks = """
    a line about something else
    hftbacktest noop ROIVector: events=345678 cpu=30.0ms 11,500,000 events/cpu-s steps=3400 trades=0 rss=400MiB
    hftbacktest noop HashMap: events=345678 cpu=40.0ms 9,000,000 events/cpu-s steps=3400 trades=0 rss=400MiB
    hftbacktest mm-100ms ROIVector: events=345678 cpu=36.0ms 9,600,000 events/cpu-s steps=3400 trades=431 rss=400MiB
    """

  @Test func `the peers' lines are read`() {
    #expect(
      BooksRatios.figures(ofFlat: Self.flat) == [
        "ops_per_s": 30_123_456, "p99": 120, "trades": 172_753, "volume": 4_531_850, "live": 950,
      ])
    #expect(
      BooksRatios.figures(ofTicks: Self.ticks) == [
        "noop": 11_500_000, "mm": 9_600_000, "events": 345_678, "trades": 431,
      ])
    #expect(BooksRatios.figures(ofFlat: "").isEmpty && BooksRatios.figures(ofTicks: "").isEmpty)
  }

  @Test func `ratios are held against what is wanted`() {
    let round = BooksRatios.Round(
      matching: ["ops_per_cpu_s": 15_000_000, "trades": 172_753, "volume": 4_531_850],
      flat: BooksRatios.figures(ofFlat: Self.flat),
      replay: ["events_per_cpu_s": 46_000_000, "events": 345_678], making: [:],
      ticks: BooksRatios.figures(ofTicks: Self.ticks))
    #expect(
      BooksRatios([round]).table.split(separator: "\n") == [
        "matching, b_flat: 15 against 30.12 million a second at best, 0.5 times in the median; NOT as wanted, at least 0.6",
        "replay of a book, hftbacktest: 46 against 11.5 million a second at best, 4 times in the median; as wanted, at least 2",
        "market making, hftbacktest: not measured",
        "trades matched: 172753 against 172753",
        "volume matched: 4531850 against 4531850",
        "events of the recording: 345678 against 345678",
        "fills: not measured",
      ])
  }
}
