import OmniCrypto
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTime
import Testing

@Suite("TradingNode")
struct TradingNodeTests {
  // MARK: A bar's way

  @Test func `a posting is told with the record that it follows from, to both of a pair`() throws {
    let script = Script([[.submit(share, .init(.buy, .market, lots(2)))]])
    var node = try TradingNode(
      plan: plan(), roster: SoloRoster(script), journal: KindJournal(),
      observer: ObserverPair(Recorder(), Recorder()))

    try node.process(bar(1, 100_00))
    try node.process(bar(2, 110_00))

    let remains = node.finish()
    // Capital; then two lots, 200 dollars and ten cents of fee with the third record behind the bar.
    #expect(remains.observer.first.postings == ["0 opening: 1000000", "3 1: 2+20000+10"])
    #expect(remains.observer.second.postings == remains.observer.first.postings)
    #expect(remains.observer.second.lines == remains.observer.first.lines)
    #expect(remains.observer.first.lines.count == 6)
  }

  @Test func `an order is journaled, accepted, filled and booked before the bar is done`() throws {
    let script = Script([[.submit(share, .init(.buy, .market, lots(2)))]])
    var node = try node(script)

    try node.process(bar(1, 100_00))
    try node.process(bar(2, 110_00))

    #expect(
      script.heard.all == ["bar 10000 holds 0", "1 accepted", "1 filled 2", "bar 11000 holds 2"])
    let totals = node.totals
    #expect(totals.bars == 2 && totals.orders == 1 && totals.fills == 1)
    #expect(totals.denials == 0 && totals.strayReports == 0)
    // Two shares of 100 dollars at half a thousandth, and a gain of 10 dollars each.
    #expect(node.portfolio.equity(solo) == 10_000_00 - 10 + 20_00)
    let remains = node.finish()
    #expect(
      remains.observer.lines == [
        "submitted 1", "accepted 1", "booked 1: 2 at 10000", "filled 1", "bar 10000", "bar 11000",
      ])
    #expect(
      remains.journal.kinds == [
        .barClosed, .orderSubmitted, .orderAccepted, .orderFilled, .barClosed,
      ])
  }

  @Test func `resting orders meet the bar before the strategy hears of it`() throws {
    let script = Script([[.submit(share, .init(.buy, .limit, lots(1), price: price(99_00)))]])
    var node = try node(script)

    try node.process(bar(1, 100_00))
    #expect(node.workingOrderCount == 1)
    try node.process(bar(2, 100_00, low: 98_00))

    #expect(
      script.heard.all == ["bar 10000 holds 0", "1 accepted", "1 filled 1", "bar 10000 holds 1"])
    #expect(node.workingOrderCount == 0)
  }

  @Test func `what is left of a node are its journal and its observer`() throws {
    var node = try node(Script([]))
    try node.process(bar(1, 100_00))
    #expect(node.finish().takeObserver().lines == ["bar 10000"])
  }

  @Test func `a run begins with its plan and ends with the digest of its state`() throws {
    var node = try node(Script([]))
    try node.start(plan())
    try node.process(bar(1, 100_00))
    let digest = node.digest()

    let last = try node.end()
    #expect(last == digest)
    let kinds = node.finish().takeJournal().kinds
    #expect(kinds == [.runStarted, .barClosed, .runEnded])
  }

  // MARK: Denials

  @Test func `a denied order is journaled and told, and never reaches the venue`() throws {
    let script = Script([[.submit(share, .init(.buy, .market, lots(11)))]])
    var node = try node(script, plan(limits: limits { $0.orderLotsMax = 10 }))

    try node.process(bar(1, 100_00))

    #expect(script.heard.all == ["bar 10000 holds 0", "1 denied"])
    let totals = node.totals
    #expect(totals.denials == 1 && totals.orders == 0 && totals.fills == 0)
    let remains = node.finish()
    #expect(remains.journal.kinds == [.barClosed, .orderDenied])
    #expect(remains.observer.denials == [Denial(.orderQuantity, limit: 10, value: 11)])
  }

  @Test func `an order of an instrument that nobody knows is denied`() throws {
    let unknown = Wish.submit(InstrumentID(9), .init(.buy, .market, lots(1)))
    var node = try node(Script([[unknown]]))
    try node.process(bar(1, 100_00))
    let denials = node.finish().takeObserver().denials
    #expect(denials == [Denial(.unknownInstrument, limit: 2, value: 9)])
  }

  @Test func `an order of an instrument that the strategy gets no bars of is denied`() throws {
    let foreign = Wish.submit(future, .init(.buy, .market, lots(1)))
    var node = try node(Script([[foreign]]), plan(trades: [share]))
    try node.process(bar(1, 100_00, of: future))
    try node.process(bar(1, 100_00))
    let denials = node.finish().takeObserver().denials
    #expect(denials == [Denial(.restricted)])
  }

  @Test func `a day's loss counts from the equity before the day's first bar`() throws {
    let day: Int64 = 24 * 60
    let buy = Wish.submit(share, .init(.buy, .market, lots(90)))
    let more = Wish.submit(future, .init(.buy, .market, lots(1)))
    let rules = limits { $0.dailyLossMax = Rate(billionths: 100_000_000) }
    var node = try node(Script([[buy], [], [more], [more]]), plan(limits: rules))

    try node.process(bar(0, 100_00))
    try node.process(bar(1, 100_00, of: future))
    try node.process(bar(day, 80_00))
    try node.process(bar(2 * day, 80_00))

    // 90 shares fell by 20 dollars on the second day, 18 hundredths, and by nothing on the third.
    #expect(node.totals.orders == 2)
    let denials = node.finish().takeObserver().denials
    #expect(denials == [Denial(.dailyLoss, limit: 100_000_000, value: 180_000_000)])
  }

  // MARK: Brackets

  @Test func `a bracket's target cancels its stop`() throws {
    let entry = Wish.bracket(.init(.buy, .market, lots(3)), stop: 95_00, target: 105_00)
    var node = try node(Script([[entry]]))

    try node.process(bar(1, 100_00))
    #expect(node.workingOrderCount == 2)
    try node.process(bar(2, 104_00, high: 106_00))

    #expect(node.workingOrderCount == 0)
    let observer = node.finish().takeObserver()
    #expect(
      observer.lines == [
        "submitted 1", "submitted 2", "submitted 3", "accepted 1", "accepted 2", "accepted 3",
        "booked 1: 3 at 10000", "filled 1", "bar 10000", "booked 3: 3 at 10500", "filled 3",
        "cancelled 2", "bar 10400",
      ])
    #expect(observer.trades.map(\.cycle.realised) == [15_00])
  }

  @Test func `of a bracket all three orders are sent, or none`() throws {
    let entry = OrderIntent.Terms(.buy, .market, lots(3))
    let low = -(1 << 50) - 1 as Int64
    let rows: [(wish: Wish, limits: RiskLimits, lines: [String])] = [
      (
        .bracket(entry, stop: 101_00, target: 105_00), .research,
        ["denied 1 bracketInverted", "denied 2 bracketIncomplete", "denied 3 bracketIncomplete"]
      ),
      (
        .bracket(entry, stop: 95_00, target: 105_00), limits { $0.positionLotsMax = 2 },
        ["denied 1 positionQuantity", "denied 2 bracketIncomplete", "denied 3 bracketIncomplete"]
      ),
      (
        .bracket(entry, stop: low, target: 105_00), .research,
        ["denied 2 priceOutOfRange", "denied 1 bracketIncomplete", "denied 3 bracketIncomplete"]
      ),
      (
        .bracket(entry, stop: 95_00, target: 105_00), limits { $0.workingOrdersMax = 2 },
        ["denied 3 workingOrders", "denied 1 bracketIncomplete", "denied 2 bracketIncomplete"]
      ),
      (
        .bracket(entry, stop: 95_00, target: 105_00), limits { $0.ordersPerMinuteMax = 1 },
        ["denied 2 orderRate", "denied 1 bracketIncomplete", "denied 3 bracketIncomplete"]
      ),
    ]
    for row in rows {
      var node = try node(Script([[row.wish]]), plan(limits: row.limits))
      try node.process(bar(1, 100_00))
      #expect(node.totals.denials == 3)
      #expect(node.workingOrderCount == 0)
      let lines = node.finish().takeObserver().lines
      #expect(lines == row.lines + ["bar 10000"])
    }
  }

  @Test func `a bracket that does not fit beside the working orders is denied whole`() throws {
    for (resting, isSent) in [(1_021, true), (1_022, false)] {
      let order = Wish.submit(share, .init(.buy, .limit, lots(1), price: price(50_00)))
      let bracket = Wish.bracket(
        .init(.buy, .limit, lots(1), price: price(60_00)), stop: 55_00, target: 65_00)
      let script = Script([Array(repeating: order, count: resting) + [bracket]])
      var node = try node(script, plan(limits: limits { $0.needsMargin = false }))

      try node.process(bar(1, 100_00))

      #expect(node.workingOrderCount == (isSent ? 1_024 : 1_022))
      #expect(node.totals.denials == (isSent ? 0 : 3))
    }
  }

  @Test func `one order more than can work at once is denied`() throws {
    let order = Wish.submit(share, .init(.buy, .limit, lots(1), price: price(50_00)))
    let script = Script([Array(repeating: order, count: 1_024), [order]])
    var node = try node(script, plan(limits: limits { $0.needsMargin = false }))

    try node.process(bar(1, 100_00))
    try node.process(bar(2, 100_00))

    #expect(node.workingOrderCount == 1_024)
    let denials = node.finish().takeObserver().denials
    #expect(denials == [Denial(.workingOrders, limit: 1_024, value: 1_025)])
  }

  // MARK: Cancels

  @Test func `a working order is cancelled, and an order that has ended is only counted`() throws {
    let script = Script([
      [
        .submit(share, .init(.buy, .limit, lots(1), price: price(90_00))),
        .submit(share, .init(.buy, .market, lots(1))),
      ],
      [.cancel(1), .cancel(1), .cancel(2), .cancel(77)],
    ])
    var node = try node(script)

    try node.process(bar(1, 100_00))
    try node.process(bar(2, 100_00))

    #expect(node.workingOrderCount == 0)
    #expect(node.totals.strayReports == 3)
    let remains = node.finish()
    #expect(remains.observer.lines.suffix(2) == ["cancelled 1", "bar 10000"])
    #expect(remains.journal.kinds.suffix(3) == [.barClosed, .cancelRequested, .orderCancelled])
  }

  // MARK: Refusals

  @Test func `a bar of an instrument that the plan does not have is refused`() throws {
    var node = try node(Script([]))
    try node.process(bar(1, 100_00))
    let before = node.digest()

    let failure = node.failure(of: bar(2, 100_00, of: InstrumentID(2)))
    guard case .unknownInstrument(InstrumentID(2)) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(node.digest() == before)
  }

  @Test func `a bar older than the last is refused, and changes nothing`() throws {
    var node = try node(Script([]))
    try node.process(bar(2, 100_00))
    let before = node.digest()

    let failure = node.failure(of: bar(1, 99_00))
    guard case .sequencer(.timeWentBack(let last, let found)) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(last == bar(2, 1).closedAt && found == bar(1, 1).closedAt)
    #expect(node.digest() == before)
    #expect(node.failure(of: bar(2, 99_00)) == nil)
  }

  @Test func `what the journal refuses stops the node`() throws {
    var node = try ScriptNode(
      plan: plan(), roster: .init(Script([[.submit(share, .init(.buy, .market, lots(2)))]])),
      journal: KindJournal(capacity: 2), observer: Recorder())

    guard case .sequencer(.journal) = node.failure(of: bar(1, 100_00)) else {
      Issue.record("a full journal was passed over")
      return
    }
    let lines = node.finish().takeObserver().lines
    #expect(lines == ["submitted 1"])
  }

  @Test func `a strategy that answers every denial with an order is stopped`() throws {
    let wish = Wish.submit(share, .init(.buy, .market, lots(0)))
    let endless = Script([[wish]], onDenial: wish)
    var node = try TradingNode(
      plan: plan(), roster: SoloRoster(endless), journal: NullJournal(), observer: NoObserver())

    do {
      try node.process(bar(1, 100_00))
      Issue.record("an endless strategy ended")
    } catch {
      guard case .runaway(let intents) = error else { throw error }
      #expect(intents == 65_537)
    }
  }

  @Test func `capital of nothing opens no books`() {
    var plan = plan()
    plan.strategies[0].capital = 0
    #expect(throws: (any Error).self) {
      let node = try node(Script([]), plan)
      _ = node.finish()
    }
  }
}

// MARK: - Words for the tests

extension TradingNode where Roster: ~Copyable, Sink: ~Copyable, Observer: ~Copyable {
  fileprivate mutating func failure(of bar: Bar) -> Failure? {
    do throws(Failure) {
      try process(bar)
      return nil
    } catch {
      return error
    }
  }
}
