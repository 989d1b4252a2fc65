/// A digest of 256 bits.
@frozen
public struct Digest256: Sendable, Hashable, BitwiseCopyable {
  /// The 32 bytes as four words, the first byte of each being its most significant.
  public let words: (UInt64, UInt64, UInt64, UInt64)

  /// Creates a digest of 32 bytes.
  ///
  /// - Returns: nothing if there are more or fewer.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    func word(_ index: Int) -> UInt64 {
      bytes[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// Creates a digest of what ``words`` gave before.
  @inlinable
  public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Creates a digest from 64 hexadecimal digits, in either case.
  public init?(hexadecimal text: String) {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
      guard let digit = Self.value(ofDigit: character) else { return nil }
      if let upper = high {
        bytes.append(upper << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    guard high == nil else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  /// Whether both have the same bytes; takes the same time wherever they differ.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    let difference =
      (lhs.words.0 ^ rhs.words.0) | (lhs.words.1 ^ rhs.words.1) | (lhs.words.2 ^ rhs.words.2)
      | (lhs.words.3 ^ rhs.words.3)
    return difference == 0
  }

  /// Feeds the bytes to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  private static func value(ofDigit character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Digest256: CustomStringConvertible {
  /// The bytes as 64 hexadecimal digits in lower case.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
