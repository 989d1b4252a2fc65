// Whole numbers in arrays of bytes, least significant byte first.
extension [UInt8] {
  /// Adds the bytes of `number`.
  mutating func appendLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
    for index in 0..<(Number.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: number >> Number(8 * index)))
    }
  }

  /// The number whose bytes begin at `place`.
  ///
  /// - Precondition: all its bytes are there.
  func littleEndian<Number: FixedWidthInteger>(_ type: Number.Type, at place: Int) -> Number {
    var number: Number = 0
    for index in 0..<(Number.bitWidth / 8) {
      number |= Number(truncatingIfNeeded: self[place + index]) << Number(8 * index)
    }
    return number
  }
}
