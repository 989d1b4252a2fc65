import OmniModel
import OmniMoney
import OmniNumerics
import OmniTickVenue
import OmniTime
import Testing

@Suite struct TickVenueTests {
  // MARK: Taking and resting

  @Test func `an order that does not reach the other side rests behind what is there`() {
    var venue = Ticks.venue()

    venue.receive(.submit(Ticks.buy(1, 3, at: 99)), at: Ticks.at(1))

    let words = Ticks.words(&venue)
    let ahead = venue.resting(OrderID(1))?.place.ahead
    #expect(words == ["1: accepted"])
    #expect(ahead == 5 * QueuePlace.fraction)
  }

  @Test func `with whole fills an order that takes gets all of it at the best price`() {
    var venue = Ticks.venue { $0.takerFee = Rate(billionths: 10_000_000) }

    venue.receive(.submit(Ticks.buy(1, 50, at: 103)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.sell(2, 7, at: 0).atMarket), at: Ticks.at(1))

    let words = Ticks.words(&venue)
    let account = venue.account(StrategyID(0))
    #expect(words == ["1: taker 50@102 fee 51", "2: taker 7@99 fee 7"])
    #expect(account.position.lots == 43)
    #expect(account.cash == -50 * 102 - 51 + 7 * 99 - 7)
  }

  @Test func `with fills in part an order walks the book and rests with what is left`() {
    var venue = Ticks.venue { $0.fillsInPart = true }

    venue.receive(.submit(Ticks.buy(1, 12, at: 103)), at: Ticks.at(1))

    let words = Ticks.words(&venue)
    let left = venue.resting(OrderID(1))?.lots
    let account = venue.account(StrategyID(0))
    #expect(words == ["1: taker 4@102", "1: taker 6@103", "1: accepted"])
    #expect(left == 2)
    #expect(account.position.lots == 10)
    #expect(account.cash == -(4 * 102 + 6 * 103))
  }

  @Test func `what may not rest takes at once or expires, and what may only rest does not take`() {
    var venue = Ticks.venue { $0.fillsInPart = true }

    venue.receive(
      .submit(Ticks.buy(1, 5, at: 102).with(.immediateOrCancel)), at: Ticks.at(1))
    venue.receive(
      .submit(Ticks.buy(2, 5, at: 101).with(.immediateOrCancel)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(3, 11, at: 103).with(.fillOrKill)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(4, 10, at: 103).with(.fillOrKill)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(5, 1, at: 102).with(.postOnly)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(6, 1, at: 101).with(.postOnly)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.sell(7, 20, at: 0).atMarket), at: Ticks.at(1))

    let words = Ticks.words(&venue)
    #expect(
      words == [
        "1: taker 4@102", "1: expired nothingToTake", "2: expired nothingToTake",
        "3: expired notWhole", "4: taker 4@102", "4: taker 6@103", "5: rejected wouldTake",
        "6: accepted", "7: taker 5@99", "7: taker 9@98", "7: expired nothingToTake",
      ])
  }

  @Test func `a market order without a market is rejected`() {
    var venue = TickVenue(TickVenue.Configuration(unit: Ticks.unit))

    venue.receive(.submit(Ticks.buy(1, 1, at: 0).atMarket), at: Ticks.at(1))

    let words = Ticks.words(&venue)
    #expect(words == ["1: rejected noMarket"])
  }

  // MARK: Fills of resting orders

  @Test func `an order is filled whole when the other side's best price reaches it`() {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 3, at: 99)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.sell(2, 3, at: 102)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.level, .ask, 100, 1, at: 2))
    let none = Ticks.words(&venue)
    venue.apply(Ticks.event(.level, .ask, 99, 1, at: 3))
    venue.apply(Ticks.event(.level, .bid, 102, 0, at: 4))
    venue.apply(Ticks.event(.level, .bid, 105, 1, at: 4))

    let words = Ticks.words(&venue)
    #expect(none.isEmpty)
    #expect(words == ["1: maker 3@99", "2: maker 3@102"])
  }

  @Test func `a trade beyond an order's price fills it whole, one before it not at all`() {
    var venue = Ticks.venue { $0.makerFee = Rate(billionths: -10_000_000) }
    venue.receive(.submit(Ticks.buy(1, 300, at: 99)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.trade, .ask, 100, 500, at: 2))
    venue.apply(Ticks.event(.trade, .bid, 98, 500, at: 2))
    let none = Ticks.words(&venue)
    venue.apply(Ticks.event(.trade, .ask, 98, 1, at: 3))

    let words = Ticks.words(&venue)
    #expect(none.isEmpty)
    #expect(words == ["1: maker 300@99 fee -297"])
  }

  @Test func `an unknown taker's trade fills what it passed, and moves no queue`() {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(2, 1, at: 98)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.trade, .none, 98, 1_000, at: 2))

    let words = Ticks.words(&venue)
    #expect(words == ["1: maker 1@99"])
  }

  @Test func `a new best price below an order leaves nobody ahead of it`() {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.best, .bid, 98, 3, at: 2))
    let ahead = venue.resting(OrderID(1))?.place.ahead
    venue.apply(Ticks.event(.trade, .ask, 99, 1, at: 3))

    let words = Ticks.words(&venue)
    #expect(ahead == 0)
    #expect(words == ["1: maker 1@99"])
  }

  // MARK: Cancel and replace

  @Test func `a cancelled order is gone, and cannot be cancelled again`() {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))

    venue.receive(.cancel(OrderID(1)), at: Ticks.at(2))
    venue.receive(.cancel(OrderID(1)), at: Ticks.at(3))

    let words = Ticks.words(&venue)
    let count = venue.orderCount
    #expect(words == ["1: accepted", "1: cancelled", "1: refused unknownOrder"])
    #expect(count == 0)
  }

  @Test func `a replaced order goes behind, but for one that is only made smaller`() {
    for keeps in [true, false] {
      var venue = Ticks.venue { $0.keepsTurnWhenReduced = keeps }
      venue.receive(.submit(Ticks.buy(1, 5, at: 99)), at: Ticks.at(1))
      venue.apply(Ticks.event(.trade, .ask, 99, 2, at: 2))

      venue.receive(.replace(OrderID(1), Price(ticks: 99), Quantity(lots: 4)), at: Ticks.at(3))
      let smaller = venue.resting(OrderID(1))
      venue.receive(.replace(OrderID(1), Price(ticks: 98), Quantity(lots: 4)), at: Ticks.at(4))
      let moved = venue.resting(OrderID(1))

      #expect(smaller?.place.ahead == (keeps ? 3 : 5) * QueuePlace.fraction)
      #expect(smaller?.lots == 4)
      #expect(moved?.place.ahead == 9 * QueuePlace.fraction)
    }
  }

  @Test func `a replacement's size counts what has been traded`() {
    var venue = Ticks.venue { $0.fillsInPart = true }
    venue.receive(.submit(Ticks.buy(1, 9, at: 99)), at: Ticks.at(1))
    venue.apply(Ticks.event(.trade, .ask, 99, 9, at: 2))
    _ = Ticks.words(&venue)

    venue.receive(.replace(OrderID(1), Price(ticks: 99), Quantity(lots: 6)), at: Ticks.at(3))
    let left = venue.resting(OrderID(1))?.lots
    venue.receive(.replace(OrderID(1), Price(ticks: 98), Quantity(lots: 8)), at: Ticks.at(3))
    let moved = venue.resting(OrderID(1))?.lots
    venue.receive(.replace(OrderID(1), Price(ticks: 98), Quantity(lots: 4)), at: Ticks.at(3))

    let words = Ticks.words(&venue)
    #expect(left == 2)
    #expect(moved == 4)
    #expect(words == ["1: replaced", "1: replaced", "1: cancelled"])
  }

  @Test func `a replacement may take, unless the order may only rest`() {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))
    venue.receive(.submit(Ticks.buy(2, 1, at: 99).with(.postOnly)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.receive(.replace(OrderID(1), Price(ticks: 102), Quantity(lots: 2)), at: Ticks.at(2))
    venue.receive(.replace(OrderID(2), Price(ticks: 102), Quantity(lots: 2)), at: Ticks.at(2))
    venue.receive(.replace(OrderID(3), Price(ticks: 102), Quantity(lots: 2)), at: Ticks.at(2))

    let words = Ticks.words(&venue)
    let other = venue.resting(OrderID(2))?.lots
    #expect(
      words == [
        "1: replaced", "1: taker 2@102", "2: refused wouldTake", "3: refused unknownOrder",
      ])
    #expect(other == 1)
  }

  // MARK: What is refused

  @Test func `an order that makes no sense is rejected with the reason`() {
    var venue = Ticks.venue { $0.orderCountMax = 2 }
    venue.receive(.submit(Ticks.buy(1, 1, at: 90)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    let orders = [
      Ticks.buy(1, 1, at: 90), Ticks.buy(2, 0, at: 90), Ticks.buy(3, 1, at: 1 << 60),
      Ticks.buy(4, 1, at: 90, of: 7), Ticks.buy(5, 1 << 60, at: 90), Ticks.buy(6, 1, at: 90),
      Ticks.buy(7, 1, at: 90), Ticks.sell(8, 1, at: 110),
    ]
    for order in orders { venue.receive(.submit(order), at: Ticks.at(2)) }

    let words = Ticks.words(&venue)
    #expect(
      words == [
        "1: rejected duplicateOrder", "2: rejected quantityOutOfRange",
        "3: rejected priceOutOfRange", "4: rejected unknownStrategy",
        "5: rejected quantityOutOfRange", "6: accepted", "7: rejected tooManyOrders",
        "8: accepted",
      ])
  }

  /// Each state against each kind of command.
  @Test(arguments: [
    (TradingState.continuous, ["2: accepted", "3: taker 1@102", "1: cancelled"]),
    (.auction, ["2: accepted", "3: rejected auction", "1: cancelled"]),
    (.halted, ["2: rejected halted", "3: rejected halted", "1: cancelled"]),
    (.closed, ["2: rejected closed", "3: rejected closed", "1: refused closed"]),
  ])
  func `each state takes what it may`(state: TradingState, expected: [String]) {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.state(state, at: 2))
    venue.receive(.submit(Ticks.buy(2, 1, at: 99)), at: Ticks.at(3))
    venue.receive(.submit(Ticks.buy(3, 1, at: 0).atMarket), at: Ticks.at(3))
    venue.receive(.cancel(OrderID(1)), at: Ticks.at(3))

    let words = Ticks.words(&venue)
    #expect(words == expected)
  }

  @Test(arguments: [TradingState.halted, .closed])
  func `nothing is filled in a halt, and what was crossed is filled after it`(state: TradingState) {
    var venue = Ticks.venue()
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(1))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.state(state, at: 2))
    venue.apply(Ticks.event(.trade, .ask, 90, 100, at: 3))
    venue.apply(Ticks.event(.level, .ask, 98, 1, at: 3))
    let during = Ticks.words(&venue)
    venue.apply(Ticks.state(.continuous, at: 4))

    let words = Ticks.words(&venue)
    #expect(during.isEmpty)
    #expect(words == ["1: maker 1@99"])
  }

  @Test func `orders that are held in a halt come in when it ends, and may be cancelled before`() {
    var venue = Ticks.venue { $0.holdsWhenHalted = true }
    venue.apply(Ticks.state(.halted, at: 1))

    venue.receive(.submit(Ticks.buy(1, 1, at: 102)), at: Ticks.at(2))
    venue.receive(.submit(Ticks.buy(2, 1, at: 99)), at: Ticks.at(2))
    venue.receive(.submit(Ticks.buy(3, 1, at: 99)), at: Ticks.at(2))
    venue.receive(.submit(Ticks.buy(4, 1, at: 103).with(.postOnly)), at: Ticks.at(2))
    venue.receive(.cancel(OrderID(3)), at: Ticks.at(3))
    venue.apply(Ticks.state(.continuous, at: 4))

    let words = Ticks.words(&venue)
    let count = venue.orderCount
    #expect(
      words == [
        "1: accepted", "2: accepted", "3: accepted", "4: accepted", "3: cancelled",
        "1: taker 1@102", "4: expired wouldTake",
      ])
    #expect(count == 1)
  }

  @Test func `an auction fills what is beyond its price at its price`() {
    var venue = Ticks.venue()
    venue.apply(Ticks.state(.auction, at: 1))
    venue.receive(.submit(Ticks.buy(1, 2, at: 104)), at: Ticks.at(2))
    venue.receive(.submit(Ticks.buy(2, 2, at: 101)), at: Ticks.at(2))
    venue.receive(.submit(Ticks.sell(3, 2, at: 100)), at: Ticks.at(2))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.trade, .none, 101, 50, at: 3))

    let words = Ticks.words(&venue)
    #expect(words == ["1: maker 2@101", "3: maker 2@101"])
  }

  @Test func `outside of its hours the venue is closed`() {
    var venue = Ticks.venue {
      $0.hours = [OpenHours(from: Ticks.at(10), until: Ticks.at(20))]
    }

    for instant in [9, 10, 19, 20] as [Int64] {
      venue.receive(.submit(Ticks.buy(UInt64(instant), 1, at: 90)), at: Ticks.at(instant))
    }

    let words = Ticks.words(&venue)
    #expect(
      words == ["9: rejected closed", "10: accepted", "19: accepted", "20: rejected closed"])
  }

  // MARK: Funding and time

  @Test func `funding is paid at its instant on the position of that instant`() {
    var venue = Ticks.venue {
      $0.funding = [
        FundingRate(at: Ticks.at(10), rate: Rate(billionths: 10_000_000)),
        FundingRate(
          at: Ticks.at(20), rate: Rate(billionths: -20_000_000), mark: Price(ticks: 200)),
      ]
    }
    venue.receive(.submit(Ticks.buy(1, 10, at: 102)), at: Ticks.at(1))
    venue.apply(Ticks.event(.trade, .bid, 103, 1, at: 2))
    _ = Ticks.words(&venue)

    venue.apply(Ticks.event(.level, .bid, 90, 1, at: 9))
    let early = Ticks.words(&venue)
    venue.apply(Ticks.event(.level, .bid, 90, 2, at: 12))
    let first = Ticks.words(&venue)
    venue.advance(to: Ticks.at(20))
    let second = Ticks.words(&venue)

    let account = venue.account(StrategyID(0))
    #expect(early.isEmpty)
    // 1 % of 10 × 103 = 10.3, and −2 % of 10 × 200.
    #expect(first == ["0: funded 10"])
    #expect(second == ["0: funded -40"])
    #expect(account.funding == -30)
    #expect(account.cash == -1_020 + 30)
  }

  @Test func `a report is heard after its latency, and none overtakes another`() {
    let table = LatencyTable([
      .init(at: Ticks.at(0), order: .zero, response: .milliseconds(10)),
      .init(at: Ticks.at(1), order: .zero, response: .milliseconds(2)),
    ])
    guard let table else {
      Issue.record("a table that is refused")
      return
    }
    var venue = Ticks.venue { $0.latency = .recorded(table) }
    venue.receive(.submit(Ticks.buy(1, 1, at: 99)), at: Ticks.at(0))
    venue.receive(.submit(Ticks.buy(2, 1, at: 99)), at: Ticks.at(3))

    let due = venue.reportDueAt
    let early = venue.takeReport(until: Ticks.at(9))
    let first = venue.takeReport(until: Ticks.at(10))
    let second = venue.takeReport(until: Ticks.at(10))

    #expect(due == Ticks.at(10))
    #expect(early == nil)
    #expect(first?.occurredAt == Ticks.at(0))
    #expect(second?.occurredAt == Ticks.at(3))
    #expect(second?.receivedAt == Ticks.at(10))
  }

  @Test func `reports keep their order however many wait and however long`() {
    var venue = Ticks.venue()
    var heard: [UInt64] = []

    for id in 1...6_000 as ClosedRange<UInt64> {
      venue.receive(.cancel(OrderID(id)), at: Ticks.at(1))
      // From here on each brings one and takes one, so that the line is never empty.
      if id > 1_500, let report = venue.takeReport(until: Ticks.at(1)) {
        heard.append(report.order.value)
      }
    }
    while let report = venue.takeReport(until: Ticks.at(1)) { heard.append(report.order.value) }

    #expect(heard == Array(1...6_000))
  }
}
