import OmniModel
import OmniMoney

extension NotionalUnit {
  /// How many lots at `price` so many minor units are worth, rounded down; none where a lot is
  /// worth nothing.
  ///
  /// Exact also where one lot is worth less than a minor unit, as with small parts of a coin.
  func lots(for minorUnits: Int128, at price: Price) -> Int64 {
    let worth = Int128(price.ticks) * Int128(numerator)
    guard worth > 0, minorUnits > 0 else { return 0 }
    let lots = minorUnits * Int128(denominator) / worth
    return Int64(min(lots, Int128(InstrumentTerms.lotsMax)))
  }
}
