import OmniMoney

/// A decimal number as foreign files write it, exactly: exponents and long tails are allowed.
///
/// `5.330000000000001e-05`, which a program printed from binary floating point, is taken for the
/// decimal that it says and rounded once, to the tick.
struct LooseDecimal: Equatable {
  /// The value is `coefficient` × 10^`exponent`.
  var coefficient: Int128
  var exponent: Int

  enum Failure: Error { case empty, word, malformed, tooLarge }

  /// Reads at most 30 significant digits and an exponent within ±60.
  init(_ text: ArraySlice<UInt8>) throws(Failure) {
    var coefficient: Int128 = 0
    var digits = 0
    var significant = 0
    var decimals = 0
    var hasPoint = false
    var index = text.startIndex
    if text.isEmpty { throw .empty }
    let isNegative = text[index] == 0x2D
    if isNegative || text[index] == 0x2B { index += 1 }
    while index < text.endIndex {
      let byte = text[index]
      if (0x30...0x39).contains(byte) {
        if significant > 0 || byte != 0x30 { significant += 1 }
        guard significant <= 30 else { throw .tooLarge }
        coefficient = coefficient * 10 + Int128(byte - 0x30)
        digits += 1
        if hasPoint { decimals += 1 }
      } else if byte == 0x2E, !hasPoint {
        hasPoint = true
      } else {
        break
      }
      index += 1
    }
    let rest = text[index...]
    guard digits > 0 else { throw Self.isWord(text) ? .word : .malformed }
    exponent = try Self.exponent(rest) - decimals
    guard abs(exponent) <= 60 else { throw .tooLarge }
    self.coefficient = isNegative ? -coefficient : coefficient
  }

  private static func isWord(_ text: ArraySlice<UInt8>) -> Bool {
    BarRowDecoder.isWordForNoNumber(String(decoding: text, as: UTF8.self))
  }

  /// What follows the digits: nothing, or `e` and a whole number.
  private static func exponent(_ text: ArraySlice<UInt8>) throws(Failure) -> Int {
    guard let first = text.first else { return 0 }
    guard first == 0x65 || first == 0x45, text.count >= 2, text.count <= 6 else {
      throw .malformed
    }
    guard let value = Int(String(decoding: text.dropFirst(), as: UTF8.self)) else {
      throw .malformed
    }
    return value
  }

  /// The value as a multiple of `step` × 10^-`scale`, rounded half to even; and whether it was one.
  func rounded(toScale scale: Int, step: Int64) -> (units: Int64, isExact: Bool)? {
    let power = exponent + scale
    if power >= 0 {
      guard let factor = Self.powerOfTen(power) else { return coefficient == 0 ? (0, true) : nil }
      let (wide, overflow) = coefficient.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      return Self.divide(wide, Int128(step))
    }
    // Beyond 10³⁶ the divisor would not fit; a coefficient of 30 digits is then far below a half.
    guard let divisor = Self.powerOfTen(-power) else { return (0, coefficient == 0) }
    let (wide, overflow) = divisor.multipliedReportingOverflow(by: Int128(step))
    return overflow ? (0, coefficient == 0) : Self.divide(coefficient, wide)
  }

  private static func divide(_ dividend: Int128, _ divisor: Int128) -> (Int64, Bool)? {
    let units = Rounding.halfEven.quotient(dividend, divisor)
    return Int64(exactly: units).map { ($0, units * divisor == dividend) }
  }

  private static func powerOfTen(_ exponent: Int) -> Int128? {
    guard exponent <= 36 else { return nil }
    let low = FixedDecimal.powerOfTen(min(exponent, 18))
    return Int128(low) * Int128(FixedDecimal.powerOfTen(max(0, exponent - 18)))
  }

  /// Half of the sum of two numbers, exactly, or nil when it does not fit.
  static func middle(_ lhs: Self, _ rhs: Self) -> Self? {
    let exponent = min(lhs.exponent, rhs.exponent) - 1
    guard let left = lhs.coefficient(atExponent: exponent),
      let right = rhs.coefficient(atExponent: exponent)
    else { return nil }
    let (sum, overflow) = left.addingReportingOverflow(right)
    // With one decimal more than either had, the half is whole.
    return overflow ? nil : Self(coefficient: sum / 2, exponent: exponent)
  }

  private init(coefficient: Int128, exponent: Int) {
    self.coefficient = coefficient
    self.exponent = exponent
  }

  private func coefficient(atExponent wanted: Int) -> Int128? {
    guard let factor = Self.powerOfTen(exponent - wanted) else { return nil }
    let (product, overflow) = coefficient.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  /// The value as a statistic, for reports.
  var statistic: Double {
    var value = Double(coefficient)
    var left = exponent
    while left > 0 {
      value *= Double(FixedDecimal.powerOfTen(min(left, 18)))
      left -= min(left, 18)
    }
    while left < 0 {
      value /= Double(FixedDecimal.powerOfTen(min(-left, 18)))
      left += min(-left, 18)
    }
    return value
  }
}
