import OmniIndicators
import Testing

/// Each indicator against a slow, obvious recomputation from the whole history.
@Suite("Indicators against models")
struct ModelTests {
  @Test func `an EMA is the weighted sum of its history`() throws {
    for seed in 1...12 {
      let (period, prices) = sample(seed)
      let keep = 1 - 2 / Double(period + 1)
      var first = ExponentialMovingAverage(period: period)
      var mean = ExponentialMovingAverage(period: period, seeding: .mean)

      for end in prices.indices {
        first.update(prices[end])
        mean.update(prices[end])
        let expected = weighted(prices[0], prices[1..<(end + 1)], keep)
        try #require(agree(first.value, expected), "seed \(seed), row \(end)")
        try #require(mean.isReady == (end + 1 >= period) && first.isReady == mean.isReady)
        guard end + 1 >= period else {
          try #require(mean.value == nil)
          continue
        }
        let start = prices[..<period].reduce(0, +) / Double(period)
        let seeded = weighted(start, prices[period..<(end + 1)], keep)
        try #require(agree(mean.value, seeded), "seed \(seed), row \(end)")
      }
    }
  }

  @Test func `an SMA is the mean of its window`() throws {
    try overWindows { period, prices, check in
      var average = SimpleMovingAverage(period: period)
      for end in prices.indices {
        average.update(prices[end])
        let window = window(prices, end, period)
        let expected = window.map { $0.reduce(0, +) / Double(period) }
        try check(end, agree(average.value, expected, tolerance: 1e-14))
        try check(end, average.isReady == (end + 1 >= average.warmUp))
      }
    }
  }

  @Test func `BBANDS are mean and population deviation of the window`() throws {
    try overWindows { period, prices, check in
      var bands = BollingerBands(period: period, width: 1.5)
      for end in prices.indices {
        bands.update(prices[end])
        try check(end, bands.isReady == (end + 1 >= bands.warmUp))
        guard let window = window(prices, end, period) else {
          try check(end, bands.value == nil && bands.deviation == nil)
          continue
        }
        let mean = window.reduce(0, +) / Double(period)
        let squares = window.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        let deviation = (squares / Double(period)).squareRoot()
        let value = try #require(bands.value)
        try check(end, agree(value.middle, mean, tolerance: 1e-14))
        try check(end, agree(bands.deviation, deviation, tolerance: 1e-10) || deviation < 1e-11)
        try check(end, agree(value.upper, mean + 1.5 * deviation, tolerance: 1e-12))
        try check(end, agree(value.lower, mean - 1.5 * deviation, tolerance: 1e-12))
      }
    }
  }

  @Test func `a Donchian channel is the extremes of its window, now and before`() throws {
    try overWindows { period, prices, check in
      let lows = prices.enumerated().map { $1 - Double($0 % 3) }
      var channel = DonchianChannel(period: period)
      var before: DonchianChannel.Channel?
      for end in prices.indices {
        channel.update(high: prices[end], low: lows[end])
        try check(end, channel.value?.upper == window(prices, end, period)?.max())
        try check(end, channel.value?.lower == window(lows, end, period)?.min())
        try check(end, channel.previous == before)
        try check(end, channel.isReady == (end + 1 >= channel.warmUp))
        before = channel.value
      }
    }
  }

  @Test func `ROC is the ratio to the value n updates back, less one`() throws {
    try overWindows { period, prices, check in
      var rate = RateOfChange(period: period)
      for end in prices.indices {
        rate.update(prices[end])
        let expected = end >= period ? prices[end] / prices[end - period] - 1 : nil
        let value = rate.value
        try check(end, agree(value.map { $0 + 1 }, expected.map { $0 + 1 }, tolerance: 1e-15))
        try check(end, rate.isReady == (end + 1 >= rate.warmUp))
      }
    }
  }

  @Test func `RSI and ATR are Wilder averages of changes and true ranges`() throws {
    try overWindows { period, prices, check in
      let lows = prices.map { $0 * 0.99 }
      let highs = prices.enumerated().map { $1 * ($0 % 2 == 0 ? 1.001 : 1.02) }
      var strength = RelativeStrengthIndex(period: period)
      var range = AverageTrueRange(period: period)
      var gains: [Double] = []
      var losses: [Double] = []
      var ranges: [Double] = []
      for end in prices.indices {
        strength.update(prices[end])
        range.update(high: highs[end], low: lows[end], close: prices[end])
        if end > 0 {
          let last = prices[end - 1]
          gains.append(max(prices[end] - last, 0))
          losses.append(max(last - prices[end], 0))
          let distances = [
            highs[end] - lows[end], abs(highs[end] - last), abs(lows[end] - last),
          ]
          ranges.append(distances.max() ?? 0)
        }
        let gain = wilder(gains, period)
        let loss = wilder(losses, period)
        try check(end, agree(range.value, wilder(ranges, period)))
        try check(end, (strength.value == nil) == (gain == nil))
        try check(end, strength.isReady == (end + 1 >= strength.warmUp))
        try check(end, range.isReady == (end + 1 >= range.warmUp))
        if let gain, let loss, let value = strength.value {
          let expected = gain + loss == 0 ? 100 : 100 * gain / (gain + loss)
          try check(end, (value - expected).magnitude <= 1e-9)
        }
      }
    }
  }

  // MARK: Words

  private typealias Check = (_ row: Int, _ holds: Bool) throws -> Void

  private func overWindows(_ body: (Int, [Double], Check) throws -> Void) throws {
    for seed in 1...12 {
      let (period, prices) = sample(seed)
      try body(period, prices) { row, holds in
        try #require(holds, "seed \(seed), period \(period), row \(row)")
      }
    }
  }

  private func sample(_ seed: Int) -> (period: Int, prices: [Double]) {
    var random = SeededNumbers(seed: seed)
    let period = seed <= 3 ? seed : Int.random(in: 4...30, using: &random)
    return (period, random.walk(period * 4 + 7))
  }

  private func window(_ values: [Double], _ end: Int, _ period: Int) -> ArraySlice<Double>? {
    end + 1 >= period ? values[(end + 1 - period)...end] : nil
  }

  private func weighted(_ start: Double, _ rest: ArraySlice<Double>, _ keep: Double) -> Double {
    var weight = 1.0
    var sum = 0.0
    for value in rest.reversed() {
      sum += weight * (1 - keep) * value
      weight *= keep
    }
    return sum + weight * start
  }

  private func wilder(_ values: [Double], _ period: Int) -> Double? {
    guard values.count >= period else { return nil }
    let start = values[..<period].reduce(0, +) / Double(period)
    let keep = 1 - 1 / Double(period)
    return weighted(start, values[period...], keep)
  }
}
