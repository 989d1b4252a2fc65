public import OmniConfiguration
import OmniModel
import OmniMoney
import OmniTime

/// The instruments that a venue publishes about itself, as definitions of ours.
///
/// Our symbol is the venue's in lower case, a point, and the venue; so `BTCUSDT` is
/// `btcusdt.binance` and `btcusdt.bybit-linear`. Bybit has a name several times, once for each of its
/// categories, so each category counts as a venue.
public struct VenueInstrumentList: Sendable, Equatable {
  /// An entry that was not taken.
  public struct Skipped: Sendable, Equatable {
    /// What the venue calls it.
    public let symbol: String
    /// Why.
    public let reason: ReferenceError
  }

  /// What was taken.
  public private(set) var definitions: [InstrumentDefinition] = []
  /// What was not.
  public private(set) var skipped: [Skipped] = []

  /// The catalogue of what was taken, valid always.
  public func catalogue() throws(ReferenceError) -> ReferenceCatalogue {
    try ReferenceCatalogue(definitions.map { ReferenceCatalogue.Version($0) })
  }

  /// Reads the answer of Binance to `GET /api/v3/exchangeInfo`.
  ///
  /// An entry without `PRICE_FILTER` and `LOT_SIZE` says no tick and no lot, and is skipped.
  public static func binance(_ answer: ConfigurationValue) throws(ReferenceError) -> Self {
    var root = try DocumentReader(answer, path: "exchangeInfo")
    var list = Self()
    for item in try DocumentReader.list(root.value("symbols"), path: "exchangeInfo.symbols") {
      try list.add(item) { (reader, symbol) throws(ReferenceError) in
        var filters: [String: ConfigurationValue] = [:]
        for filter in try DocumentReader.list(reader.value("filters"), path: "filters") {
          if case .string(let type) = filter["filterType"]?.content { filters[type] = filter }
        }
        guard let price = filters["PRICE_FILTER"], let size = filters["LOT_SIZE"] else {
          throw reader.missing("filters", "PRICE_FILTER and LOT_SIZE")
        }
        var prices = try DocumentReader(price, path: "PRICE_FILTER")
        var sizes = try DocumentReader(size, path: "LOT_SIZE")
        var definition = try spot(
          .init("binance", symbol), base: try reader.text("baseAsset"),
          quote: try currency(try reader.text("quoteAsset"), reader),
          tick: try prices.decimal("tickSize"), lot: try sizes.decimal("stepSize"))
        definition.limits.quantityMin = try sizes.decimal(ifAny: "minQty")
        definition.limits.quantityMax = try sizes.decimal(ifAny: "maxQty")
        if let value = filters["NOTIONAL"] ?? filters["MIN_NOTIONAL"] {
          var notional = try DocumentReader(value, path: "NOTIONAL")
          definition.limits.notionalMin = try notional.decimal(ifAny: "minNotional")
        }
        return definition
      }
    }
    return list
  }

  /// A category of Bybit's market.
  public enum BybitCategory: String, Sendable, CaseIterable {
    /// Things against money.
    case spot
    /// Contracts with gains in the quote currency.
    case linear
    /// Contracts with gains in the underlying.
    case inverse
    /// Options.
    case option
  }

  /// Reads the answer of Bybit to `GET /v5/market/instruments-info` for one category.
  public static func bybit(
    _ answer: ConfigurationValue, _ category: BybitCategory
  ) throws(ReferenceError) -> Self {
    var root = try DocumentReader(answer, path: "answer")
    guard let value = root.value("result") else { throw root.missing("result", "a map") }
    var result = try DocumentReader(value, path: "result")
    var list = Self()
    for item in try DocumentReader.list(result.value("list"), path: "result.list") {
      try list.add(item) { (reader, symbol) throws(ReferenceError) in
        try bybit(&reader, symbol, category)
      }
    }
    return list
  }

  private static func bybit(
    _ reader: inout DocumentReader, _ symbol: String, _ category: BybitCategory
  ) throws(ReferenceError) -> InstrumentDefinition {
    guard let price = reader.value("priceFilter"), let size = reader.value("lotSizeFilter") else {
      throw reader.missing("priceFilter", "priceFilter and lotSizeFilter")
    }
    var prices = try DocumentReader(price, path: "priceFilter")
    var sizes = try DocumentReader(size, path: "lotSizeFilter")
    let base = try reader.text("baseCoin")
    let step = category == .spot ? "basePrecision" : "qtyStep"
    var definition = try spot(
      .init("bybit-\(category.rawValue)", symbol), base: base,
      quote: try currency(try reader.text("quoteCoin"), reader),
      tick: try prices.decimal("tickSize"), lot: try sizes.decimal(step))
    definition.limits.quantityMin = try sizes.decimal(ifAny: "minOrderQty")
    definition.limits.quantityMax = try sizes.decimal(ifAny: "maxOrderQty")
    definition.limits.notionalMin = try sizes.decimal(
      ifAny: category == .spot ? "minOrderAmt" : "minNotionalValue")
    if let value = reader.value("leverageFilter") {
      var leverage = try DocumentReader(value, path: "leverageFilter")
      let most = try leverage.decimal(ifAny: "maxLeverage")
      definition.costs.leverageMax = max(
        1, most.map { Int64($0.wideCoefficient(atScale: 0, rounding: .down)) } ?? 1)
    }
    if category != .spot { try addContract(to: &definition, &reader, category, base: base) }
    return definition
  }

  private static func addContract(
    to definition: inout InstrumentDefinition, _ reader: inout DocumentReader,
    _ category: BybitCategory, base: String
  ) throws(ReferenceError) {
    var contract = InstrumentDefinition.Contract(underlying: base)
    contract.form = category == .inverse ? .inverse : .linear
    let settled = try currency(try reader.text("settleCoin"), reader)
    if settled != definition.currency { contract.settlementCurrency = settled }
    let isPerpetual = try reader.text(ifAny: "contractType")?.hasSuffix("Perpetual") ?? false
    definition.kind = category == .option ? .option : isPerpetual ? .perpetual : .future
    if !isPerpetual {
      guard let milliseconds = try reader.integer(ifAny: "deliveryTime"),
        (1..<1 << 42).contains(milliseconds)
      else { throw reader.missing("deliveryTime", "when it ends") }
      contract.expiry = Timestamp(nanoseconds: milliseconds * 1_000_000)
    }
    if category == .option {
      contract.right = try reader.text("optionsType") == "Call" ? .call : .put
      let parts = try reader.text("symbol").split(separator: "-")
      // The strike stands in the name alone: ETH-26JUN26-16000-P.
      guard parts.count >= 4, let strike = try? FixedDecimal(String(parts[2])) else {
        throw reader.missing("symbol", "a name with a strike")
      }
      contract.strike = strike
    }
    definition.contract = contract
  }

  private static func spot(
    _ names: InstrumentDefinition.VenueName, base: String, quote: Currency, tick: FixedDecimal,
    lot: FixedDecimal
  ) throws(ReferenceError) -> InstrumentDefinition {
    guard let ticks = TickTable(tick) else {
      throw .senseless(symbol: names.symbol, what: "a tick above zero was wanted")
    }
    var definition = InstrumentDefinition(
      symbol: "\(names.symbol).\(names.venue)".lowercased(), kind: .spot, ticks: ticks, lot: lot,
      currency: quote)
    definition.name = "\(base) in \(quote.code) at \(names.venue)"
    definition.venueNames = [names]
    return definition
  }

  /// Money of venues is kept in units of 10⁻⁸, dollars in cents.
  private static func currency(
    _ code: String, _ reader: DocumentReader
  ) throws(ReferenceError) -> Currency {
    if code == Currency.usd.code { return .usd }
    guard let currency = Currency(code: code, minorDigits: 8) else {
      throw reader.missing("quoteCoin", "a code of at most eight letters")
    }
    return currency
  }

  /// Adds what `read` makes of an entry, or notes why it was skipped.
  private mutating func add(
    _ item: ConfigurationValue,
    _ read: (inout DocumentReader, String) throws(ReferenceError) -> InstrumentDefinition
  ) throws(ReferenceError) {
    var reader = try DocumentReader(item, path: "entry")
    let symbol = try reader.text("symbol")
    do throws(ReferenceError) {
      let definition = try read(&reader, symbol)
      try definition.check()
      definitions.append(definition)
    } catch {
      skipped.append(Skipped(symbol: symbol, reason: error))
    }
  }
}
