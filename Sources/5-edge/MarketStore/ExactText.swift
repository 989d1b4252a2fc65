import OmniEncoding
import OmniMoney

/// Decimal text of ticks and lots without a limit but that of 64 bits, there and back.
enum ExactText {
  /// Adds `count` steps as a decimal number with as many decimals as the step has.
  static func append(_ count: Int64, of step: FixedDecimal, to bytes: inout [UInt8]) {
    let units = Int128(count) * Int128(step.coefficient)
    if units < 0 { bytes.append(UInt8(ascii: "-")) }
    append(units.magnitude, decimals: step.scale, to: &bytes)
  }

  /// Adds a whole number.
  static func append(_ number: Int64, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(UInt128(number.magnitude), decimals: 0, to: &bytes)
  }

  /// Adds a whole number without a sign.
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    append(UInt128(number), decimals: 0, to: &bytes)
  }

  private static func append(_ units: UInt128, decimals: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    var rest = units
    var written = 0
    repeat {
      let (quotient, digit) =
        UInt64(exactly: rest).map { (UInt128($0 / 10), UInt8($0 % 10)) }
        ?? (rest / 10, UInt8(rest % 10))
      bytes.append(UInt8(ascii: "0") + digit)
      rest = quotient
      written += 1
      if written == decimals { bytes.append(UInt8(ascii: ".")) }
    } while rest > 0 || written <= decimals
    bytes[start...].reverse()
  }

  /// How many steps `text` says, or nil when it is no decimal number or no multiple of the step.
  static func count(_ text: ArraySlice<UInt8>, of step: FixedDecimal) -> Int64? {
    var units: Int128 = 0
    var decimals = -1
    var digits = 0
    let isNegative = text.first == UInt8(ascii: "-")
    for byte in isNegative ? text.dropFirst() : text {
      if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
        continue
      }
      // Forty digits would not fit 128 bits.
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < 38 else { return nil }
      units = units * 10 + Int128(byte - UInt8(ascii: "0"))
      digits += 1
      if decimals >= 0 { decimals += 1 }
    }
    guard digits > 0 else { return nil }
    decimals = max(0, decimals)
    while decimals > step.scale {
      guard units % 10 == 0 else { return nil }
      units /= 10
      decimals -= 1
    }
    while decimals < step.scale {
      let (product, isTooLarge) = units.multipliedReportingOverflow(by: 10)
      guard !isTooLarge else { return nil }
      units = product
      decimals += 1
    }
    guard units % Int128(step.coefficient) == 0 else { return nil }
    let count = units / Int128(step.coefficient)
    return Int64(exactly: isNegative ? -count : count)
  }

  /// The whole number without a sign that `text` says, or nil.
  static func unsigned(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard !text.isEmpty else { return nil }
    var number: UInt64 = 0
    for byte in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (product, first) = number.multipliedReportingOverflow(by: 10)
      let (sum, second) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if first || second { return nil }
      number = sum
    }
    return number
  }
}
