import OmniCrypto

/// Values in the form that the tables have them.
enum ProjectionText {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Whether `name` may name a schema: small letters, digits and underscores.
  static func isSchema(_ name: String) -> Bool {
    let isPlain = name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    return isPlain && (1...63).contains(name.utf8.count)
  }

  /// 32 hexadecimal digits, most significant first.
  static func hexadecimal(_ value: UInt128) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    var (high, low) = (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
    for index in 0..<16 {
      bytes[15 - index] = digits[Int(high & 15)]
      bytes[31 - index] = digits[Int(low & 15)]
      high >>= 4
      low >>= 4
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The number that 32 hexadecimal digits stand for.
  static func number(hexadecimal text: String) -> UInt128? { UInt128(text, radix: 16) }

  /// A number that the ledger counts up, which never leaves the range.
  static func integer(_ count: UInt64) -> Int64 {
    precondition(count <= UInt64(Int64.max), "a count below 2⁶³")
    return Int64(count)
  }

  /// A position as it stands in its table: identity, frame, ordinal and digest.
  static func position(
    _ identity: String?, _ frame: Int64, _ ordinal: Int64, _ digest: String?
  ) -> ProjectionPosition? {
    guard let identity = identity.flatMap({ number(hexadecimal: $0) }),
      let digest = digest.flatMap({ Digest256(hexadecimal: $0) })
    else { return nil }
    return ProjectionPosition(
      identity: identity, frame: UInt64(bitPattern: frame), ordinal: UInt64(bitPattern: ordinal),
      digest: digest)
  }
}
