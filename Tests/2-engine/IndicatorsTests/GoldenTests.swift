import OmniIndicators
import Testing

/// Against TA-Lib 0.8.1 over 2,148 daily bars, and against an independent program over one-minute
/// bars; both in the shared folder of golden values.
@Suite(
  "Golden values",
  .enabled(if: Golden.isHere, "the shared golden files are not beside the repository"))
struct GoldenTests {
  @Test func `EMA, SMA, RSI and ROC follow TA-Lib, and are undefined where it is`() throws {
    let close = try inputs(["close"])[0]
    let golden = try outputs(["EMA", "SMA", "RSI", "ROCP"])
    var average = ExponentialMovingAverage(period: 30, seeding: .mean)
    var mean = SimpleMovingAverage(period: 30)
    var strength = RelativeStrengthIndex(period: 14)
    var rate = RateOfChange(period: 10)

    for (row, price) in close.enumerated() {
      average.update(price)
      mean.update(price)
      strength.update(price)
      rate.update(price)
      try #require(agree(average.value, golden[0][row]), "EMA in row \(row)")
      try #require(agree(mean.value, golden[1][row]), "SMA in row \(row)")
      try #require(agree(strength.value, golden[2][row]), "RSI in row \(row)")
      try #require(agree(rate.value, golden[3][row]), "ROC in row \(row)")
    }
  }

  @Test func `ATR and the Donchian channel follow TA-Lib`() throws {
    let bars = try inputs(["high", "low", "close"])
    let golden = try outputs([
      "ATR", "DONCHIAN.upperband", "DONCHIAN.middleband", "DONCHIAN.lowerband",
    ])
    var range = AverageTrueRange(period: 14)
    var channel = DonchianChannel(period: 20)

    for row in 0..<rows {
      let before = channel.value
      range.update(high: bars[0][row], low: bars[1][row], close: bars[2][row])
      channel.update(high: bars[0][row], low: bars[1][row])
      try #require(agree(range.value, golden[0][row]), "ATR in row \(row)")
      try #require(channel.value?.upper == golden[1][row], "upper border in row \(row)")
      try #require(agree(channel.value?.middle, golden[2][row]), "middle in row \(row)")
      try #require(channel.value?.lower == golden[3][row], "lower border in row \(row)")
      try #require(channel.previous == before, "the channel before row \(row)")
    }
  }

  @Test func `BBANDS, and MAX and MIN of closes, follow TA-Lib`() throws {
    let close = try inputs(["close"])[0]
    let golden = try outputs([
      "BBANDS.upperband", "BBANDS.middleband", "BBANDS.lowerband", "MAX", "MIN",
    ])
    var bands = BollingerBands(period: 20, width: 2)
    var channel = DonchianChannel(period: 30)

    for (row, price) in close.enumerated() {
      bands.update(price)
      channel.update(high: price, low: price)
      try #require(agree(bands.value?.upper, golden[0][row]), "upper band in row \(row)")
      try #require(agree(bands.value?.middle, golden[1][row]), "middle band in row \(row)")
      try #require(agree(bands.value?.lower, golden[2][row]), "lower band in row \(row)")
      try #require(channel.value?.upper == golden[3][row], "MAX in row \(row)")
      try #require(channel.value?.lower == golden[4][row], "MIN in row \(row)")
    }
  }

  // The figures were made by the text of `check_spec.py` (`rsi_list`, and the two lines of `ema`
  // that update `f` and `s`) over the first 5,000 bars: bit patterns folded as whole words by
  // `hash = (hash ^ word) * 0x100000001b3 mod 2**64` from 0xcbf29ce484222325; and breakouts as
  // `[i for i in range(20, 5000) if c[i] > max(h[i-20:i])]`. Like that program, this rounds prices
  // to tenths, halves to the even one: some bars of the file have quarters.
  @Test func `EMA, RSI and breakouts have the bits of the engine's specification`() throws {
    let bars = try Golden.numbers(["high", "close"], of: "engine/bars.csv.gz", rows: 5_000)
    var fast = ExponentialMovingAverage(period: 10)
    var slow = ExponentialMovingAverage(period: 20)
    var strength = RelativeStrengthIndex(period: 14)
    var channel = DonchianChannel(period: 20)
    var hashes = (fast: Hash(), slow: Hash(), strength: Hash())
    var breakouts: [Int] = []

    for (row, (high, close)) in zip(bars[0], bars[1]).enumerated() {
      let (high, close) = (tenths(try #require(high)), tenths(try #require(close)))
      fast.update(close)
      slow.update(close)
      strength.update(close)
      channel.update(high: high, low: high)
      hashes.fast.add(try #require(fast.value))
      hashes.slow.add(try #require(slow.value))
      if let value = strength.value { hashes.strength.add(value) }
      if let before = channel.previous, close > before.upper { breakouts.append(row) }
      try #require(slow.isReady == (row >= 19) && strength.isReady == (row >= 14))
    }

    #expect(hashes.fast.value == 0xff44_b0a2_1b41_40bd)
    #expect(hashes.slow.value == 0x545f_b64a_ac8c_3fd4)
    #expect(hashes.strength.value == 0x37e2_23c6_7d9b_6afe)
    #expect(breakouts.count == 285)
    #expect(breakouts.first == 66 && breakouts.last == 4_997)
  }

  private let rows = 2_148

  private func tenths(_ price: Double) -> Double {
    (price * 10).rounded(.toNearestOrEven) / 10
  }

  private func inputs(_ names: [String]) throws -> [[Double]] {
    let columns = try Golden.numbers(names, of: "indicators/goog_ohlcv.csv.gz", rows: rows)
    return columns.map { $0.compactMap { $0 } }
  }

  private func outputs(_ names: [String]) throws -> [[Double?]] {
    try Golden.numbers(names, of: "indicators/goog_talib.csv.gz", rows: rows)
  }
}

private struct Hash {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ real: Double) {
    value = (value ^ real.bitPattern) &* 0x100_0000_01b3
  }
}
