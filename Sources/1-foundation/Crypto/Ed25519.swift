import CSodium

/// Signatures by Ed25519 of RFC 8032, done by libsodium.
///
/// The signature of a message under a key is one and the same however often it is made. Verifying
/// refuses keys of small order and signatures that are not in their canonical form.
public enum Ed25519 {
  /// What anybody may know: it verifies.
  public struct PublicKey: Sendable, Hashable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Creates a key of 32 bytes, or returns nil if there are more or fewer.
    public init?(_ bytes: [UInt8]) {
      guard bytes.count == 32 else { return nil }
      self.bytes = bytes
    }

    /// Creates a key from 64 hexadecimal digits.
    public init?(hexadecimal text: String) {
      guard let digest = Digest256(hexadecimal: text) else { return nil }
      bytes = digest.bytes
    }

    /// The bytes as 64 hexadecimal digits.
    public var hexadecimal: String { Digest256(bytes).map { "\($0)" } ?? "" }

    /// Whether `signature`, of 64 bytes, is this key's for `message`.
    ///
    /// - Complexity: O(message), about 60 µs for a short one, with no allocation; an empty message is never signed.
    public func verifies(
      _ signature: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer
    ) -> Bool {
      guard signature.count == 64, let first = signature.baseAddress,
        let text = message.baseAddress
      else { return false }
      return unsafe bytes.withUnsafeBufferPointer { key in
        guard let keyBytes = key.baseAddress else { return false }
        return unsafe crypto_sign_ed25519_verify_detached(
          first.assumingMemoryBound(to: UInt8.self), text.assumingMemoryBound(to: UInt8.self),
          UInt64(message.count), keyBytes) == 0
      }
    }

    /// Whether the eight words of `signature` are this key's for a message of `messageWords` words,
    /// each with its least significant byte first.
    public func verifies(
      messageWords count: Int, _ message: (Int) -> UInt64, signature: (Int) -> UInt64
    ) -> Bool {
      unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count + 8) { words in
        for index in 0..<count { unsafe words[index] = message(index).littleEndian }
        for index in 0..<8 { unsafe words[count + index] = signature(index).littleEndian }
        let bytes = UnsafeRawBufferPointer(words)
        return unsafe verifies(
          UnsafeRawBufferPointer(rebasing: bytes[(8 * count)..<(8 * count + 64)]),
          UnsafeRawBufferPointer(rebasing: bytes[..<(8 * count)]))
      }
    }

    /// Whether `signature` is this key's for `message`.
    public func verifies(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
      unsafe signature.withUnsafeBytes { signature in
        unsafe message.withUnsafeBytes { unsafe verifies(signature, $0) }
      }
    }
  }

  /// What only its owner may know: it signs.
  public struct SecretKey: Sendable {
    private let bytes: [UInt8]
    /// The public half.
    public let publicKey: PublicKey

    /// Computes the key of a seed of 32 bytes, or returns nil if there are more or fewer.
    public init?(seed: [UInt8]) {
      guard seed.count == 32 else { return nil }
      var publicBytes = [UInt8](repeating: 0, count: 32)
      var secretBytes = [UInt8](repeating: 0, count: 64)
      let isMade = unsafe crypto_sign_ed25519_seed_keypair(&publicBytes, &secretBytes, seed) == 0
      guard isMade, let key = PublicKey(publicBytes) else { return nil }
      bytes = secretBytes
      publicKey = key
    }

    /// The 64 bytes of the signature of `message`.
    public func signature(of message: [UInt8]) -> [UInt8] {
      var signature = [UInt8](repeating: 0, count: 64)
      let isSigned =
        unsafe crypto_sign_ed25519_detached(
          &signature, nil, message, UInt64(message.count), bytes) == 0
      precondition(isSigned, "a signature is always made")
      return signature
    }
  }

  /// The version of the libsodium that this process runs with.
  public static var libraryVersion: String { unsafe String(cString: sodium_version_string()) }
}
