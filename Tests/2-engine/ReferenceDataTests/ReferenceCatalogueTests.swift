import OmniModel
import OmniMoney
import OmniReferenceData
import OmniTime
import Testing

@Suite("ReferenceCatalogue")
struct ReferenceCatalogueTests {
  @Test func `terms are those of the instant, and an instant without any is refused`() throws {
    let change = try at("2013-05-01")
    let end = try at("2020-01-01")
    let catalogue = try ReferenceCatalogue([
      .init(try share("abc", tick: "0.01"), from: change, until: end),
      .init(try share("abc", tick: "0.05"), from: try at("2000-01-01"), until: change),
    ])
    func tick(_ text: String) throws -> String {
      "\(try catalogue.definition("ABC", at: try at(text)).ticks.base)"
    }
    #expect(try tick("2013-04-30 23:59:59") == "0.05")
    #expect(try tick("2013-05-01") == "0.01")
    for instant in [try at("1999-01-01"), end] {
      #expect(throws: ReferenceError.notValid(symbol: "abc", at: instant)) {
        try catalogue.definition("abc", at: instant)
      }
    }
    #expect(throws: ReferenceError.unknownSymbol("abd")) {
      try catalogue.definition("abd", at: change)
    }
    #expect(try catalogue.instruments(at: change).instrument("abc").terms.tick.scale == 2)
    #expect(catalogue.instruments(at: end).instruments.isEmpty)
  }

  @Test func `versions that overlap or end before they begin are refused`() throws {
    let day = try at("2013-05-01")
    let one = try share("abc", tick: "0.01")
    #expect(throws: ReferenceError.overlap(symbol: "abc", at: day)) {
      try ReferenceCatalogue([.init(one), .init(one, from: day)])
    }
    #expect(throws: ReferenceError.self) {
      try ReferenceCatalogue([.init(one, from: day, until: day)])
    }
  }

  @Test func `a venue's name leads to our symbol and back, or is refused with the reason`() throws {
    let day = try at("2022-06-09")
    var meta = try share("meta", tick: "0.01")
    meta.venueNames = [.init("alpaca", "FB"), .init("ib", "META")]
    var renamed = meta
    renamed.venueNames = [.init("alpaca", "META")]
    var fund = try share("metv", tick: "0.01")
    fund.venueNames = [.init("alpaca", "META")]
    var other = try share("other", tick: "0.01")
    other.venueNames = [.init("ib", "META")]
    let catalogue = try ReferenceCatalogue([
      .init(meta, until: day), .init(renamed, from: day), .init(fund, until: day), .init(other),
    ])
    let before = try at("2022-06-08")
    #expect(try catalogue.definition(of: "FB", at: "alpaca", on: before).symbol == "meta")
    #expect(try catalogue.definition(of: "META", at: "alpaca", on: before).symbol == "metv")
    #expect(try catalogue.definition(of: "META", at: "alpaca", on: day).symbol == "meta")
    #expect(try catalogue.venueSymbol(of: "meta", at: "alpaca", on: before) == "FB")
    #expect(try catalogue.venueSymbol(of: "meta", at: "alpaca", on: day) == "META")
    #expect(throws: ReferenceError.unknownVenueSymbol(venue: "alpaca", symbol: "FB")) {
      try catalogue.definition(of: "FB", at: "alpaca", on: day)
    }
    #expect(throws: ReferenceError.unknownVenueSymbol(venue: "ib", symbol: "meta")) {
      try catalogue.venueSymbol(of: "meta", at: "ib", on: day)
    }
    #expect(
      throws: ReferenceError.ambiguous(
        venue: "ib", symbol: "META", candidates: ["meta", "other"])
    ) {
      try catalogue.definition(of: "META", at: "ib", on: before)
    }
  }

  @Test func `a kind has what it needs and nothing else`() throws {
    var future = try share("es", tick: "0.25")
    func fault(_ definition: InstrumentDefinition) -> Bool {
      (try? ReferenceCatalogue([.init(definition)])) == nil
    }
    future.kind = .future
    #expect(fault(future), "no contract")
    future.contract = .init(underlying: "spx")
    #expect(fault(future), "no expiry")
    future.contract?.expiry = try at("2014-03-21 13:30:00")
    future.contract?.multiplier = try decimal("50")
    #expect(!fault(future))
    let terms = try #require(future.terms)
    #expect(terms.notional(Price(ticks: 4), NetQuantity(lots: 1)).minorUnits == 50_00)
    #expect(terms.settlement == .margined)
    future.contract?.strike = try decimal("5")
    #expect(fault(future), "a strike")
    future.kind = .option
    #expect(fault(future), "no right")
    future.contract?.right = .put
    #expect(!fault(future))
    future.kind = .perpetual
    #expect(fault(future), "an expiry")
    var apple = try share("aapl", tick: "0.01")
    apple.isin = "US0378331005"
    #expect(!fault(apple))
    apple.isin = "US0378331006"
    #expect(fault(apple))
    apple.isin = nil
    apple.symbol = "AAPL"
    #expect(fault(apple))
    var inverse = try share("btcusd", tick: "0.5")
    inverse.kind = .perpetual
    inverse.contract = .init(underlying: "BTC")
    inverse.contract?.form = .inverse
    #expect(!fault(inverse) && inverse.instrument == nil)
  }

  @Test func `a tick table holds by price, and its base divides every step`() throws {
    let table = try #require(
      TickTable([
        .init(from: try decimal("0"), tick: try decimal("0.0001")),
        .init(from: try decimal("1"), tick: try decimal("0.01")),
        .init(from: try decimal("1000"), tick: try decimal("0.25")),
      ]))
    #expect("\(table.base)" == "0.0001")
    #expect("\(table.tick(at: try decimal("0.9999")))" == "0.0001")
    #expect("\(table.tick(at: try decimal("1.00")))" == "0.01")
    #expect("\(table.tick(at: try decimal("-37")))" == "0.0001")
    #expect(try table.allows(decimal("1000.75")) && !table.allows(decimal("1000.70")))
    #expect(try table.allows(decimal("0.5001")) && !table.allows(decimal("1.5001")))
    let steps = try #require(
      TickTable([
        .init(from: try decimal("0"), tick: try decimal("0.02")),
        .init(from: try decimal("10"), tick: try decimal("0.05")),
      ]))
    #expect("\(steps.base)" == "0.01")
    #expect(try TickTable([]) == nil && TickTable(decimal("0")) == nil)
    #expect(
      TickTable([
        .init(from: try decimal("1"), tick: try decimal("1")),
        .init(from: try decimal("1.0"), tick: try decimal("1")),
      ]) == nil)
  }
}

func share(_ symbol: String, tick: String) throws -> InstrumentDefinition {
  InstrumentDefinition(
    symbol: symbol, kind: .equity, ticks: try #require(TickTable(try decimal(tick))),
    lot: try decimal("1"), currency: .usd)
}
