public import OmniCrypto
public import OmniMoney

/// The side on which an account's balance is positive.
@frozen
public enum NormalSide: UInt8, Sendable, CaseIterable {
  /// Debits add: what is owned, and what was spent.
  case debit
  /// Credits add: what is owed, and what was earned.
  case credit
}

/// What an account is opened with, and keeps.
public struct AccountTerms: Sendable, Hashable {
  /// The name: 1 to 128 bytes of UTF-8 without control and other hidden characters, or blanks at the ends.
  public let name: String
  /// In what it is kept.
  public let currency: Currency
  /// On which side its balance is positive.
  public let normal: NormalSide
  /// How far below zero the balance may go, in minor units; nil for any distance.
  public let limit: Int128?
  /// The key that the account's own transactions must be signed with, or nil if they need not be.
  public let publicKey: Ed25519.PublicKey?

  /// How many bytes a name has at most.
  public static let nameBytesMax = 128

  /// Creates terms, or returns nil when the name or the limit is not one.
  public init?(
    name: String, currency: Currency, normal: NormalSide, limit: Int128?,
    publicKey: Ed25519.PublicKey? = nil
  ) {
    guard Self.isName(name), (0...AccountState.sumMax).contains(limit ?? 0) else { return nil }
    self.name = name
    self.currency = currency
    self.normal = normal
    self.limit = limit
    self.publicKey = publicKey
  }

  /// The account's name in canonical forms.
  public var key: AccountKey { AccountKey(name: name) }

  /// Whether an account may be called so.
  public static func isName(_ text: String) -> Bool {
    guard (1...nameBytesMax).contains(text.utf8.count) else { return false }
    guard text.utf8.first != 0x20, text.utf8.last != 0x20 else { return false }
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return true }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
        .surrogate:
        false
      default: true
      }
    }
  }
}
