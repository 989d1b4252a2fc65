import OmniIndicators
import Testing

@Suite("Behaviour of indicators")
struct BehaviourTests {
  @Test func `an EMA that starts from its first value is defined at once and ready after n`() {
    var average = ExponentialMovingAverage(period: 3)
    #expect(average.value == nil)

    average.update(10)
    #expect(average.value == 10 && !average.isReady)

    average.update(12)
    average.update(9)
    #expect(average.value == 10 && average.isReady)
  }

  @Test func `a market that stands still has an RSI of 100, as one that only rises`() {
    var still = RelativeStrengthIndex(period: 3)
    var rising = still
    for step in 0..<10 {
      still.update(50)
      rising.update(50 + Double(step))
    }
    #expect(still.value == 100)
    #expect(rising.value == 100)
  }

  @Test func `a market that only falls has an RSI of 0`() {
    var falling = RelativeStrengthIndex(period: 3)
    for step in 0..<10 { falling.update(50 - Double(step)) }
    #expect(falling.value == 0)
  }

  @Test func `a gap counts in the true range`() {
    var range = AverageTrueRange(period: 1)
    range.update(high: 11, low: 9, close: 10)
    #expect(range.value == nil)

    range.update(high: 21, low: 20, close: 20.5)
    #expect(range.value == 11)

    range.update(high: 8, low: 7, close: 7.5)
    #expect(range.value == 13.5)
  }

  @Test func `bands of equal values have exactly no width, wherever the price is`() throws {
    for price in [0.1, 1e9 + 0.1, 1e-9, -3.3] {
      var bands = BollingerBands(period: 7)
      for step in 0..<40 {
        bands.update(price)
        guard step >= 6 else { continue }
        let value = try #require(bands.value)
        #expect(value.upper == price && value.middle == price && value.lower == price)
      }
    }
  }

  @Test func `a spread of one part in a billion keeps eight digits in the bands`() throws {
    var bands = BollingerBands(period: 10)
    for step in 0..<1_003 { bands.update(1e9 + Double(step % 2)) }
    #expect(agree(bands.deviation, 0.5, tolerance: 1e-8))
  }

  @Test func `a huge value leaves no trace once it is out of the window`() {
    var average = SimpleMovingAverage(period: 5)
    var bands = BollingerBands(period: 5)
    for step in 0..<5_000 {
      let price = step % 1_000 == 7 ? 1e20 : 0.1
      average.update(price)
      bands.update(price)
    }
    #expect(agree(average.value, 0.1, tolerance: 1e-15))
    #expect(bands.deviation == 0)
  }

  @Test func `a long stream leaves an SMA as exact as a short one`() {
    var random = SeededNumbers(seed: 5)
    let prices = random.walk(60_000)
    var long = SimpleMovingAverage(period: 250)
    var short = long
    for price in prices { long.update(price) }
    for price in prices.suffix(250) { short.update(price) }
    #expect(agree(long.value, short.value, tolerance: 1e-14))
  }

  @Test func `a breakout rule sees the bars before the present one`() {
    var channel = DonchianChannel(period: 2)
    channel.update(high: 10, low: 8)
    channel.update(high: 11, low: 9)
    #expect(channel.value == DonchianChannel.Channel(upper: 11, lower: 8))
    #expect(channel.previous == nil)

    channel.update(high: 15, low: 10)
    #expect(channel.value == DonchianChannel.Channel(upper: 15, lower: 9))
    #expect(channel.previous == DonchianChannel.Channel(upper: 11, lower: 8))
    #expect(channel.value?.middle == 12)
  }

  @Test func `a rate against zero is not a number and comes as nil`() {
    var rate = RateOfChange(period: 1)
    rate.update(0)
    rate.update(5)
    #expect(rate.isReady && rate.value == nil)

    rate.update(6)
    #expect(rate.value == 0.2)
  }

  @Test func `names are those of the books, and warm-ups those of TA-Lib`() {
    #expect(ExponentialMovingAverage.shortName == "EMA")
    #expect(SimpleMovingAverage.shortName == "SMA")
    #expect(RelativeStrengthIndex.shortName == "RSI")
    #expect(AverageTrueRange.shortName == "ATR")
    #expect(BollingerBands.shortName == "BBANDS")
    #expect(DonchianChannel.shortName == "DONCHIAN")
    #expect(RateOfChange.shortName == "ROC")
    #expect(RelativeStrengthIndex().warmUp == 15 && AverageTrueRange().warmUp == 15)
    #expect(BollingerBands().warmUp == 20 && DonchianChannel().warmUp == 20)
    #expect(RateOfChange().warmUp == 11 && SimpleMovingAverage(period: 30).warmUp == 30)
    #expect(ExponentialMovingAverage(period: 30, seeding: .mean).warmUp == 30)
  }

  @Test func `inputs are finite and not too large`() {
    #expect(IndicatorLimits.accepts(0) && IndicatorLimits.accepts(-1e150))
    for value in [Double.nan, .infinity, -.infinity, 1.1e150] {
      #expect(!IndicatorLimits.accepts(value))
    }
  }

  @Test func `a period of zero stops the program`() async {
    await #expect(processExitsWith: .failure) { _ = SimpleMovingAverage(period: 0) }
  }
}
