import OmniCollections
import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime

/// What the tests of makers and simulations share.
enum Makers {
  static let instrument = Instrument(
    symbol: "tick", name: "one tick of one lot is one cent",
    terms: InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 2), lot: FixedDecimal(coefficient: 1, scale: 0),
      currency: .usd, settlement: .margined, costs: .init(leverageMax: 100))!)

  static let latency = LatencyModel.constant(
    order: .milliseconds(10), response: .milliseconds(10))

  static func tape(_ events: [MarketEvent]) -> TickTape {
    var buffer = GrowingBuffer<MarketEvent>()
    for event in events { buffer.append(event) }
    return TickTape(buffer)
  }

  static func replay(
    _ latency: LatencyModel = latency,
    _ change: (inout TickVenue.Configuration, inout TickDesk.Configuration) -> Void = { _, _ in }
  ) throws -> TickReplay {
    var venue = TickVenue.Configuration(unit: instrument.terms.unit)
    venue.latency = latency
    venue.bookWindow = 4_096
    var desk = TickDesk.Configuration(instrument)
    desk.capital = 100_000_000
    desk.bookWindow = 4_096
    change(&venue, &desk)
    return TickReplay(TickVenue(venue), try TickDesk(desk, latency: latency))
  }
}
