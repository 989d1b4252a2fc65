import OmniConfiguration
package import OmniModel
package import OmniMoney
package import OmniRisk
import OmniTime

extension Settings {
  /// The capital that each strategy starts with, in `currency`.
  ///
  /// - Throws: `Problem` when the currency has fewer decimals than the setting.
  package func cash(in currency: Currency) throws -> Amount {
    let cash = try value(of: SettingsKeys.cash)
    return Amount(
      minorUnits: try minorUnits(cash, SettingsKeys.cash.path, currency), currency: currency)
  }

  /// The limits in force, as an instrument with `terms` counts them.
  ///
  /// - Throws: `Problem` with key and place when a quantity is off the lot, or a sum of money has
  ///   more decimals than the currency.
  package func limits(for terms: InstrumentTerms) throws -> RiskLimits {
    var limits = RiskLimits()
    limits.priceAgeMax = try value(of: SettingsKeys.priceAgeMax).map { .seconds(Int64($0)) }
    limits.priceCollar = try rate(SettingsKeys.priceCollar)
    limits.orderLotsMax = try lots(SettingsKeys.orderQuantityMax, terms)
    limits.orderNotionalMax = try money(SettingsKeys.orderNotionalMax, terms.currency)
    limits.positionLotsMax = try lots(SettingsKeys.positionQuantityMax, terms)
    limits.positionNotionalMax = try money(SettingsKeys.positionNotionalMax, terms.currency)
    limits.grossNotionalMax = try money(SettingsKeys.grossNotionalMax, terms.currency)
    limits.needsMargin = try value(of: SettingsKeys.needsMargin)
    limits.strategyDrawdownMax = try rate(SettingsKeys.strategyDrawdownMax)
    limits.totalDrawdownMax = try rate(SettingsKeys.totalDrawdownMax)
    limits.dailyLossMax = try rate(SettingsKeys.dailyLossMax)
    limits.ordersPerMinuteMax = try value(of: SettingsKeys.ordersPerMinuteMax)
    limits.workingOrdersMax = try value(of: SettingsKeys.workingOrdersMax)
    limits.refusesDuplicates = try value(of: SettingsKeys.refusesDuplicates)
    return limits
  }

  private func value<Value>(of key: ConfigurationKey<Value>) throws -> Value {
    do throws(ConfigurationError) {
      return try configuration.read(key)
    } catch {
      throw Problem(error)
    }
  }

  private func rate(_ key: ConfigurationKey<ConfigurationDecimal?>) throws -> Rate? {
    guard let decimal = try value(of: key) else { return nil }
    if let rate = Rate(FixedDecimal(decimal)) { return rate }
    throw misfit(key.path, decimal, wanted: "at most nine digits after the point")
  }

  private func lots(
    _ key: ConfigurationKey<ConfigurationDecimal?>, _ terms: InstrumentTerms
  ) throws -> Int64? {
    guard let decimal = try value(of: key) else { return nil }
    if let quantity = terms.quantity(FixedDecimal(decimal)) { return quantity.lots }
    throw misfit(key.path, decimal, wanted: "a multiple of the instrument's lot, \(terms.lot)")
  }

  private func money(
    _ key: ConfigurationKey<ConfigurationDecimal?>, _ currency: Currency
  ) throws -> Int128? {
    try value(of: key).map { try minorUnits($0, key.path, currency) }
  }

  private func minorUnits(
    _ decimal: ConfigurationDecimal, _ path: ConfigurationPath, _ currency: Currency
  ) throws -> Int128 {
    if let amount = Amount(FixedDecimal(decimal), currency: currency) { return amount.minorUnits }
    let unit = Amount(minorUnits: 1, currency: currency)
    throw misfit(path, decimal, wanted: "a multiple of \(unit)")
  }

  private func misfit(
    _ path: ConfigurationPath, _ decimal: ConfigurationDecimal, wanted: String
  ) -> Problem {
    let place = configuration.value(at: path)?.source.description ?? "default"
    return Problem(
      "CFG-011", "\(path) at \(place) is \(decimal)", wanted: wanted, remedy: "round the value")
  }
}

extension FixedDecimal {
  /// The same number.
  fileprivate init(_ decimal: ConfigurationDecimal) {
    self.init(coefficient: decimal.coefficient, scale: decimal.scale)
  }
}
