/// An exact decimal number: `coefficient × 10^-scale`.
///
/// This is how a price, a rate or an amount leaves the configuration. It does no arithmetic; the
/// types of the money module take coefficient and scale from it.
///
/// - Invariant: `0 <= scale <= 18`.
public struct ConfigurationDecimal: Sendable, CustomStringConvertible {
  /// The most digits after the point.
  public static let scaleMax = 18

  /// All digits of the number, with its sign.
  public let coefficient: Int64
  /// How many of the digits stand after the point.
  public let scale: Int

  /// Creates the number `coefficient × 10^-scale`.
  ///
  /// - Precondition: `scale` is from 0 to 18.
  public init(coefficient: Int64, scale: Int) {
    precondition((0...Self.scaleMax).contains(scale), "a scale from 0 to 18 is wanted")
    self.coefficient = coefficient
    self.scale = scale
  }

  /// Creates the number that a JSON number's text says, or nil if it cannot be held exactly.
  ///
  /// Zeros at the end are kept: `0.10` has the coefficient 10 and the scale 2. An exponent is
  /// worked into the scale: `25e-3` has the scale 3, and `25e3` is 25000 with the scale 0.
  public init?(parsing text: String) {
    guard NumberGrammar.kind(of: text) != nil else { return nil }
    var digits: Int64 = 0
    var scale = 0
    var isFraction = false
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    var rest = text.utf8.drop { $0 == UInt8(ascii: "-") }
    while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
      rest.removeFirst()
      if byte == UInt8(ascii: ".") {
        isFraction = true
        continue
      }
      guard Self.append(Int64(byte - 0x30), to: &digits, isNegative: isNegative) else { return nil }
      if isFraction { scale += 1 }
      // Digits that are all zero never overflow, so the count has a limit of its own.
      if scale > 2 * Self.scaleMax { return nil }
    }
    if !rest.isEmpty {
      guard let exponent = Int(Substring(rest.dropFirst())), (-64...64).contains(exponent) else {
        return nil
      }
      scale -= exponent
    }
    while scale < 0 {
      if digits == 0 { scale = 0 }
      guard scale == 0 || Self.append(0, to: &digits, isNegative: isNegative) else { return nil }
      if scale < 0 { scale += 1 }
    }
    guard scale <= Self.scaleMax else { return nil }
    self.init(coefficient: digits, scale: scale)
  }

  /// Works one more digit in; digits are gathered with their sign, so that the least `Int64` fits.
  private static func append(_ digit: Int64, to digits: inout Int64, isNegative: Bool) -> Bool {
    let (tenfold, overflow) = digits.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
    if overflow || carry { return false }
    digits = sum
    return true
  }

  /// The number as text with exactly `scale` digits after the point.
  public var description: String {
    if scale == 0 { return String(coefficient) }
    var digits = String(coefficient.magnitude)
    if digits.count <= scale {
      digits = String(repeating: "0", count: scale + 1 - digits.count) + digits
    }
    return (coefficient < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }
}

extension ConfigurationDecimal: Comparable {
  /// Tells whether two numbers have the same value, whatever their scale: 0.1 equals 0.10.
  public static func == (left: Self, right: Self) -> Bool {
    left.raised(by: right.scale) == right.raised(by: left.scale)
  }

  /// Tells whether the left number is the smaller one.
  public static func < (left: Self, right: Self) -> Bool {
    left.raised(by: right.scale) < right.raised(by: left.scale)
  }

  /// The coefficient times a power of ten: below 2^63 × 10^18, which is below 2^123.
  private func raised(by places: Int) -> Int128 {
    var result = Int128(coefficient)
    for _ in 0..<places { result *= 10 }
    return result
  }
}

extension ConfigurationDecimal: ExpressibleByIntegerLiteral {
  /// Creates a whole number.
  public init(integerLiteral value: Int64) { self.init(coefficient: value, scale: 0) }
}
