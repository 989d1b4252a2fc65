/// A place in JSON text, from which its parts are read without copying or allocating.
///
/// It reads the JSON of RFC 8259 as far as feeds use it, and refuses the rest: text is printable
/// ASCII, a name has no escapes, and values are nested at most ``depthMax`` deep.
///
/// - Complexity: each byte is looked at once.
struct JSONCursor {
  static let depthMax = 16

  /// The next byte.
  var at: Int

  /// A value where it stands: a text without its quotes, anything else whole.
  struct Field {
    enum Kind: UInt8 { case absent, text, escapedText, number, truth, falsehood, null, container }

    var start: Int32 = 0
    var end: Int32 = 0
    var kind = Kind.absent

    @inline(__always)
    var range: Range<Int> { Int(start)..<Int(end) }

    @inline(__always)
    var isThere: Bool { kind != .absent }

    /// The first 8 bytes of a text, and the next 8; longer text gives words that no name has.
    @inline(__always)
    func name(_ bytes: borrowing Span<UInt8>) -> (head: UInt64, tail: UInt64) {
      let first = Int(start)
      let count = Int(end) - first
      guard count <= 16 else { return (.max, .max) }
      var head: UInt64 = 0
      var tail: UInt64 = 0
      for index in 0..<min(count, 8) { head = head << 8 | UInt64(bytes[first + index]) }
      for index in 8..<max(count, 8) { tail = tail << 8 | UInt64(bytes[first + index]) }
      return (head, tail)
    }
  }

  @inline(__always)
  mutating func skipBlanks(_ bytes: borrowing Span<UInt8>) {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
      at += 1
    }
  }

  /// The next byte that is not blank, which stays where it is.
  @inline(__always)
  mutating func peek(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> UInt8 {
    if at < bytes.count, bytes[at] > 0x20 { return bytes[at] }
    skipBlanks(bytes)
    guard at < bytes.count else { throw ScanFault(.truncated, at) }
    return bytes[at]
  }

  /// Goes behind `byte`, which must be next.
  @inline(__always)
  mutating func expect(_ byte: UInt8, _ bytes: borrowing Span<UInt8>) throws(ScanFault) {
    guard try peek(bytes) == byte else { throw Self.unexpected(bytes, at) }
    at += 1
  }

  /// Goes behind `byte` if it is next, and says whether it was.
  @inline(__always)
  mutating func take(_ byte: UInt8, _ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Bool {
    guard try peek(bytes) == byte else { return false }
    at += 1
    return true
  }

  /// Whether another member follows; goes behind the comma, or behind `close`.
  @inline(__always)
  mutating func goesOn(
    until close: UInt8, _ bytes: borrowing Span<UInt8>
  ) throws(ScanFault) -> Bool {
    let byte = try peek(bytes)
    guard byte == 0x2C || byte == close else { throw Self.unexpected(bytes, at) }
    at += 1
    return byte == 0x2C
  }

  /// The name of a member; goes behind its colon.
  @inline(__always)
  mutating func name(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Field {
    let field = try text(bytes)
    guard field.kind == .text else { throw ScanFault(.malformed, Int(field.start)) }
    try expect(0x3A, bytes)
    return field
  }

  /// A text in quotes.
  @inline(__always)
  mutating func text(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Field {
    try expect(0x22, bytes)
    let start = at
    var kind = Field.Kind.text
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 0x22 {
        let field = Field(start: Int32(start), end: Int32(at), kind: kind)
        at += 1
        return field
      }
      guard byte >= 0x20, byte < 0x7F else { throw ScanFault(.notASCII, at) }
      if byte == 0x5C {
        kind = .escapedText
        try escape(bytes)
      } else {
        at += 1
      }
    }
    throw ScanFault(.truncated, at)
  }

  private mutating func escape(_ bytes: borrowing Span<UInt8>) throws(ScanFault) {
    guard at + 1 < bytes.count else { throw ScanFault(.truncated, bytes.count) }
    switch bytes[at + 1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: at += 2
    case 0x75:
      for index in at + 2..<at + 6 {
        guard index < bytes.count else { throw ScanFault(.truncated, bytes.count) }
        switch bytes[index] {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: continue
        default: throw ScanFault(.malformed, index)
        }
      }
      at += 6
    default: throw ScanFault(.malformed, at)
    }
  }

  /// Any value; a container is gone through and checked.
  mutating func value(
    _ bytes: borrowing Span<UInt8>, depth: Int = 0
  ) throws(ScanFault) -> Field {
    let first = try peek(bytes)
    let start = at
    switch first {
    case 0x22: return try text(bytes)
    case 0x2D, 0x30...0x39: return try number(bytes)
    case 0x74: return try word(0x7472_7565, 4, .truth, bytes)
    case 0x66: return try word(0x66_616C_7365, 5, .falsehood, bytes)
    case 0x6E: return try word(0x6E75_6C6C, 4, .null, bytes)
    case 0x7B, 0x5B:
      guard depth < Self.depthMax else { throw ScanFault(.tooDeep, at) }
      try container(first, bytes, depth: depth + 1)
      return Field(start: Int32(start), end: Int32(at), kind: .container)
    default: throw Self.unexpected(bytes, at)
    }
  }

  private mutating func container(
    _ open: UInt8, _ bytes: borrowing Span<UInt8>, depth: Int
  ) throws(ScanFault) {
    let close = open + 2
    at += 1
    if try take(close, bytes) { return }
    repeat {
      if open == 0x7B { _ = try name(bytes) }
      _ = try value(bytes, depth: depth)
    } while try goesOn(until: close, bytes)
  }

  private mutating func number(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Field {
    let start = at
    if bytes[at] == 0x2D { at += 1 }
    let whole = at
    digits(bytes)
    guard at > whole else { throw ScanFault(.malformedNumber, start) }
    guard at == whole + 1 || bytes[whole] != 0x30 else { throw ScanFault(.malformedNumber, start) }
    if at < bytes.count, bytes[at] == 0x2E {
      at += 1
      let fraction = at
      digits(bytes)
      guard at > fraction else { throw ScanFault(.malformedNumber, start) }
    }
    if at < bytes.count, bytes[at] | 0x20 == 0x65 {
      at += 1
      if at < bytes.count, bytes[at] == 0x2D || bytes[at] == 0x2B { at += 1 }
      let exponent = at
      digits(bytes)
      guard at > exponent else { throw ScanFault(.malformedNumber, start) }
    }
    return Field(start: Int32(start), end: Int32(at), kind: .number)
  }

  @inline(__always)
  private mutating func digits(_ bytes: borrowing Span<UInt8>) {
    while at < bytes.count, bytes[at] &- 0x30 <= 9 { at += 1 }
  }

  private mutating func word(
    _ wanted: UInt64, _ count: Int, _ kind: Field.Kind, _ bytes: borrowing Span<UInt8>
  ) throws(ScanFault) -> Field {
    let start = at
    var found: UInt64 = 0
    for index in start..<start + count {
      guard index < bytes.count else { throw ScanFault(.truncated, bytes.count) }
      found = found << 8 | UInt64(bytes[index])
    }
    guard found == wanted else { throw ScanFault(.malformed, start) }
    at += count
    return Field(start: Int32(start), end: Int32(at), kind: kind)
  }

  static func unexpected(_ bytes: borrowing Span<UInt8>, _ at: Int) -> ScanFault {
    guard at < bytes.count else { return ScanFault(.truncated, at) }
    let isText = bytes[at] >= 0x20 && bytes[at] < 0x7F
    return ScanFault(isText ? .malformed : .notASCII, at)
  }
}

extension JSONCursor.Field {
  /// The value as a whole number that is not negative.
  @inline(__always)
  func integer(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Int64 {
    guard kind == .number else {
      throw ScanFault(kind == .absent ? .missingField : .malformedNumber, Int(start))
    }
    return try Scan.integer(bytes, range)
  }

  /// The value as text.
  @inline(__always)
  func needed() throws(ScanFault) -> Range<Int> {
    guard kind == .text else {
      throw ScanFault(kind == .absent ? .missingField : .malformedNumber, Int(start))
    }
    return range
  }
}

/// Numbers of plain text.
enum Scan {
  /// A whole number that is not negative.
  @inline(__always)
  static func integer(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>
  ) throws(ScanFault) -> Int64 {
    guard !range.isEmpty else { throw ScanFault(.malformedNumber, range.lowerBound) }
    var value: Int64 = 0
    if range.count <= 18 {
      for index in range {
        let digit = bytes[index] &- 0x30
        guard digit <= 9 else { throw ScanFault(.malformedNumber, index) }
        // No overflow: 18 digits stay below 10¹⁸.
        value = value &* 10 &+ Int64(digit)
      }
      return value
    }
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit <= 9 else { throw ScanFault(.malformedNumber, index) }
      let (tens, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = tens.addingReportingOverflow(Int64(digit))
      if first || second { throw ScanFault(.numberTooLarge, range.lowerBound) }
      value = sum
    }
    return value
  }
}
