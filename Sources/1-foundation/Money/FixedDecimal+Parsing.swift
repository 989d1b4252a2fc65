extension FixedDecimal {
  /// Why a text is not a decimal number that this type can hold.
  public enum Failure: Error, Equatable, Sendable {
    /// There is nothing to read.
    case empty
    /// A character has no place at `offset`, such as a letter, a second point or a blank.
    case unexpected(byte: UInt8, offset: Int)
    /// The number has an exponent (`1e5`), which is not accepted here.
    case exponent(offset: Int)
    /// There is no digit.
    case noDigits
    /// The number has more digits than can be held exactly.
    case tooLong
  }

  /// Reads plain decimal text: an optional sign, digits, and at most one point.
  ///
  /// Zeros at the end of the decimals are kept while they fit. Words such as `NaN`, exponents,
  /// blanks and separators of thousands are refused.
  ///
  /// - Complexity: O(n), with no allocation.
  @inlinable
  public static func parse(_ text: some Sequence<UInt8>) throws(Failure) -> FixedDecimal {
    var reader = DecimalReader()
    for byte in text { try reader.take(byte) }
    return try reader.finish()
  }

  /// Creates the number that `text` says.
  public init(_ text: String) throws(Failure) { self = try Self.parse(text.utf8) }
}

/// The digits seen so far; split from the loop so that any source of bytes can feed it.
@frozen @usableFromInline
struct DecimalReader {
  @usableFromInline var coefficient: UInt64 = 0
  @usableFromInline var scale = -1
  @usableFromInline var digits = 0
  @usableFromInline var offset = 0
  @usableFromInline var isNegative = false

  @inlinable
  init() {}

  @inlinable
  mutating func take(_ byte: UInt8) throws(FixedDecimal.Failure) {
    defer { offset += 1 }
    switch byte {
    case 0x30...0x39:
      // Zeros behind what can be held exactly change nothing.
      if scale >= FixedDecimal.scaleMax || coefficient > (UInt64(Int64.max) - 9) / 10 {
        guard byte == 0x30, scale >= 0 else { throw .tooLong }
        return
      }
      coefficient = coefficient * 10 + UInt64(byte - 0x30)
      digits += 1
      if scale >= 0 { scale += 1 }
    case 0x2E where scale < 0: scale = 0
    case 0x2D where offset == 0: isNegative = true
    case 0x2B where offset == 0: break
    case 0x45 where digits > 0, 0x65 where digits > 0: throw .exponent(offset: offset)
    default: throw .unexpected(byte: byte, offset: offset)
    }
  }

  @inlinable
  func finish() throws(FixedDecimal.Failure) -> FixedDecimal {
    if offset == 0 { throw .empty }
    if digits == 0 { throw .noDigits }
    let value = Int64(coefficient)
    return FixedDecimal(coefficient: isNegative ? -value : value, scale: max(scale, 0))
  }
}
