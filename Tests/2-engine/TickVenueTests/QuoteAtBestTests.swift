import OmniCollections
import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime
import Testing

@Suite struct QuoteAtBestTests {
  @Test func `it quotes both sides anew at each step, and stops at its bound`() throws {
    var events = [
      Ticks.event(.level, .bid, 99, 5), Ticks.event(.level, .ask, 102, 5),
      Ticks.event(.level, .bid, 100, 5, at: 150),
    ]
    // Sold to us twice: the bound is reached, and the third does not find us.
    for instant in [160, 260, 360] as [Int64] {
      events.append(Ticks.event(.trade, .ask, 90, 1, at: instant))
    }
    events.append(Ticks.event(.level, .ask, 102, 6, at: 700))
    let tape = Makers.tape(events)
    var simulation = TickSimulation(
      try Makers.replay(), QuoteAtBest(Quantity(lots: 10), positionMax: Quantity(lots: 20)),
      keepsFills: true)

    _ = try simulation.run(tape, every: .milliseconds(100))

    #expect(simulation.fills.map(Ticks.word) == ["1: maker 10@99", "3: maker 10@100"])
    let position = simulation.replay.desk.account.position.lots
    let orders = simulation.replay.venue.orderCount
    #expect(position == 20)
    // Of the last step one sell rests.
    #expect(orders == 1)
  }
}
