import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime
import Testing

@Suite struct AvellanedaStoikovTests {
  private static func maker(
    _ gamma: Double, _ decay: Double  // statistic: parameters of the model
  ) -> AvellanedaStoikov {
    var configuration = AvellanedaStoikov.Configuration(
      quantity: Quantity(lots: 10), positionMax: Quantity(lots: 50))
    configuration.riskAversion = gamma
    configuration.arrivalDecay = decay
    return AvellanedaStoikov(configuration)
  }

  @Test func `without variance the quotes lie evenly around the middle`() {
    // (2 / 0.1) ln(1 + 0.1 / 1.5) = 1.2908 ticks wide.
    let quotes = Self.maker(0.1, 1.5).prices(halfTicks: 2_000, position: 0)
    let odd = Self.maker(0.1, 1.5).prices(halfTicks: 2_001, position: 30)
    // (2 / 0.05) ln(1 + 0.05 / 0.01) = 71.67 ticks wide: 35.84 on either side.
    let wide = Self.maker(0.05, 0.01).prices(halfTicks: 2_000, position: 0)

    #expect(quotes.bid == 999 && quotes.ask == 1_001)
    #expect(odd.bid == 999 && odd.ask == 1_002)
    #expect(wide.bid == 964 && wide.ask == 1_036)
  }

  @Test func `it learns the variance of the middle, and leans against its position`() throws {
    // The middle goes up and down by 4 ticks at each step.
    var events: [MarketEvent] = []
    for step in 0..<200 as Range<Int64> {
      let shift: Int64 = step % 2 == 0 ? 0 : 4
      let old: Int64 = 4 - shift
      let instant = step * 100 + 50
      events += [
        Ticks.event(.level, .bid, 999 + old, 0, at: instant),
        Ticks.event(.level, .ask, 1_101 + old, 0, at: instant),
        Ticks.event(.level, .bid, 999 + shift, 5, at: instant),
        Ticks.event(.level, .ask, 1_101 + shift, 5, at: instant),
      ]
    }
    var simulation = TickSimulation(try Makers.replay(), Self.maker(0.01, 1.5))

    _ = try simulation.run(Makers.tape(events), every: .milliseconds(100))

    let maker = simulation.strategy
    let flat = maker.prices(halfTicks: 2_000, position: 0)
    let long = maker.prices(halfTicks: 2_000, position: 20)
    let short = maker.prices(halfTicks: 2_000, position: -20)
    // 4² = 16 ticks² a step; γ σ² τ = 1.6 × 0.98 or so, and two orders lean twice that.
    #expect(abs(maker.variance - 16) < 0.5)
    #expect(long.bid == flat.bid - 3 && long.ask == flat.ask - 3)
    #expect(short.bid == flat.bid + 3 && short.ask == flat.ask + 3)
  }
}
