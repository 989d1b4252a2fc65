import OmniConfiguration
import OmniModel
import OmniMoney
import OmniTime

extension ReferenceFile {
  /// The catalogue as JSON, a version on each line; reading it gives an equal catalogue.
  ///
  /// - Complexity: O(versions).
  public static func json(_ catalogue: ReferenceCatalogue) -> String {
    let lines = catalogue.versions.map { map(members($0)).jsonText }
    return "{\"version\":1,\"instruments\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  private typealias Pair = (String, ConfigurationValue.Content?)

  private static let source = ConfigurationSource(label: "reference data")

  private static func map(_ pairs: [Pair]) -> ConfigurationValue {
    let members = pairs.compactMap { key, content in
      content.map {
        ConfigurationValue.Member(
          key: key, keySource: source, value: ConfigurationValue($0, source: source))
      }
    }
    return ConfigurationValue(.map(members), source: source)
  }

  private static func members(_ version: ReferenceCatalogue.Version) -> [Pair] {
    let one = version.definition
    let usual = InstrumentDefinition(
      symbol: one.symbol, kind: one.kind, ticks: one.ticks, lot: one.lot,
      currency: one.currency)
    func number(_ value: FixedDecimal?) -> ConfigurationValue.Content? {
      value.map { .string("\($0)") }
    }
    func integer(_ value: Int64, unless usual: Int64) -> ConfigurationValue.Content? {
      value == usual ? nil : .integer("\(value)")
    }
    func fee(_ rate: Rate) -> ConfigurationValue.Content? {
      rate == .zero
        ? nil : .string("\(FixedDecimal(coefficient: rate.billionths, scale: 9))")
    }
    let isSingle = one.ticks == TickTable(one.ticks.bands[0].tick)
    return [
      ("symbol", .string(one.symbol)), ("name", .string(one.name)),
      ("kind", .string(one.kind.rawValue)), ("currency", .string(one.currency.code)),
      ("minorDigits", .integer("\(one.currency.minorDigits)")),
      ("tick", isSingle ? number(one.ticks.bands[0].tick) : nil),
      ("ticks", isSingle ? nil : ticks(one.ticks)), ("lot", number(one.lot)),
      ("makerFee", fee(one.costs.makerFee)), ("takerFee", fee(one.costs.takerFee)),
      ("leverageMax", integer(one.costs.leverageMax, unless: usual.costs.leverageMax)),
      ("volumeDecimals", integer(Int64(one.volumeDecimals), unless: Int64(usual.volumeDecimals))),
      ("quantityMin", number(one.limits.quantityMin)),
      ("quantityMax", number(one.limits.quantityMax)),
      ("notionalMin", number(one.limits.notionalMin)),
      ("calendar", one.calendar == usual.calendar ? nil : .string(one.calendar)),
      ("isin", one.isin.map { .string($0) }), ("figi", one.figi.map { .string($0) }),
      ("contract", one.contract.map { map(members($0)).content }),
      ("venues", venues(one.venueNames)),
      ("from", version.from == .distantPast ? nil : .string("\(version.from)")),
      ("until", version.until.map { .string("\($0)") }),
    ]
  }

  private static func ticks(_ table: TickTable) -> ConfigurationValue.Content {
    .list(
      table.bands.map {
        map([("from", .string("\($0.from)")), ("tick", .string("\($0.tick)"))])
      })
  }

  private static func venues(
    _ names: [InstrumentDefinition.VenueName]
  ) -> ConfigurationValue.Content? {
    names.isEmpty ? nil : map(names.map { ($0.venue, .string($0.symbol)) }).content
  }

  private static func members(_ contract: InstrumentDefinition.Contract) -> [Pair] {
    let usual = InstrumentDefinition.Contract(underlying: contract.underlying)
    return [
      ("underlying", .string(contract.underlying)),
      (
        "multiplier",
        contract.multiplier == usual.multiplier ? nil : .string("\(contract.multiplier)")
      ),
      ("form", contract.form == usual.form ? nil : .string(contract.form.rawValue)),
      ("settlementCurrency", contract.settlementCurrency.map { .string($0.code) }),
      ("settlementDigits", contract.settlementCurrency.map { .integer("\($0.minorDigits)") }),
      ("expiry", contract.expiry.map { .string("\($0)") }),
      ("strike", contract.strike.map { .string("\($0)") }),
      ("right", contract.right.map { .string($0.rawValue) }),
    ]
  }
}
