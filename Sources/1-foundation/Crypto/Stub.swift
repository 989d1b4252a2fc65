import COpenSSL
public import OmniEncoding

/// A SHA-256 digest.
public struct Digest256: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]
  /// Hex.
  public var description: String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

/// Hashes words.
public struct DigestSink: WordSink, ~Copyable {
  var words = WordArray()
  /// Creates.
  public init() {}
  /// Puts.
  public mutating func put(_ word: UInt64) { words.put(word) }
  /// Finishes.
  public consuming func finish() -> Digest256 {
    var out = [UInt8](repeating: 0, count: 32)
    let bytes = words.bytes
    var n: UInt32 = 0; unsafe EVP_Digest(bytes, bytes.count, &out, &n, EVP_sha256(), nil)
    return Digest256(bytes: out)
  }
}
