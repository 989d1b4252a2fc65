/// A currency, or any other unit that accounts are kept in, with the count of its decimals.
///
/// The code is one to eight capital letters, digits, or one of `.`, `-`, `_`, `:`, packed into one
/// word so that comparing two currencies is comparing two numbers.
@frozen
public struct Currency: Sendable, Hashable {
  /// The code's bytes, first letter lowest; unused bytes are zero.
  public let packedCode: UInt64
  /// How many decimals an amount has: 2 for USD, 8 for USDT here, 0 for JPY.
  public let minorDigits: UInt8

  /// Creates a currency, or returns nil for a code or a count of decimals that is not allowed.
  public init?(code: String, minorDigits: UInt8) {
    guard (1...8).contains(code.utf8.count), minorDigits <= 18 else { return nil }
    var packed: UInt64 = 0
    for (index, byte) in code.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
        packed |= UInt64(byte) << (8 * UInt64(index))
      default: return nil
      }
    }
    self.init(packedCode: packed, minorDigits: minorDigits)
  }

  /// Creates a currency from what ``packedCode`` gave before.
  @inlinable
  public init(packedCode: UInt64, minorDigits: UInt8) {
    self.packedCode = packedCode
    self.minorDigits = minorDigits
  }

  /// The code, such as `USD`.
  public var code: String {
    var bytes: [UInt8] = []
    var rest = packedCode
    while rest != 0 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Currency: CustomStringConvertible {
  /// The code.
  public var description: String { code }
}

extension Currency {
  /// United States dollar, in cents.
  public static let usd = Currency(packedCode: 0x44_5355, minorDigits: 2)
  /// Euro, in cents.
  public static let eur = Currency(packedCode: 0x52_5545, minorDigits: 2)
  /// Tether, in units of 10⁻⁸, as venues book it.
  public static let usdt = Currency(packedCode: 0x5444_5355, minorDigits: 8)
}
