/// A transaction's name, made by its client, so that sending it twice is sending it once.
///
/// 128 bits; neither zero nor all ones. In text it is 32 hexadecimal digits, most significant first;
/// in the canonical form its least significant byte stands first, as every number there.
@frozen
public struct TransactionID: Sendable, Hashable, Comparable, BitwiseCopyable {
  /// The number.
  public let value: UInt128

  /// Creates an identifier.
  @inlinable
  public init(_ value: UInt128) { self.value = value }

  /// Creates an identifier from its two words.
  @inlinable
  public init(low: UInt64, high: UInt64) { value = UInt128(high) << 64 | UInt128(low) }

  /// The low 64 bits.
  @inlinable
  public var low: UInt64 { UInt64(truncatingIfNeeded: value) }

  /// The high 64 bits.
  @inlinable
  public var high: UInt64 { UInt64(truncatingIfNeeded: value >> 64) }

  /// Whether a transaction may be called so: not zero, and not all ones.
  @inlinable
  public var isUsable: Bool { value != 0 && value != .max }

  /// Whether `lhs` is the smaller number.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }

  /// Creates the identifier that 32 hexadecimal digits name; hyphens as in a UUID may stand between.
  public init?(hexadecimal text: String) {
    var value: UInt128 = 0
    var digits = 0
    for byte in text.utf8 {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      case 0x2D: continue
      default: return nil
      }
      guard digits < 32 else { return nil }
      value = value << 4 | UInt128(digit)
      digits += 1
    }
    guard digits == 32 else { return nil }
    self.value = value
  }
}

extension TransactionID: CustomStringConvertible {
  /// The number as 32 hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}
