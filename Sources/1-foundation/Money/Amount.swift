/// A sum of money: a whole number of the currency's minor units.
///
/// - Invariant: adding or comparing amounts of two currencies stops the program.
@frozen
public struct Amount: Sendable, Hashable, Comparable {
  /// The count of minor units: cents for USD.
  public let minorUnits: Int128
  /// What the units are of.
  public let currency: Currency

  /// Creates a sum of `minorUnits` of `currency`.
  @inlinable
  public init(minorUnits: Int128, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// Creates the sum that `decimal` says, or returns nil when it has more decimals than `currency`.
  public init?(_ decimal: FixedDecimal, currency: Currency) {
    guard let units = decimal.wideCoefficient(atScale: Int(currency.minorDigits)) else {
      return nil
    }
    self.init(minorUnits: units, currency: currency)
  }

  /// Nothing, in `currency`.
  @inlinable
  public static func zero(_ currency: Currency) -> Self { Self(minorUnits: 0, currency: currency) }

  /// Whether the sum is below zero.
  @inlinable
  public var isNegative: Bool { minorUnits < 0 }

  /// The sum of two amounts; stops the program on overflow and on two currencies.
  @inlinable
  public static func + (lhs: Self, rhs: Self) -> Self {
    precondition(lhs.currency == rhs.currency, "amounts of one currency")
    return Self(minorUnits: lhs.minorUnits + rhs.minorUnits, currency: lhs.currency)
  }

  /// The difference of two amounts; stops the program on overflow and on two currencies.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> Self {
    precondition(lhs.currency == rhs.currency, "amounts of one currency")
    return Self(minorUnits: lhs.minorUnits - rhs.minorUnits, currency: lhs.currency)
  }

  /// The same sum with the other sign.
  @inlinable
  public static prefix func - (amount: Self) -> Self {
    Self(minorUnits: -amount.minorUnits, currency: amount.currency)
  }

  /// Whether `lhs` is the smaller sum; stops the program on two currencies.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool {
    precondition(lhs.currency == rhs.currency, "amounts of one currency")
    return lhs.minorUnits < rhs.minorUnits
  }

  /// The sum as decimal text without the currency, such as `-12.50`.
  public var decimalText: String {
    FixedDecimal.text(of: minorUnits, scale: Int(currency.minorDigits))
  }
}

extension Amount: CustomStringConvertible {
  /// The sum with its currency, such as `-12.50 USD`.
  public var description: String { "\(decimalText) \(currency.code)" }
}
