import OmniCrypto
import OmniEncoding
import Testing

@Suite("SHA256")
struct SHA256Tests {
  /// NIST's examples for FIPS 180-4 (SHA256.pdf of the cryptographic toolkit), and the long one of
  /// FIPS 180-2, appendix B.3.
  @Test func `the standard's examples give the standard's digests`() {
    let vectors: [(String, String)] = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    for (text, expected) in vectors {
      #expect("\(SHA256.digest(of: Array(text.utf8)))" == expected)
    }
  }

  @Test func `a digest begins anew after it was finished`() {
    var digest = SHA256()
    digest.update(Array("abc".utf8))
    let first = digest.finish()
    digest.update(Array("abc".utf8))
    #expect(digest.finish() == first)
    #expect(digest.finish() == SHA256.digest(of: []))
  }

  @Test func `a digest is read back from its text`() throws {
    let digest = SHA256.digest(of: [1, 2, 3])
    #expect(Digest256(hexadecimal: "\(digest)") == digest)
    #expect(Digest256(hexadecimal: "\(digest)".uppercased()) == digest)
    #expect(Digest256(digest.bytes) == digest)
    #expect(Digest256(hexadecimal: String("\(digest)".dropLast())) == nil)
    #expect(Digest256(hexadecimal: "\(digest)00") == nil)
    #expect(Digest256(hexadecimal: "g" + "\(digest)".dropFirst()) == nil)
    #expect(Digest256([0]) == nil)
    for index in 0..<32 {
      var bytes = digest.bytes
      bytes[index] ^= 4
      #expect(Digest256(bytes) != digest)
    }
  }

  // MARK: Properties

  @Test func `how bytes are cut into pieces does not matter`() {
    for seed in UInt64(0)..<60 {
      var state = seed
      func random(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
      }
      let bytes = (0..<random(700)).map { _ in UInt8(random(256)) }
      var digest = SHA256()
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, random(130))
        digest.update(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(digest.finish() == SHA256.digest(of: bytes), "seed \(seed)")
    }
  }

  @Test func `a digest of words is the digest of their bytes, however many`() {
    var sink = DigestSink()
    for count in [0, 1, 2, 511, 512, 513, 1024, 2500] {
      var words = WordArray()
      for index in 0..<UInt64(count) {
        let word = index &* 0x9E37_79B9_7F4A_7C15
        words.put(word)
        sink.put(word)
      }
      #expect(sink.finish() == SHA256.digest(of: words.bytes), "\(count) words")
    }
  }

  @Test func `words are digested as their bytes, however many they are`() {
    for count in 0..<40 {
      let words = (0..<count).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
      let bytes = words.flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
      }
      let wanted = SHA256.digest(of: bytes).words
      let found = SHA256.digest(ofWords: count) { words[$0] }
      let swapped = SIMD4(
        wanted.0.byteSwapped, wanted.1.byteSwapped, wanted.2.byteSwapped, wanted.3.byteSwapped)
      #expect(found == swapped, "\(count) words")
    }
  }
}
