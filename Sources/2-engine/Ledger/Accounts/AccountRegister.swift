public import OmniCollections

/// The chart of accounts: what accounts there are, with dense numbers, and where a key leads.
///
/// Accounts are only ever added, and keep their number and their terms.
///
/// - Invariant: no two accounts have the same key.
/// - Complexity: finding and opening are O(1) on average.
public struct AccountRegister: ~Copyable {
  /// Why an account was not opened; nothing was changed.
  public enum Refusal: Error, Equatable, Sendable {
    /// It is open already, on other terms.
    case otherTerms(name: String)
    /// Another account's name has the same key.
    case keyTaken(name: String, by: String)
    /// There are as many accounts as a ledger can have.
    case full(limit: Int)

    /// The stable code.
    public var code: String {
      switch self {
      case .otherTerms: "LED-001"
      case .keyTaken: "LED-002"
      case .full: "LED-003"
      }
    }
  }

  /// How many accounts a ledger can have.
  public static let countMax = Int(UInt32.max) - 1

  /// The terms, by number.
  public private(set) var terms: [AccountTerms] = []
  @usableFromInline var places = WordMap()

  /// Creates a register without accounts.
  public init() {}

  /// How many accounts there are.
  public var count: Int { terms.count }

  /// The number of the account with `key`, or nil when there is none.
  @inlinable
  public func number(of key: AccountKey) -> Int? { places[key.value].map { Int($0) } }

  /// Asks for what ``number(of:)`` will look at.
  @inlinable @inline(__always)
  func prefetch(_ key: AccountKey) { places.prefetch(key.value) }

  /// The number of the account called `name`, or nil when there is none.
  public func number(named name: String) -> Int? {
    guard let number = number(of: AccountKey(name: name)), terms[number].name == name else {
      return nil
    }
    return number
  }

  /// Says whether ``open(_:)`` would add `account`, or refuses as that would.
  public func isNew(_ account: AccountTerms) throws(Refusal) -> Bool {
    guard let number = number(of: account.key) else {
      guard terms.count < Self.countMax else { throw .full(limit: Self.countMax) }
      return true
    }
    guard terms[number].name == account.name else {
      throw .keyTaken(name: account.name, by: terms[number].name)
    }
    guard terms[number] == account else { throw .otherTerms(name: account.name) }
    return false
  }

  /// Opens an account, unless it is open on the same terms; says whether it was new.
  mutating func open(_ account: AccountTerms) throws(Refusal) -> Bool {
    guard try isNew(account) else { return false }
    places.set(account.key.value, to: UInt64(terms.count))
    terms.append(account)
    return true
  }
}

extension AccountRegister.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .otherTerms(let name): "account \(name) is open on other terms; the same were wanted"
    case .keyTaken(let name, let other):
      "the names \(name) and \(other) have the same key; another name was wanted"
    case .full(let limit): "there are \(limit) accounts, and no more can be opened"
    }
  }
}
