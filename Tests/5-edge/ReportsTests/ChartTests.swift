import OmniReports
import Testing

@Suite("Charts")
struct ChartTests {
  @Test func `ticks are at one, two or five times a power of ten`() throws {
    let ranges: [(Double, Double)] = [
      (0, 1), (790_434.77, 1_000_000), (-97_633, 12), (1e-7, 3e-7), (-5, -4.2), (0, 9e12),
    ]
    for (low, high) in ranges {
      let scale = try #require(ValueScale(from: low, to: high, count: 5))
      #expect(scale.ticks.count >= 2 && scale.ticks.count <= 12, "\(low)...\(high)")
      let (mantissa, exponent) = ValueScale.step((scale.high - scale.low) / 5)
      #expect([1, 2, 5].contains(mantissa))
      for tick in scale.ticks {
        let ratio =
          exponent < 0
          ? tick * NumberFormat.powerOfTen(-exponent) / mantissa
          : tick / NumberFormat.powerOfTen(exponent) / mantissa
        #expect((ratio - ratio.rounded()).magnitude < 1e-6, "\(tick) in \(low)...\(high)")
        #expect(tick >= scale.low && tick <= scale.high)
      }
    }
  }

  @Test func `a flat line has room, and nothing finite has no scale`() throws {
    let flat = try #require(ValueScale(from: 5, to: 5, count: 4))
    #expect(flat.low < 5 && flat.high > 5)
    #expect(flat.y(5, height: 100) > 0 && flat.y(5, height: 100) < 100)
    #expect(ValueScale(from: .nan, to: .nan, count: 4) == nil)
    #expect(ValueScale(from: -.infinity, to: 1, count: 4) == nil)
    let losses = try #require(ValueScale(from: -10, to: 0, count: 4))
    #expect(losses.high == 0)
  }

  @Test func `times are marked where a clock or a calendar is round`() {
    let start = CivilTime.days(year: 2022, month: 1) * CivilTime.day + 61 * CivilTime.minute
    let spans: [(Int64, Int64)] = [
      (10 * CivilTime.minute, CivilTime.minute), (6 * CivilTime.hour, 30 * CivilTime.minute),
      (5 * CivilTime.day, 12 * CivilTime.hour), (31 * CivilTime.day, CivilTime.day),
    ]
    for (length, unit) in spans {
      let ticks = TimeAxis(from: start, to: start + length).ticks(count: 9)
      #expect(ticks.count >= 4 && ticks.count <= 14)
      for tick in ticks { #expect(tick.at % unit == 0, "\(tick.label) of \(length)") }
    }
    let years = TimeAxis(from: start, to: start + 900 * CivilTime.day).ticks(count: 9)
    for tick in years { #expect(CivilTime(tick.at).dayOfMonth == 1) }
    #expect(years.contains { $0.label == "2023" })
  }

  @Test func `no span of time traps or gives ticks without end`() {
    for (from, to) in [(Int64.min, Int64.max), (0, 0), (5, -5), (.max, .max), (0, 1), (0, .max)] {
      #expect(TimeAxis(from: from, to: to).ticks(count: 9).count < 40)
    }
  }

  @Test func `fewer points keep the extremes, the ends and their order`() {
    for seed in UInt64(1)..<30 {
      var walk = Walk(seed: seed)
      let points = (0..<5_000).map { RunReport.Point(at: Int64($0) * 60, walk.next()) }
      let short = Downsample.extremes(points, limit: 1_000)

      #expect(short.count <= 1_000, "seed \(seed)")
      #expect(short.map(\.value).min() == points.map(\.value).min(), "seed \(seed)")
      #expect(short.map(\.value).max() == points.map(\.value).max(), "seed \(seed)")
      #expect(short.first == points.first && short.last == points.last, "seed \(seed)")
      #expect(zip(short, short.dropFirst()).allSatisfy { $0.at < $1.at }, "seed \(seed)")
    }
  }

  @Test func `fewer points keep a gap`() {
    var points = (0..<4_000).map { RunReport.Point(at: Int64($0), Double($0 % 97)) }
    for index in 1_000..<1_100 { points[index].value = .nan }

    let short = Downsample.extremes(points, limit: 500)

    #expect(short.count <= 500)
    #expect(short.contains { !$0.value.isFinite })
    #expect(Downsample.extremes(Array(points.prefix(100)), limit: 500).count == 100)
  }

  @Test func `candles are of a round length and lose no extreme`() {
    var walk = Walk(seed: 7)
    let bars = (1...10_000).map { index -> RunReport.Bar in
      let value = walk.next()
      return .init(
        at: Int64(index) * CivilTime.minute, open: value, high: value + 1, low: value - 1,
        close: value)
    }
    let chart = RunReport.InstrumentChart(
      "X", unit: "USD", decimals: 1, interval: CivilTime.minute, bars: bars)

    let (candles, length) = Downsample.candles(chart, limit: 220)

    #expect(candles.count <= 220 && length == CivilTime.hour)
    #expect(candles.map(\.high).max() == bars.map(\.high).max())
    #expect(candles.map(\.low).min() == bars.map(\.low).min())
    #expect(candles.first?.open == bars.first?.open && candles.last?.close == bars.last?.close)
    #expect(candles.allSatisfy { $0.at % length == 0 })
  }
}

/// A random walk, the same for the same seed.
private struct Walk {
  private var state: UInt64
  private var value = 100.0
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    value += Double(state % 2_001) / 1_000 - 1
    return value
  }
}
