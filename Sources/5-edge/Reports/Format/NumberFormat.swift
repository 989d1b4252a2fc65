/// Figures as text, the same on every machine and in every locale.
///
/// Rounds half away from zero on the exact binary value: the product with the power of ten is
/// corrected by its own rounding error, which is known exactly.
package enum NumberFormat {
  /// What stands for a value that is not known.
  package static let unknown = "—"

  /// The minus sign.
  package static let minus = "\u{2212}"

  /// `value` with `decimals` digits after the point, thousands set apart by commas.
  package static func decimal(_ value: Double, decimals: Int, signed: Bool = false) -> String {
    guard value.isFinite else { return unknown }
    let places = min(max(decimals, 0), 9)
    let factor = powerOfTen(places)
    let product = value.magnitude * factor
    // Beyond this no digit after the point is left in a Double.
    guard product < 9.0e15 else { return sign(of: value, signed: signed) + large(value.magnitude) }
    let rest = value.magnitude.error(ofProductWith: factor, product)
    let floor = product.floor
    let isUp = (product - Double(floor) - 0.5) + rest >= 0
    let units = UInt64(floor) + (isUp ? 1 : 0)
    let text = fixed(units, places: places)
    return units == 0 ? text : sign(of: value, signed: signed) + text
  }

  /// `value` in at most eleven characters, for the axis: with fewer decimals, or an SI prefix.
  package static func short(_ value: Double, decimals: Int) -> String {
    var places = decimals
    while places > 0, decimal(value, decimals: places).count > 11 { places -= 1 }
    let text = decimal(value, decimals: places)
    guard text.count > 11, value.magnitude < 9e18 else {
      return text.count > 11 ? "\(value)" : text
    }
    return si(Int(value))
  }

  /// A count, thousands set apart by commas.
  package static func count(_ value: Int) -> String {
    (value < 0 ? minus : "") + grouped(String(value.magnitude))
  }

  /// A count that may be unknown.
  package static func count(_ value: Int?) -> String {
    value.map { count($0) } ?? unknown
  }

  /// A count with an SI prefix from 100,000 on, such as `1.23 M`.
  package static func si(_ value: Int) -> String {
    guard value.magnitude >= 100_000 else { return count(value) }
    let prefixes: [(Double, String)] = [
      (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"),
    ]
    let (unit, prefix) = prefixes.first { Double(value.magnitude) >= $0.0 } ?? (1e3, "k")
    return decimal(Double(value) / unit, decimals: 2) + "\u{00A0}" + prefix
  }

  /// `value` without grouping, for coordinates and data: no trailing zeros.
  package static func plain(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 1e9 else { return value.isFinite ? "\(value)" : "0" }
    let places = min(max(decimals, 0), 6)
    let units = (value * powerOfTen(places)).nearest
    guard units != 0 else { return "0" }
    var text = fixed(units.magnitude, places: places, grouping: false)
    if places > 0 {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return (units < 0 ? "-" : "") + text
  }

  /// Ten to the power of `exponent`, exact up to 22.
  package static func powerOfTen(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<max(exponent, 0) { result *= 10 }
    return result
  }

  private static func sign(of value: Double, signed: Bool) -> String {
    value < 0 ? minus : (signed ? "+" : "")
  }

  private static func large(_ magnitude: Double) -> String {
    guard magnitude < 1.8e19 else { return "\(magnitude)" }
    return grouped(String(UInt64(magnitude)))
  }

  private static func fixed(_ units: UInt64, places: Int, grouping: Bool = true) -> String {
    let divisor = UInt64(powerOfTen(places))
    let whole = String(units / divisor)
    let head = grouping ? grouped(whole) : whole
    guard places > 0 else { return head }
    let digits = String(units % divisor)
    return head + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
  }

  private static func grouped(_ digits: String) -> String {
    let length = digits.utf8.count
    guard length > 3 else { return digits }
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (length - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
