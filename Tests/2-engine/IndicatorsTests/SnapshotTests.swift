import OmniIndicators
import Testing

@Suite("Snapshots of indicators")
struct SnapshotTests {
  @Test func `an indicator restored in the middle goes on with the same bits`() throws {
    for period in [1, 2, 5, 9] {
      try checkRestoring(ExponentialMovingAverage(period: period)) { $0.update($1) }
      try checkRestoring(ExponentialMovingAverage(period: period, seeding: .mean)) {
        $0.update($1)
      }
      try checkRestoring(SimpleMovingAverage(period: period)) { $0.update($1) }
      try checkRestoring(RelativeStrengthIndex(period: period)) { $0.update($1) }
      try checkRestoring(BollingerBands(period: period)) { $0.update($1) }
      try checkRestoring(RateOfChange(period: period)) { $0.update($1) }
      try checkRestoring(AverageTrueRange(period: period)) {
        $0.update(high: $1 + 1, low: $1 - 1, close: $1)
      }
      try checkRestoring(DonchianChannel(period: period)) { $0.update(high: $1 + 1, low: $1) }
    }
  }

  @Test func `words of another indicator or another setting are refused by name`() {
    var average = SimpleMovingAverage(period: 4)
    for other in [
      Words(of: SimpleMovingAverage(period: 5)), Words(of: RelativeStrengthIndex(period: 4)),
    ] {
      var source = other
      #expect(
        throws: IndicatorSnapshotFailure.otherSettings(
          found: other.words[0], wanted: Words(of: average).words[0])
      ) { try average.decode(from: &source) }
    }

    var bands = BollingerBands(period: 4, width: 2)
    var wide = Words(of: BollingerBands(period: 4, width: 3))
    #expect(
      throws: IndicatorSnapshotFailure.otherSettings(
        found: 3.0.bitPattern, wanted: 2.0.bitPattern)
    ) { try bands.decode(from: &wide) }

    var seeded = ExponentialMovingAverage(period: 4, seeding: .mean)
    var unseeded = Words(of: ExponentialMovingAverage(period: 4))
    #expect(throws: IndicatorSnapshotFailure.self) { try seeded.decode(from: &unseeded) }
  }

  @Test func `counts, numbers and positions that cannot be are refused`() {
    var average = ExponentialMovingAverage(period: 4)
    var words = Words(of: average).words
    words[1] = 5
    #expect(throws: IndicatorSnapshotFailure.senseless(word: 5)) {
      var source = Words(words)
      try average.decode(from: &source)
    }
    words[1] = 1
    for value in [Double.nan, .infinity, -.infinity] {
      words[2] = value.bitPattern
      #expect(throws: IndicatorSnapshotFailure.senseless(word: value.bitPattern)) {
        var source = Words(words)
        try average.decode(from: &source)
      }
    }

    var channel = DonchianChannel(period: 4)
    for price in [9.0, 8, 7, 6, 5] { channel.update(high: price, low: price) }
    var positions = Words(of: channel).words
    // Words: kind, count, two borders, then the length of the queue of highs, and its first pair.
    #expect(positions[4] == 4 && positions[5] == 1)
    positions[5] = 0
    #expect(throws: IndicatorSnapshotFailure.senseless(word: 0)) {
      var source = Words(positions)
      try channel.decode(from: &source)
    }
  }

  @Test func `a failure has a stable code and one line`() {
    let failures: [IndicatorSnapshotFailure] = [
      .missingWords, .otherSettings(found: 1, wanted: 2), .senseless(word: 255),
    ]
    #expect(failures.map(\.code) == ["IND-001", "IND-002", "IND-003"])
    for failure in failures {
      #expect(failure.description.hasPrefix(failure.code + ": "))
      #expect(!failure.description.contains("\n"))
    }
    #expect(failures[2].description.contains("0xff"))
  }

  // MARK: Words

  /// Restores at every row, and damages the words in several ways.
  private func checkRestoring<Indicator: StreamingIndicator>(
    _ fresh: Indicator, feed: (inout Indicator, Double) -> Void
  ) throws {
    var random = SeededNumbers(seed: 3)
    let prices = random.walk(24)
    let name = "\(Indicator.shortName), warm-up \(fresh.warmUp)"
    var indicator = fresh
    for row in 0...prices.count {
      let written = Words(of: indicator)
      var restored = fresh
      for price in prices.prefix(row % 7) { feed(&restored, price) }
      var source = written
      try restored.decode(from: &source)
      #expect(source.position == written.words.count, "\(name): words left over")
      try #require(Words(of: restored) == written, "\(name): row \(row)")
      try #require(restored.isReady == indicator.isReady)

      var reference = indicator
      for price in prices.reversed() {
        feed(&reference, price)
        feed(&restored, price)
        try #require(Words(of: restored) == Words(of: reference), "\(name): after row \(row)")
      }
      restored.reset()
      try #require(Words(of: restored) == Words(of: fresh), "\(name): reset")

      checkDamage(written.words, indicator, &random, feed: feed)
      if row < prices.count { feed(&indicator, prices[row]) }
    }
  }

  /// Cut words are refused and change nothing; changed words never trap, neither then nor later.
  private func checkDamage<Indicator: StreamingIndicator>(
    _ words: [UInt64], _ indicator: Indicator, _ random: inout SeededNumbers,
    feed: (inout Indicator, Double) -> Void
  ) {
    var cut = Words(Array(words.dropLast(1 + Int(random.next() % UInt64(words.count)))))
    var target = indicator
    #expect(throws: IndicatorSnapshotFailure.missingWords) { try target.decode(from: &cut) }
    #expect(Words(of: target).words == words, "a failed restore changed \(Indicator.shortName)")

    for _ in 0..<4 {
      var changed = words
      let values: [UInt64] = [0, 1, 3, .max, random.next(), 1 << 62, (-1.5).bitPattern]
      changed[Int(random.next() % UInt64(words.count))] =
        values[Int(random.next() % UInt64(values.count))]
      var source = Words(changed)
      target = indicator
      guard (try? target.decode(from: &source)) != nil else {
        #expect(Words(of: target).words == words)
        continue
      }
      for step in 0..<12 { feed(&target, Double(step % 5)) }
    }
  }
}
