import OmniEncoding
import OmniKernel
import OmniModel
import OmniStorage
import OmniStrategy
import Testing

@Suite("TradingNode with two strategies")
struct TradingNodeEventsTests {
  @Test func `a strategy cannot cancel another's order`() throws {
    var plan = plan()
    var other = plan.strategies[0]
    other.label = "other"
    plan.strategies.append(other)
    var node = try TradingNode(
      plan: plan, roster: Pair(), journal: NullJournal(), observer: NoObserver())

    try node.process(bar(1, 100_00))
    #expect(node.workingOrderCount == 1)
    try node.process(bar(2, 100_00))
    #expect(node.workingOrderCount == 1, "the stranger's cancel was obeyed")
    #expect(node.totals.strayReports == 1)
    try node.process(bar(3, 100_00))
    #expect(node.workingOrderCount == 0, "the owner's cancel was not obeyed")
    #expect(node.totals.strayReports == 1)
  }
}

/// The first bids on the first bar; the second tries to cancel that on the second bar, and the first
/// does so on the third.
private struct Pair: StrategyRoster {
  var bars = 0
  let count = 2

  mutating func onBar(_ strategy: StrategyID, _ bar: Bar, desk: inout Desk) {
    if strategy.index == 0 { bars += 1 }
    switch (bars, strategy.index) {
    case (1, 0): desk.submit(bar.instrument, .init(.buy, .limit, lots(1), price: price(90_00)))
    case (2, 1), (3, 0): desk.cancel(OrderID(1))
    default: break
    }
  }

  mutating func onOrder(
    _ strategy: StrategyID, _ id: OrderID, _ event: OrderEvent, desk: inout Desk
  ) {}

  func encode(into sink: inout some WordSink & ~Copyable) {}

  mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {}
}
