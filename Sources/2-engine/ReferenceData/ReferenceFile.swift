public import OmniConfiguration
import OmniModel
import OmniMoney
import OmniTime

/// A catalogue as a document: JSON when it is written, JSON or YAML when it is read.
///
///     {"version":1,"instruments":[
///     {"symbol":"aapl","name":"Apple","kind":"equity","currency":"USD","minorDigits":2,"tick":"0.01",
///      "lot":"1","calendar":"us-equities","venues":{"alpaca":"AAPL"}}
///     ]}
///
/// Numbers are text, so that `0.10` stays what it was. What has its usual value is left out.
public enum ReferenceFile {
  /// The catalogue that a document says.
  ///
  /// - Throws: ``ReferenceError/malformed(path:found:wanted:)`` with the path of what is wrong.
  /// - Complexity: O(n log n) for n versions.
  public static func read(_ document: ConfigurationValue) throws(ReferenceError)
    -> ReferenceCatalogue
  {
    var root = try DocumentReader(document, path: "file")
    guard try root.integer(ifAny: "version") == 1 else {
      throw .malformed(path: "file.version", found: "another", wanted: "1")
    }
    let items = try DocumentReader.list(root.value("instruments"), path: "file.instruments")
    try root.finish()
    var versions: [ReferenceCatalogue.Version] = []
    for (place, item) in items.enumerated() {
      versions.append(try version(item, path: "file.instruments[\(place)]"))
    }
    return try ReferenceCatalogue(versions)
  }

  /// The catalogue that JSON text says.
  public static func read(json text: String, label: String) throws(ReferenceError)
    -> ReferenceCatalogue
  {
    let document: ConfigurationValue
    do throws(ConfigurationError) {
      document = try ConfigurationValue(json: text, label: label)
    } catch {
      throw .document(error)
    }
    return try read(document)
  }

  private static func version(
    _ item: ConfigurationValue, path: String
  ) throws(ReferenceError) -> ReferenceCatalogue.Version {
    var reader = try DocumentReader(item, path: path)
    let currency = try currency(try reader.text("currency"), &reader, digits: "minorDigits")
    let kind: InstrumentKind? = try reader.choice(ifAny: "kind")
    guard let kind else { throw reader.missing("kind", "a kind of instrument") }
    var definition = InstrumentDefinition(
      symbol: try reader.text("symbol"), kind: kind,
      ticks: try ticks(&reader), lot: try reader.decimal("lot"), currency: currency)
    definition.name = try reader.text("name")
    definition.costs = try costs(&reader)
    if let decimals = try reader.integer(ifAny: "volumeDecimals") {
      definition.volumeDecimals = Int(clamping: decimals)
    }
    definition.limits.quantityMin = try reader.decimal(ifAny: "quantityMin")
    definition.limits.quantityMax = try reader.decimal(ifAny: "quantityMax")
    definition.limits.notionalMin = try reader.decimal(ifAny: "notionalMin")
    definition.calendar = try reader.text(ifAny: "calendar") ?? definition.calendar
    definition.isin = try reader.text(ifAny: "isin")
    definition.figi = try reader.text(ifAny: "figi")
    definition.contract = try contract(&reader)
    definition.venueNames = try venueNames(&reader)
    let version = ReferenceCatalogue.Version(
      definition, from: try reader.instant(ifAny: "from") ?? .distantPast,
      until: try reader.instant(ifAny: "until"))
    try reader.finish()
    return version
  }

  private static func currency(
    _ code: String, _ reader: inout DocumentReader, digits key: String
  ) throws(ReferenceError) -> Currency {
    guard let digits = try reader.integer(ifAny: key).flatMap({ UInt8(exactly: $0) }),
      let currency = Currency(code: code, minorDigits: digits)
    else { throw reader.missing(key, "the decimals of the currency \(code), 0 to 18") }
    return currency
  }

  private static func ticks(_ reader: inout DocumentReader) throws(ReferenceError) -> TickTable {
    let path = "\(reader.path).tick"
    let table: TickTable?
    if let single = try reader.decimal(ifAny: "tick") {
      table = TickTable(single)
    } else {
      var bands: [TickTable.Band] = []
      for item in try DocumentReader.list(reader.value("ticks"), path: "\(reader.path).ticks") {
        var band = try DocumentReader(item, path: path)
        bands.append(.init(from: try band.decimal("from"), tick: try band.decimal("tick")))
        try band.finish()
      }
      table = TickTable(bands)
    }
    guard let table else {
      throw .malformed(path: path, found: "others", wanted: "steps above zero in order of price")
    }
    return table
  }

  private static func costs(
    _ reader: inout DocumentReader
  ) throws(ReferenceError) -> InstrumentTerms.Costs {
    var costs = InstrumentTerms.Costs()
    for (key, path) in [
      ("makerFee", \InstrumentTerms.Costs.makerFee), ("takerFee", \InstrumentTerms.Costs.takerFee),
    ] {
      guard let fee = try reader.decimal(ifAny: key) else { continue }
      guard let billionths = fee.coefficient(atScale: 9) else {
        throw .malformed(
          path: "\(reader.path).\(key)", found: "\(fee)", wanted: "at most nine decimals")
      }
      costs[keyPath: path] = Rate(billionths: billionths)
    }
    costs.leverageMax = try reader.integer(ifAny: "leverageMax") ?? 1
    return costs
  }

  private static func contract(
    _ reader: inout DocumentReader
  ) throws(ReferenceError) -> InstrumentDefinition.Contract? {
    guard let value = reader.value("contract") else { return nil }
    var part = try DocumentReader(value, path: "\(reader.path).contract")
    var contract = InstrumentDefinition.Contract(underlying: try part.text("underlying"))
    contract.multiplier = try part.decimal(ifAny: "multiplier") ?? contract.multiplier
    contract.form = try part.choice(ifAny: "form") ?? .linear
    if let code = try part.text(ifAny: "settlementCurrency") {
      contract.settlementCurrency = try currency(code, &part, digits: "settlementDigits")
    }
    contract.expiry = try part.instant(ifAny: "expiry")
    contract.strike = try part.decimal(ifAny: "strike")
    contract.right = try part.choice(ifAny: "right")
    try part.finish()
    return contract
  }

  private static func venueNames(
    _ reader: inout DocumentReader
  ) throws(ReferenceError) -> [InstrumentDefinition.VenueName] {
    guard let value = reader.value("venues") else { return [] }
    var part = try DocumentReader(value, path: "\(reader.path).venues")
    var names: [InstrumentDefinition.VenueName] = []
    for member in value.members ?? [] {
      names.append(.init(member.key, try part.text(member.key)))
    }
    return names
  }
}
