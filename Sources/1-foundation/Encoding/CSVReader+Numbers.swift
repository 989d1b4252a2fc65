public import OmniMoney

extension CSVReader {
  /// Field `index` as the decimal number that it says, exactly.
  ///
  /// - Precondition: `index` is below ``fieldCount``.
  /// - Complexity: O(length), with no allocation.
  public func decimal(_ index: Int) throws(FixedDecimal.Failure) -> FixedDecimal {
    precondition(index < fieldCount, "a field of the record")
    let field = fields[index]
    if let number = Self.shortDecimal(buffer.span, Int(field.start), Int(field.end)) {
      return number
    }
    // Long numbers, and everything that is none, take the careful way, which names the fault.
    return try FixedDecimal.parse(buffer[Int(field.start)..<Int(field.end)])
  }

  /// At most 18 digits with at most one point and a minus before them, or nil.
  private static func shortDecimal(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FixedDecimal?
  {
    guard start < end, end - start <= 18 else { return nil }
    let isNegative = bytes[start] == 0x2D
    var coefficient: Int64 = 0
    var digits = 0
    var pointAt = -1
    for index in (isNegative ? start + 1 : start)..<end {
      let digit = bytes[index] &- 0x30
      if digit <= 9 {
        // No overflow: 18 digits stay below 10¹⁸.
        coefficient = coefficient &* 10 &+ Int64(digit)
        digits += 1
      } else if bytes[index] == 0x2E, pointAt < 0 {
        pointAt = index
      } else {
        return nil
      }
    }
    guard digits > 0 else { return nil }
    return FixedDecimal(
      coefficient: isNegative ? -coefficient : coefficient,
      scale: pointAt < 0 ? 0 : end - 1 - pointAt)
  }

  /// Field `index` as a whole number: an optional minus and digits, nothing else.
  ///
  /// - Precondition: `index` is below ``fieldCount``.
  /// - Throws: `tooLong` when the number does not fit 64 bits.
  /// - Complexity: O(length), with no allocation.
  public func integer(_ index: Int) throws(FixedDecimal.Failure) -> Int64 {
    precondition(index < fieldCount, "a field of the record")
    let start = Int(fields[index].start)
    let end = Int(fields[index].end)
    let bytes = buffer.span
    guard start < end else { throw .empty }
    let isNegative = bytes[start] == 0x2D
    let first = isNegative ? start + 1 : start
    guard first < end else { throw .noDigits }
    var value: Int64 = 0
    for position in first..<end {
      let digit = bytes[position] &- 0x30
      guard digit <= 9 else {
        throw .unexpected(byte: bytes[position], offset: position - start)
      }
      let (product, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = product.subtractingReportingOverflow(Int64(digit))
      if first || second { throw .tooLong }
      value = sum  // Counted downwards, since the negative range reaches one further.
    }
    if isNegative { return value }
    guard value != .min else { throw .tooLong }
    return -value
  }
}
