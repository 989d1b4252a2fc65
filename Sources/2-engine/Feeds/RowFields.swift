import OmniCollections
import OmniMoney

/// The fields of a row of plain comma-separated text: no quotes, printable ASCII.
struct RowFields: ~Copyable {
  private var ends = GrowingBuffer<Int>(capacity: 64)

  /// How many fields the row has.
  var count: Int { ends.count }

  /// Finds the fields of `bytes`; a carriage return at the end is left out.
  ///
  /// - Complexity: O(bytes); it allocates only for a row of more fields than any before.
  mutating func split(_ bytes: borrowing Span<UInt8>) throws(ScanFault) {
    ends.removeAll()
    var end = bytes.count
    if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
    for at in 0..<end {
      let byte = bytes[at]
      if byte == 0x2C { ends.append(at) }
      guard byte >= 0x20, byte < 0x7F, byte != 0x22 else {
        throw ScanFault(byte == 0x22 ? .malformed : .notASCII, at)
      }
    }
    ends.append(end)
  }

  /// Where field `index` stands.
  subscript(index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1] + 1)..<ends[index] }

  /// Refuses a row that has not `wanted` fields.
  func check(_ wanted: Int) throws(ScanFault) {
    if count < wanted { throw ScanFault(.truncated, ends[count - 1]) }
    if count > wanted { throw ScanFault(.malformed, ends[wanted - 1]) }
  }

  /// The whole number in field `index`, which must not be negative.
  func integer(_ index: Int, _ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Int64 {
    try Scan.integer(bytes, self[index])
  }

  /// The only character of field `index`.
  func letter(_ index: Int, _ bytes: borrowing Span<UInt8>) throws(ScanFault) -> UInt8 {
    let range = self[index]
    guard range.count == 1 else { throw ScanFault(.malformed, range.lowerBound) }
    return bytes[range.lowerBound]
  }
}

extension Scan {
  /// The bytes of `range` as one word, first byte highest; longer text gives a word that no name has.
  static func word(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    guard range.count <= 8 else { return .max }
    var word: UInt64 = 0
    for index in range { word = word << 8 | UInt64(bytes[index]) }
    return word
  }

  /// Whether the bytes of `range` are those of `text`.
  static func equals(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ text: [UInt8]
  ) -> Bool {
    guard range.count == text.count else { return false }
    for index in text.indices where text[index] != bytes[range.lowerBound + index] { return false }
    return true
  }

  /// `value` times `factor`, or the fault that it is too large.
  static func scaled(
    _ value: Int64, by factor: Int64, at offset: Int
  ) throws(ScanFault) -> Int64 {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    guard !overflow else { throw ScanFault(.numberTooLarge, offset) }
    return product
  }
}
