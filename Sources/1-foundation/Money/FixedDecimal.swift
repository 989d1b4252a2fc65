/// A decimal number as it was written: `coefficient` × 10^-`scale`.
///
/// The form in which prices and sums come in from text, before an instrument or a currency says
/// what they are. `1.50` and `1.5` are equal in value and differ in scale.
@frozen
public struct FixedDecimal: Sendable, Hashable {
  /// The digits, as a whole number with the sign.
  public let coefficient: Int64
  /// How many of the digits stand behind the point, 0 to 18.
  public let scale: Int

  /// Creates the number `coefficient` × 10^-`scale`.
  ///
  /// - Precondition: `scale` is between 0 and 18.
  @inlinable
  public init(coefficient: Int64, scale: Int) {
    precondition((0...18).contains(scale), "a scale from 0 to 18")
    self.coefficient = coefficient
    self.scale = scale
  }

  /// The largest power of ten that this type works with.
  public static let scaleMax = 18

  /// 10 to the power of `exponent`.
  ///
  /// - Precondition: `exponent` is between 0 and 18.
  @inlinable
  public static func powerOfTen(_ exponent: Int) -> Int64 {
    precondition((0...18).contains(exponent), "an exponent from 0 to 18")
    var power: Int64 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }

  /// The number as a multiple of 10^-`scale`, or nil when it is not one or leaves the range.
  public func coefficient(atScale wanted: Int) -> Int64? {
    wideCoefficient(atScale: wanted).flatMap { Int64(exactly: $0) }
  }

  /// The number as a multiple of 10^-`scale`, or nil when it is not one.
  public func wideCoefficient(atScale wanted: Int) -> Int128? {
    guard (0...Self.scaleMax).contains(wanted) else { return nil }
    if wanted >= scale { return Int128(coefficient) * Int128(Self.powerOfTen(wanted - scale)) }
    let divisor = Self.powerOfTen(scale - wanted)
    return coefficient % divisor == 0 ? Int128(coefficient / divisor) : nil
  }

  /// The nearest multiple of 10^-`scale` by `rounding`.
  public func wideCoefficient(atScale wanted: Int, rounding: Rounding) -> Int128 {
    precondition((0...Self.scaleMax).contains(wanted), "a scale from 0 to 18")
    if wanted >= scale { return Int128(coefficient) * Int128(Self.powerOfTen(wanted - scale)) }
    return rounding.quotient(Int128(coefficient), Int128(Self.powerOfTen(scale - wanted)))
  }

  /// `coefficient` × 10^-`scale` as decimal text with exactly `scale` decimals.
  public static func text(of coefficient: Int128, scale: Int) -> String {
    var digits = String(coefficient.magnitude)
    if scale > 0 {
      if digits.count <= scale {
        digits = String(repeating: "0", count: scale + 1 - digits.count) + digits
      }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    }
    return coefficient < 0 ? "-" + digits : digits
  }
}

extension FixedDecimal: CustomStringConvertible {
  /// The number as decimal text with all of its decimals.
  public var description: String { Self.text(of: Int128(coefficient), scale: scale) }
}
