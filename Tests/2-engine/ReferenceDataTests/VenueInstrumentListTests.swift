import OmniConfiguration
import OmniModel
import OmniMoney
import OmniReferenceData
import OmniTestKit
import OmniTime
import Testing

@Suite("VenueInstrumentList")
struct VenueInstrumentListTests {
  static let bybit = "exchange-api-samples/bybit/http_get_instruments_"
  static let binance = "exchange-api-samples/binance/spot__http_json__exchange_info_response.json"
  static let hasSamples = SampleFiles.has(SampleFiles.shared(binance))

  /// What Binance publishes for a pair, in the shape of its documentation.
  static let exchangeInfo = """
    {"timezone": "UTC", "symbols": [
     {"symbol": "ETHBTC", "status": "TRADING", "baseAsset": "ETH", "quoteAsset": "BTC",
      "filters": [
       {"filterType": "PRICE_FILTER", "minPrice": "0.00001000", "maxPrice": "922327.00000000",
        "tickSize": "0.00001000"},
       {"filterType": "LOT_SIZE", "minQty": "0.00010000", "maxQty": "100000.00000000",
        "stepSize": "0.00010000"},
       {"filterType": "NOTIONAL", "minNotional": "0.00010000", "applyMinToMarket": true}]},
     {"symbol": "NOFILTER", "baseAsset": "NO", "quoteAsset": "BTC", "filters": []}]}
    """

  @Test func `pairs of Binance come back from their file as they were`() throws {
    let list = try VenueInstrumentList.binance(
      try ConfigurationValue(json: Self.exchangeInfo, label: "binance"))
    #expect(list.skipped.map(\.symbol) == ["NOFILTER"] && list.skipped[0].reason.code == "REF-007")
    let catalogue = try list.catalogue()
    let pair = try catalogue.definition(of: "ETHBTC", at: "binance", on: .epoch)
    #expect(pair.symbol == "ethbtc.binance" && pair.kind == .spot && pair.settlement == .cash)
    #expect(pair.limits.notionalMin?.description == "0.00010000")
    #expect(pair.terms?.price(try decimal("0.06543")) == Price(ticks: 6_543))
    try roundTrip(catalogue)
  }

  @Test(.enabled(if: hasSamples, "the shared samples of venues"))
  func `an entry without filters is skipped with the reason`() throws {
    let list = try VenueInstrumentList.binance(try sample(Self.binance))
    #expect(list.definitions.isEmpty && list.skipped.map(\.symbol) == ["ETHBTC"])
  }

  @Test(.enabled(if: hasSamples, "the shared samples of venues"))
  func `every list of Bybit comes back from its file as it was`() throws {
    var versions: [ReferenceCatalogue.Version] = []
    for (name, category) in [
      ("linear", .linear), ("linear_symbol_type", .linear), ("inverse", .inverse),
      ("inverse_symbol_type", .inverse), ("option", .option), ("option_symbol_id", .option),
      ("spot", .spot), ("spot_xstocks", .spot),
    ] as [(String, VenueInstrumentList.BybitCategory)] {
      let list = try VenueInstrumentList.bybit(try sample("\(Self.bybit)\(name).json"), category)
      #expect(list.skipped.isEmpty, "\(name): \(list.skipped)")
      #expect(!list.definitions.isEmpty)
      try roundTrip(try list.catalogue())
      for definition in list.definitions
      where !versions.contains(where: { $0.definition.symbol == definition.symbol }) {
        versions.append(.init(definition))
      }
    }
    let all = try ReferenceCatalogue(versions)
    try roundTrip(all)
    let option = try all.definition(
      of: "ETH-26JUN26-16000-P", at: "bybit-option", on: .epoch)
    #expect(option.contract?.strike?.description == "16000" && option.contract?.right == .put)
    #expect(option.contract?.expiry?.description == "2026-05-28T21:50:00Z")
    let inverse = try all.definition(of: "BTCUSD", at: "bybit-inverse", on: .epoch)
    #expect(
      inverse.contract?.form == .inverse && inverse.contract?.settlementCurrency?.code == "BTC")
    let linear = try all.definition(of: "BTCUSDT", at: "bybit-linear", on: .epoch)
    #expect(linear.kind == .perpetual && linear.costs.leverageMax == 100)
    #expect(linear.terms?.tick == (try decimal("0.5")))
    #expect(try all.definition(of: "BTCUSDT", at: "bybit-spot", on: .epoch).kind == .spot)
  }

  private func roundTrip(_ catalogue: ReferenceCatalogue) throws {
    let text = ReferenceFile.json(catalogue)
    let again = try ReferenceFile.read(json: text, label: "again")
    #expect(again == catalogue)
    #expect(ReferenceFile.json(again) == text)
  }

  private func sample(_ path: String) throws -> ConfigurationValue {
    try ConfigurationValue(json: try sharedText(path), label: path)
  }
}
