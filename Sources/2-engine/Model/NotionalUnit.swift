public import OmniMoney

/// What one tick of one lot is worth, as a fraction of minor units: the one rule for notionals.
///
/// With the usual terms the denominator is 1 and every notional is exact; where tick × lot is finer
/// than the minor unit, the value of a trade is rounded half to even, once.
@frozen
public struct NotionalUnit: Sendable, Hashable {
  /// Minor units, times ``denominator``.
  public let numerator: Int64
  /// 1, or a power of ten.
  public let denominator: Int64

  /// The worth of `tick` × `lot` of a currency with `minorDigits` decimals, or nil when it is too
  /// large or too small for 64 bits.
  public init?(tick: FixedDecimal, lot: FixedDecimal, minorDigits: Int) {
    let product = tick.coefficient.multipliedReportingOverflow(by: lot.coefficient)
    let exponent = minorDigits - tick.scale - lot.scale
    guard !product.overflow, (-18...18).contains(exponent) else { return nil }
    if exponent <= 0 {
      numerator = product.partialValue
      denominator = FixedDecimal.powerOfTen(-exponent)
    } else {
      let worth = product.partialValue.multipliedReportingOverflow(
        by: FixedDecimal.powerOfTen(exponent))
      guard !worth.overflow else { return nil }
      numerator = worth.partialValue
      denominator = 1
    }
  }

  /// The value of `quantity` at `price`, in minor units.
  ///
  /// - Complexity: O(1), with no allocation; stops the program on overflow.
  @inlinable @inline(__always)
  public func notional(_ price: Price, _ quantity: NetQuantity) -> Int128 {
    let product = Int128(price.ticks) * Int128(quantity.lots) * Int128(numerator)
    return denominator == 1 ? product : Rounding.halfEven.quotient(product, Int128(denominator))
  }
}
