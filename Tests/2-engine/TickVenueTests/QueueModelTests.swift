import OmniModel
import OmniMoney
import OmniOrderBooks
import OmniTickVenue
import OmniTime
import Testing

/// The words of a venue with this queue after an order of 3 at 99, behind 5, has seen these events.
private func run(
  _ queue: QueueModel, inPart: Bool, _ events: [MarketEvent]
) -> (words: [String], ahead: Int64?) {
  var venue = Ticks.venue {
    $0.queue = queue
    $0.fillsInPart = inPart
  }
  venue.receive(.submit(Ticks.buy(1, 3, at: 99)), at: Ticks.at(0))
  _ = Ticks.words(&venue)
  for event in events { venue.apply(event) }
  return (Ticks.words(&venue), venue.resting(OrderID(1))?.place.ahead)
}

private func trade(_ lots: Int64) -> MarketEvent { Ticks.event(.trade, .ask, 99, lots) }
private func level(_ lots: Int64) -> MarketEvent { Ticks.event(.level, .bid, 99, lots) }

@Suite struct QueueModelTests {
  @Test func `a risk-averse order waits until more has been traded than was ahead`() {
    let early = run(.riskAverse, inPart: false, [trade(3), trade(2)])
    let late = run(.riskAverse, inPart: false, [trade(3), trade(2), trade(1)])

    #expect(early.words.isEmpty)
    #expect(early.ahead == 0)
    #expect(late.words == ["1: maker 3@99"])
  }

  @Test func `fills in part are bounded by what was traded beyond those ahead`() {
    let part = run(.riskAverse, inPart: true, [trade(6), trade(1), trade(9)])

    #expect(part.words == ["1: maker 1@99", "1: maker 1@99", "1: maker 1@99"])
    #expect(part.ahead == nil)
  }

  @Test func `cancels shorten a risk-averse queue only down to the level's size`() {
    let grown = run(.riskAverse, inPart: false, [level(8), level(5)])
    let shrunk = run(.riskAverse, inPart: false, [level(2)])
    let emptied = run(.riskAverse, inPart: false, [level(0), level(7), trade(1)])

    #expect(grown.ahead == 5 * QueuePlace.fraction)
    #expect(shrunk.ahead == 2 * QueuePlace.fraction)
    #expect(emptied.words == ["1: maker 3@99"])
  }

  /// 5 ahead, 5 come behind, then 4 are cancelled: half of them, 2, were behind by every form of
  /// equal parts but those of sums.
  @Test(arguments: [
    (QueueProbability.power(1), 3.0), (.power(3), 3.0), (.powerOfSum(1), 3.0),
    // behind: (1/2)² × 4 = 1, so 3 were ahead.
    (.powerOfSum(2), 2.0),
    // behind: (1 − 1/4) × 4 = 3, so 1 was ahead.
    (.powerOfShare(2), 4.0),
    (.logarithm(unitLots: 1), 3.0),
    // behind: 4 × ln 6 / ln 11 = 2.988906, so 1.011094 were ahead.
    (.logarithmOfSum(unitLots: 1), 3.988906),
  ])
  func `a cancel is shared out by the form of the probability`(
    form: QueueProbability, expected: Double  // statistic: worked by hand
  ) {
    let (_, ahead) = run(.probability(form), inPart: false, [level(10), level(6)])

    let lots = Double(ahead ?? 0) / Double(QueuePlace.fraction)  // statistic: compared by hand
    #expect(abs(lots - expected) < 0.000_1)
  }

  /// 5 ahead and 15 behind; 8 are cancelled.
  @Test(arguments: [
    // behind: 15³ / (15³ + 5³) = 27/28 of 8 = 7.714286.
    (QueueProbability.power(3), 4.714286),
    // behind: 8 × ln 16 / (ln 16 + ln 6) = 4.859562.
    (.logarithm(unitLots: 1), 1.859562),
    // behind, in units of 5 lots: 8 × ln 4 / (ln 4 + ln 2) = 5.333333.
    (.logarithm(unitLots: 5), 2.333333),
  ])
  func `the more is behind, the more of a cancel was behind`(
    form: QueueProbability, expected: Double  // statistic: worked by hand
  ) {
    let (_, ahead) = run(.probability(form), inPart: false, [level(20), level(12)])

    let lots = Double(ahead ?? 0) / Double(QueuePlace.fraction)  // statistic: compared by hand
    #expect(abs(lots - expected) < 0.000_1)
  }

  @Test func `what was traded is not counted again when the level's size is told`() {
    let told = run(.probability(.power(1)), inPart: false, [trade(2), level(3)])
    let more = run(.probability(.power(1)), inPart: false, [level(8), trade(2), level(4)])

    let later = run(
      .probability(.power(1)), inPart: false, [level(10), trade(2), level(8), level(4)])

    #expect(told.ahead == 3 * QueuePlace.fraction)
    // Nothing of the second fall was traded: 3 ahead of 8, 4 leave, 5/8 of them behind.
    #expect(later.ahead == 3 * QueuePlace.fraction / 2)
    // 3 ahead of 8; 2 of the 4 that left were traded; of the other 2, 5/8 were behind.
    #expect(more.ahead == 3 * QueuePlace.fraction - 2 * QueuePlace.fraction * 3 / 8)
  }

  @Test func `more than what is behind cannot have left behind`() {
    // 5 ahead, 1 behind, 4 are cancelled: with n = 1, 4 × 1/6 behind, all that fits; the rest ahead.
    let (_, ahead) = run(.probability(.powerOfShare(16)), inPart: false, [level(6), level(2)])

    // behind by the form: (1 − (5/6)¹⁶) × 4 = 3.78, but only 1 was there.
    #expect(ahead == 2 * QueuePlace.fraction)
  }

  @Test func `orders of several strategies at a price stand in one queue`() {
    var venue = Ticks.venue {
      $0.queue = .sharedQueue
      $0.fillsInPart = true
      $0.strategyCount = 2
    }
    venue.receive(.submit(Ticks.buy(1, 3, at: 99, of: 0)), at: Ticks.at(1))
    venue.apply(Ticks.event(.level, .bid, 99, 7, at: 2))
    venue.receive(.submit(Ticks.buy(2, 3, at: 99, of: 1)), at: Ticks.at(3))
    _ = Ticks.words(&venue)

    // 5 are ahead of the first; 2 more stand between it and the second.
    venue.apply(Ticks.event(.trade, .ask, 99, 6, at: 4))
    let first = Ticks.words(&venue)
    venue.apply(Ticks.event(.trade, .ask, 99, 4, at: 5))
    let second = Ticks.words(&venue)
    venue.apply(Ticks.event(.trade, .ask, 99, 1, at: 6))
    let third = Ticks.words(&venue)
    let accounts = [venue.account(StrategyID(0)), venue.account(StrategyID(1))]

    #expect(first == ["1: maker 1@99"])
    #expect(second == ["1: maker 2@99"])
    #expect(third == ["2: maker 1@99"])
    #expect(accounts.map(\.position.lots) == [3, 1])
    #expect(accounts.map(\.cash) == [-297, -99])
  }

  @Test func `one trade may serve several of ours, and whoever stands between them`() {
    var venue = Ticks.venue {
      $0.queue = .sharedQueue
      $0.fillsInPart = true
    }
    venue.receive(.submit(Ticks.buy(1, 3, at: 99)), at: Ticks.at(1))
    venue.apply(Ticks.event(.level, .bid, 99, 7, at: 2))
    venue.receive(.submit(Ticks.buy(2, 3, at: 99)), at: Ticks.at(3))
    _ = Ticks.words(&venue)

    // 5 ahead, 3 of the first, 2 between, and 1 of the second.
    venue.apply(Ticks.event(.trade, .ask, 99, 11, at: 4))

    let words = Ticks.words(&venue)
    let ahead = venue.resting(OrderID(2))?.place.ahead
    #expect(words == ["1: maker 3@99", "2: maker 1@99"])
    #expect(ahead == 0)
  }

  @Test func `without a shared queue each order is served the whole trade`() {
    var venue = Ticks.venue {
      $0.fillsInPart = true
      $0.strategyCount = 2
    }
    venue.receive(.submit(Ticks.buy(1, 3, at: 99, of: 0)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(2, 3, at: 99, of: 1)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.trade, .ask, 99, 7, at: 4))

    let words = Ticks.words(&venue)
    #expect(words == ["1: maker 2@99", "2: maker 2@99"])
  }

  @Test func `recorded orders tell exactly who is ahead`() {
    var venue = TickVenue(
      {
        var configuration = TickVenue.Configuration(unit: Ticks.unit)
        configuration.queue = .exact
        configuration.fillsInPart = true
        return configuration
      }())
    venue.apply(Ticks.order(.orderAdded, 11, .bid, 99, 4))
    venue.apply(Ticks.order(.orderAdded, 12, .bid, 99, 2))
    venue.receive(.submit(Ticks.buy(1, 3, at: 99)), at: Ticks.at(0))
    venue.apply(Ticks.order(.orderAdded, 13, .bid, 99, 5))
    var ahead = [venue.resting(OrderID(1))?.place.ahead]
    _ = Ticks.words(&venue)

    // One behind leaves: nothing changes. One ahead shrinks, another loses its turn.
    venue.apply(Ticks.order(.orderReduced, 13, .bid, 99, 1))
    ahead.append(venue.resting(OrderID(1))?.place.ahead)
    venue.apply(Ticks.order(.orderChanged, 11, .bid, 99, 3).keepingTurn)
    ahead.append(venue.resting(OrderID(1))?.place.ahead)
    venue.apply(Ticks.order(.orderChanged, 12, .bid, 99, 2))
    ahead.append(venue.resting(OrderID(1))?.place.ahead)
    venue.apply(Ticks.order(.orderExecuted, 11, .bid, 99, 3))
    ahead.append(venue.resting(OrderID(1))?.place.ahead)
    let none = Ticks.words(&venue)
    // Now one that stands behind us is executed, so we were.
    venue.apply(Ticks.order(.orderExecuted, 13, .bid, 99, 2))
    let words = Ticks.words(&venue)
    let size = venue.withBook { $0.size(.bid, at: Price(ticks: 99)).lots }

    #expect(ahead == [6, 6, 5, 3, 0].map { $0 * QueuePlace.fraction })
    #expect(none.isEmpty)
    #expect(words == ["1: maker 2@99"])
    // 13 has 2 left, 12 its 2.
    #expect(size == 4)
  }

  @Test func `an execution beyond our price fills us whole`() {
    var venue = TickVenue(
      {
        var configuration = TickVenue.Configuration(unit: Ticks.unit)
        configuration.queue = .exact
        configuration.fillsInPart = true
        return configuration
      }())
    venue.apply(Ticks.order(.orderAdded, 11, .bid, 98, 4))
    venue.receive(.submit(Ticks.buy(1, 30, at: 99)), at: Ticks.at(0))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.order(.orderExecuted, 11, .bid, 98, 1))

    let words = Ticks.words(&venue)
    #expect(words == ["1: maker 30@99"])
  }
}
