import OmniCrypto

/// An account's name in canonical forms: the first eight bytes of a digest of its text.
///
/// Whoever knows the name can compute it, without the ledger at hand: SHA-256 over `omni:account:`
/// and the name's UTF-8 bytes; the first byte is the least significant. A ledger refuses to open an
/// account whose key another one has, so within a ledger it names one account.
@frozen
public struct AccountKey: Sendable, Hashable, BitwiseCopyable {
  /// The number.
  public let value: UInt64

  /// Creates a key from its number.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// Computes the key of the account called `name`.
  public init(name: String) {
    let digest = SHA256.digest(of: Array("omni:account:\(name)".utf8))
    value = digest.words.0.byteSwapped
  }
}
