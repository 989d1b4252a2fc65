/// A fraction such as a fee or a margin, in billionths: 0.0005 is 500,000.
@frozen
public struct Rate: Sendable, Hashable, Comparable {
  /// The fraction times 10⁹.
  public let billionths: Int64

  /// Creates a rate of `billionths` times 10⁻⁹.
  @inlinable
  public init(billionths: Int64) { self.billionths = billionths }

  /// Creates the rate that `decimal` says, or returns nil when it needs more than nine decimals
  /// or leaves the range.
  public init?(_ decimal: FixedDecimal) {
    guard let billionths = decimal.coefficient(atScale: 9) else { return nil }
    self.init(billionths: billionths)
  }

  /// Nothing.
  @inlinable
  public static var zero: Self { Self(billionths: 0) }

  /// This fraction of `minorUnits`, rounded by `rounding`.
  ///
  /// - Complexity: O(1), with no allocation; stops the program above 10²⁹ minor units.
  @inlinable
  public func of(_ minorUnits: Int128, rounding: Rounding) -> Int128 {
    // The product of most trades fits one machine word, whose division is several times quicker.
    if let narrow = Int64(exactly: minorUnits) {
      let (product, overflow) = narrow.multipliedReportingOverflow(by: billionths)
      if !overflow, product % 1_000_000_000 == 0 { return Int128(product / 1_000_000_000) }
    }
    return rounding.quotient(minorUnits * Int128(billionths), 1_000_000_000)
  }

  /// Whether `lhs` is the smaller fraction.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.billionths < rhs.billionths }
}
