import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime
import Testing

/// The keys of the orders that rest after one step on a book of these sizes at 99 and 102.
private func quotes(bids: Int64, asks: Int64) throws -> [Int64?] {
  let tape = Makers.tape([
    Ticks.event(.level, .bid, 99, bids), Ticks.event(.level, .ask, 102, asks),
    Ticks.event(.level, .bid, 1, 1, at: 150),
  ])
  var configuration = ImbalanceMaker.Configuration(
    quantity: Quantity(lots: 2), positionMax: Quantity(lots: 6))
  configuration.levelCount = 1
  var simulation = TickSimulation(try Makers.replay(), ImbalanceMaker(configuration))
  _ = try simulation.run(tape, every: .milliseconds(100))
  return [1, 2].map { simulation.replay.venue.resting(OrderID($0))?.key }
}

@Suite struct ImbalanceMakerTests {
  @Test func `it quotes the best prices of an even book`() throws {
    #expect(try quotes(bids: 5, asks: 5) == [99, -102])
  }

  @Test func `it steps back on the side towards which the book leans`() throws {
    // (15 − 5) / 20 is the threshold of a half; (14 − 5) / 19 is below it.
    #expect(try quotes(bids: 15, asks: 5) == [99, -104])
    #expect(try quotes(bids: 14, asks: 5) == [99, -102])
    #expect(try quotes(bids: 5, asks: 15) == [97, -102])
  }

  @Test func `an order at the wanted price keeps its turn`() throws {
    let tape = Makers.tape([
      Ticks.event(.level, .bid, 99, 5), Ticks.event(.level, .ask, 102, 5),
      Ticks.event(.trade, .ask, 99, 2, at: 150),
      Ticks.event(.level, .ask, 102, 6, at: 400),
    ])
    let configuration = ImbalanceMaker.Configuration(
      quantity: Quantity(lots: 2), positionMax: Quantity(lots: 6))
    var simulation = TickSimulation(try Makers.replay(), ImbalanceMaker(configuration))

    _ = try simulation.run(tape, every: .milliseconds(100))

    let place = simulation.replay.venue.resting(OrderID(1))?.place
    let count = simulation.replay.venue.orderCount
    #expect(place?.ahead == 3 * QueuePlace.fraction)
    #expect(count == 2)
  }
}
