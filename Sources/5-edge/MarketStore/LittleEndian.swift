/// Numbers in files, lowest byte first.
enum LittleEndian {
  static func append(_ number: UInt64, _ count: Int = 8, to bytes: inout [UInt8]) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8))) }
  }

  static func append(_ number: Int64, to bytes: inout [UInt8]) {
    append(UInt64(bitPattern: number), to: &bytes)
  }

  static func number(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int = 8) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
    return number
  }

  static func signed(_ bytes: Span<UInt8>, _ offset: Int) -> Int64 {
    Int64(bitPattern: number(bytes, offset))
  }

  static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
    var taken: [UInt8] = []
    for index in range { taken.append(bytes[index]) }
    return String(validating: taken, as: UTF8.self)
  }
}
