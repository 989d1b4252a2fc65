public import OmniLedger
public import OmniMoney

/// Accounts that are summed up together: those of one asset whose names begin alike.
public struct AccountClass: Sendable, Hashable {
  /// What stands before the first colon of their names; empty without one.
  public let name: String
  /// In what they are kept.
  public let currency: Currency

  /// Names a class.
  public init(name: String, currency: Currency) {
    self.name = name
    self.currency = currency
  }

  /// The class of an account.
  public init(_ terms: AccountTerms) {
    let colon = terms.name.utf8.firstIndex(of: UInt8(ascii: ":"))
    name = colon.map { String(terms.name[..<$0]) } ?? ""
    currency = terms.currency
  }
}

extension AccountClass: Comparable {
  /// By the bytes of the name, then the asset's code, then its decimals.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    if lhs.name != rhs.name { return lhs.name.utf8.lexicographicallyPrecedes(rhs.name.utf8) }
    if lhs.currency.packedCode != rhs.currency.packedCode {
      return lhs.currency.packedCode.byteSwapped < rhs.currency.packedCode.byteSwapped
    }
    return lhs.currency.minorDigits < rhs.currency.minorDigits
  }
}
