package import OmniMoney
package import OmniReports

/// Money and statistics of one currency as text for people.
///
/// Money stays a whole number of minor units all the way: it is rounded and grouped as digits.
package struct Figures: Sendable {
  /// The currency of the books.
  package let currency: Currency

  /// Formats money of `currency`.
  package init(_ currency: Currency) { self.currency = currency }

  /// How many decimals money is shown with where it need not be exact.
  private var shownDigits: Int { min(Int(currency.minorDigits), 2) }

  /// `units` to the cent, half to even, with thousands set apart: `−1,234.50`.
  package func rounded(_ units: Int128, signed: Bool = false) -> String {
    let scale = Int(currency.minorDigits)
    let divisor = Int128(FixedDecimal.powerOfTen(scale - shownDigits))
    let cents = Rounding.halfEven.quotient(units, divisor)
    return Self.grouped(FixedDecimal.text(of: cents, scale: shownDigits), signed: signed)
  }

  /// `units` with every decimal of the currency, as the books hold it: `-1234.50000000`.
  package func exact(_ units: Int128) -> String {
    Amount(minorUnits: units, currency: currency).decimalText
  }

  /// `units` with thousands set apart and without zeros that say nothing: `1,000,000.00`.
  package func short(_ units: Int128) -> String {
    let text = FixedDecimal.text(of: units, scale: Int(currency.minorDigits))
    return Self.grouped(Self.trimmed(text, keeping: shownDigits))
  }

  /// A statistic that is a sum of money, such as a mean.
  package func statistic(_ units: Double?) -> String? {  // statistic: a mean is rarely whole
    let factor = Double(FixedDecimal.powerOfTen(Int(currency.minorDigits)))
    return Self.number(units.map { $0 / factor }, decimals: shownDigits, signed: true)
  }

  /// Minor units as a number, for drawing.
  package func drawn(_ units: Int128) -> Double {
    Double(units) / Double(FixedDecimal.powerOfTen(Int(currency.minorDigits)))
  }

  /// A statistic, or nil when it is not known.
  package static func number(
    _ value: Double?, decimals: Int = 2, signed: Bool = false
  ) -> String? {
    guard let value, value.isFinite else { return nil }
    return NumberFormat.decimal(value, decimals: decimals, signed: signed)
  }

  /// A share in per cent, without the sign `%`, or nil when it is not known.
  package static func percent(
    _ share: Double?, decimals: Int = 2, signed: Bool = false
  ) -> String? {
    number(share.map { $0 * 100 }, decimals: decimals, signed: signed)
  }

  /// An exact fraction in billionths as per cent: `0.05 %`.
  package static func percent(billionths: Int128) -> String {
    trimmed(FixedDecimal.text(of: billionths, scale: 7), keeping: 0) + "\u{00A0}%"
  }

  /// Gain, loss or neither.
  package static func sign(_ value: Double?) -> RunReport.Sign {
    guard let value, value.isFinite, value != 0 else { return .none }
    return value > 0 ? .positive : .negative
  }

  /// Gain, loss or neither.
  package static func sign(_ units: Int128) -> RunReport.Sign {
    units == 0 ? .none : units > 0 ? .positive : .negative
  }

  /// `text` without the zeros at the end of its decimals, but for the first `kept` decimals.
  static func trimmed(_ text: String, keeping kept: Int) -> String {
    guard let point = text.firstIndex(of: ".") else { return text }
    let least = text.index(point, offsetBy: kept + 1, limitedBy: text.endIndex) ?? text.endIndex
    var result = text[...]
    while result.endIndex > least, result.last == "0" { result.removeLast() }
    if result.last == "." { result.removeLast() }
    return String(result)
  }

  /// Decimal text with commas between thousands and the sign as a mark of its own.
  static func grouped(_ text: String, signed: Bool = false) -> String {
    let isNegative = text.hasPrefix("-")
    let bare = isNegative ? text.dropFirst() : text[...]
    let whole = bare.prefix { $0 != "." }
    var digits = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { digits.append(",") }
      digits.append(digit)
    }
    let isZero = !bare.contains { $0 != "0" && $0 != "." }
    let sign = isZero ? "" : isNegative ? NumberFormat.minus : signed ? "+" : ""
    return sign + digits + bare.dropFirst(whole.count)
  }
}
