import OmniCrypto
import Testing

@Suite("Ed25519")
struct Ed25519Tests {
  /// RFC 8032, section 7.1: seed, public key, message, signature.
  private static let vectors = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "72",
      ""
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ]

  @Test func `keys and signatures are those of the standard`() throws {
    for (seed, publicKey, message, signature) in Self.vectors {
      let secret = try #require(Ed25519.SecretKey(seed: bytes(seed)))
      #expect(secret.publicKey.hexadecimal == publicKey)
      #expect(Ed25519.PublicKey(hexadecimal: publicKey) == secret.publicKey)
      if signature.isEmpty { continue }
      #expect(secret.signature(of: bytes(message)) == bytes(signature))
      #expect(secret.publicKey.verifies(bytes(signature), bytes(message)))
    }
  }

  @Test func `every single bit counts`() throws {
    let secret = try #require(Ed25519.SecretKey(seed: Array(repeating: 3, count: 32)))
    let message: [UInt8] = [1, 2, 3, 4]
    let signature = secret.signature(of: message)
    for bit in 0..<512 {
      var changed = signature
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!secret.publicKey.verifies(changed, message), "bit \(bit)")
    }
    for bit in 0..<32 {
      var changed = message
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!secret.publicKey.verifies(signature, changed), "bit \(bit)")
    }
    #expect(!secret.publicKey.verifies(Array(signature.dropLast()), message))
  }

  @Test func `words are signed as their bytes`() throws {
    let secret = try #require(Ed25519.SecretKey(seed: Array(repeating: 4, count: 32)))
    let words: [UInt64] = [0x0807_0605_0403_0201, .max, 7]
    let message = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    let signature = secret.signature(of: message)
    let signatureWords = (0..<8).map { word in
      signature[8 * word..<8 * word + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    let key = secret.publicKey
    #expect(key.verifies(messageWords: 3, { words[$0] }, signature: { signatureWords[$0] }))
    #expect(!key.verifies(messageWords: 2, { words[$0] }, signature: { signatureWords[$0] }))
  }

  @Test func `keys and seeds of another length are none`() {
    #expect(Ed25519.PublicKey([1]) == nil)
    #expect(Ed25519.PublicKey(hexadecimal: "zz") == nil)
    #expect(Ed25519.SecretKey(seed: Array(repeating: 0, count: 31)) == nil)
  }

  private func bytes(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
