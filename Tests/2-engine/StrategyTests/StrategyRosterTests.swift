import OmniEncoding
import OmniModel
import OmniMoney
import OmniStrategy
import OmniTime
import Testing

@Suite("StrategyRoster")
struct StrategyRosterTests {
  @Test func `a roster of one tells it everything and writes what it writes`() throws {
    var roster = SoloRoster(EMACross(fast: 1, slow: 2, quantity: lots(1)))
    var alone = EMACross(fast: 1, slow: 2, quantity: lots(1))
    let desks = [Trading(try coin()) { alone }, Trading(try coin()) { alone }]
    for price in [Int64(1_000), 1_010, 1_020] {
      roster.onBar(StrategyID(0), flatBar(price), desk: &desks[0].desk)
      alone.onBar(flatBar(price), desk: &desks[1].desk)
    }
    roster.onOrder(StrategyID(0), OrderID(1), .accepted, desk: &desks[0].desk)

    var (sink, other) = (WordArray(), WordArray())
    roster.encode(into: &sink)
    alone.encode(into: &other)
    #expect(sink == other)
    #expect(roster.count == 1)
    let wish = desks[0].desk.nextIntent()
    #expect(wish != nil && wish == desks[1].desk.nextIntent())

    var copy = SoloRoster(EMACross(fast: 1, slow: 2, quantity: lots(1)))
    var source = WordArrayReader(sink.words)
    try copy.decode(from: &source)
    var again = WordArray()
    copy.encode(into: &again)
    #expect(again == sink)
  }

  @Test func `a strategy that remembers nothing writes and takes nothing`() throws {
    var sink = WordArray()
    BuyOnce().encode(into: &sink)
    #expect(sink.words.isEmpty)

    var (rule, source) = (BuyOnce(), WordArrayReader([]))
    try rule.decode(from: &source)
    let trading = Trading(try coin()) { BuyOnce() }
    #expect(trading.step(flatBar(1_000)) == [.market(.buy, 1)])
    #expect(trading.step(flatBar(1_000)) == [])
  }
}

// MARK: - Words for the tests

private struct BuyOnce: Strategy {
  mutating func onBar(_ bar: Bar, desk: inout Desk) {
    guard desk.position(bar.instrument) == .flat else { return }
    desk.submit(bar.instrument, .init(.buy, .market, lots(1)))
  }
}
