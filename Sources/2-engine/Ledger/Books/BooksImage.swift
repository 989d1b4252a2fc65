import OmniCollections

/// What all accounts held at one moment, copied out of the books so that others may look at it.
///
/// - Complexity: taking it copies some 80 bytes an account, and allocates only for new ones.
public struct BooksImage: ~Copyable, Sendable {
  var accounts = GrowingBuffer<AccountState>()
  var nonces = GrowingBuffer<UInt64>()
  var facts = GrowingBuffer<AccountFacts>()

  /// Creates an image of no accounts.
  public init() {}

  /// How many accounts there are.
  public var accountCount: Int { accounts.count }

  /// What the account with the number `number` held.
  public func account(_ number: Int) -> AccountState { accounts[number] }

  /// The place of the account's last own transaction in its series.
  public func nonce(_ number: Int) -> UInt64 { nonces[number] }

  /// Whether the account refused every further transaction.
  public func isClosed(_ number: Int) -> Bool { facts[number].isClosed }

  /// Whether the account with the number `number` is as it was in `other`.
  public func isSame(_ number: Int, as other: borrowing BooksImage) -> Bool {
    accounts[number] == other.accounts[number] && nonces[number] == other.nonces[number]
      && facts[number].isClosed == other.facts[number].isClosed
  }
}

extension Books {
  /// Makes `image` show what all accounts hold now.
  public func copy(to image: inout BooksImage) {
    image.accounts.replaceAll(with: accounts)
    image.nonces.replaceAll(with: nonces)
    image.facts.replaceAll(with: facts)
  }
}
