import CPostgreSQL

/// Writes the rows of a COPY: a value for each column, and then the row's end.
///
/// Bytes are gathered in one buffer and sent when it is full.
///
/// - Complexity: O(bytes); allocates when it is created, and when a row is larger than any before.
@safe public struct PostgreSQLCopyWriter: ~Copyable {
  /// How rows are written.
  public enum Format: Sendable, CaseIterable {
    /// Fields parted by tabs.
    case text
    /// Fields with their lengths before them; the types have to be those of the columns.
    case binary
  }

  /// How many bytes are gathered before they are sent.
  static let bufferBytes = 1 << 16

  private let handle: OpaquePointer
  private let format: Format
  private var bytes: [UInt8] = []
  private var rowStart = 0
  private var fieldCount: Int16 = 0

  init(_ handle: OpaquePointer, format: Format) {
    unsafe self.handle = handle
    self.format = format
    bytes.reserveCapacity(2 * Self.bufferBytes)
    // The signature, no flags, and no extension: "File Formats" of the manual's page on COPY.
    if format == .binary { bytes += Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + zeros(8) }
    beginRow()
  }

  // MARK: Fields

  /// Puts NULL.
  public mutating func putNull() {
    beginField()
    switch format {
    case .text: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
    case .binary: put(big: UInt32.max)
    }
  }

  /// Puts a whole number; in the binary format the column is a BIGINT.
  public mutating func put(_ value: Int64) {
    beginField()
    switch format {
    case .text: putDigits(Int128(value))
    case .binary:
      put(big: UInt32(8))
      put(big: UInt64(bitPattern: value))
    }
  }

  /// Puts a whole number; in the binary format the column is a NUMERIC.
  public mutating func put(numeric value: Int128) {
    beginField()
    switch format {
    case .text: putDigits(value)
    case .binary: putNumeric(value)
    }
  }

  /// Puts text.
  public mutating func put(_ value: String) {
    beginField()
    var text = value
    text.withUTF8 { utf8 in
      switch format {
      case .text:
        for index in utf8.indices { unsafe putEscaped(utf8[index]) }
      case .binary:
        put(big: UInt32(utf8.count))
        unsafe bytes.append(contentsOf: utf8)
      }
    }
  }

  /// Puts bytes, for a column of BYTEA.
  public mutating func put(_ value: [UInt8]) {
    beginField()
    switch format {
    case .text:
      bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\"), UInt8(ascii: "x")]
      for byte in value {
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 15))
      }
    case .binary:
      put(big: UInt32(value.count))
      bytes += value
    }
  }

  /// Ends the row, and sends what was gathered if it is enough.
  ///
  /// - Throws: `connectionLost`; whether the server takes the rows shows at the end of the COPY.
  public mutating func endRow() throws(PostgreSQLFailure) {
    switch format {
    case .text: bytes.append(UInt8(ascii: "\n"))
    case .binary:
      let count = UInt16(bitPattern: fieldCount)
      bytes[rowStart] = UInt8(truncatingIfNeeded: count >> 8)
      bytes[rowStart + 1] = UInt8(truncatingIfNeeded: count)
    }
    if bytes.count >= Self.bufferBytes { try send() }
    beginRow()
  }

  /// Sends the rest; a row that was begun and not ended is dropped.
  mutating func finish() throws(PostgreSQLFailure) {
    bytes.removeLast(bytes.count - rowStart)
    if format == .binary { bytes += [0xFF, 0xFF] }
    try send()
  }

  // MARK: Parts

  private mutating func send() throws(PostgreSQLFailure) {
    let isSent = unsafe bytes.withUnsafeBytes { buffer in
      unsafe buffer.isEmpty
        || PQputCopyData(
          handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count)) == 1
    }
    bytes.removeAll(keepingCapacity: true)
    if isSent { return }
    let isLost = unsafe PQstatus(handle) == CONNECTION_BAD
    let words = unsafe String(cString: PQerrorMessage(handle))
    throw PostgreSQLFailure(
      isLost ? .connectionLost : .statementFailed,
      message: words.split(whereSeparator: \.isNewline).joined(separator: "; "), statement: "")
  }

  private mutating func beginRow() {
    rowStart = bytes.count
    fieldCount = 0
    if format == .binary { bytes += [0, 0] }
  }

  private mutating func beginField() {
    if format == .text, fieldCount > 0 { bytes.append(UInt8(ascii: "\t")) }
    fieldCount += 1
  }

  @inline(__always)
  private mutating func putEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
    case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
    default: bytes.append(byte)
    }
  }

  private mutating func putDigits(_ value: Int128) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = value.magnitude
    // Divisions of 64 bits are a tenth as dear, and nearly all numbers are that small.
    while rest > UInt128(UInt64.max) {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    var small = UInt64(truncatingIfNeeded: rest)
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: small % 10))
      small /= 10
    } while small > 0
    bytes[start...].reverse()
  }

  /// Puts the digits in base 10,000, as `numeric_send` of the server's source does.
  private mutating func putNumeric(_ value: Int128) {
    var digits: [UInt16] = []
    var rest = value.magnitude
    while rest > 0 {
      digits.append(UInt16(rest % 10_000))
      rest /= 10_000
    }
    put(big: UInt32(8 + 2 * digits.count))
    put(big: UInt16(digits.count))
    put(big: UInt16(max(0, digits.count - 1)))
    put(big: UInt16(value < 0 ? 0x4000 : 0))
    put(big: UInt16(0))
    for digit in digits.reversed() { put(big: digit) }
  }

  private mutating func put(big value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}

private func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
