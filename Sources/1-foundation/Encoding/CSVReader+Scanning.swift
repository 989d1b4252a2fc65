extension CSVReader {
  /// Looks for the next record in the bytes at hand.
  @usableFromInline
  mutating func step() throws(CSVError) -> Step {
    if !hasBegun {
      if end - start < 4 && !sourceHasEnded { return .needsBytes }
      try begin()
    }
    recordStart = start
    recordEnd = start
    fieldCount = 0
    line = nextLine
    if start == end { return sourceHasEnded ? .end : .needsBytes }
    let limit = min(end, start + limits.lineBytesMax)
    var cursor = Cursor(index: start, fieldStart: start, limit: limit)
    do throws(CSVError) {
      return try scan(&cursor)
    } catch {
      recordEnd = buffer[start..<end].firstIndex(of: 0x0A) ?? end
      throw error
    }
  }

  /// Skips the mark of UTF-8, and refuses those of other encodings.
  private mutating func begin() throws(CSVError) {
    hasBegun = true
    let head = buffer[start..<min(end, start + 4)]
    if head.isEmpty { throw CSVError(.empty, line: 1) }
    if head.starts(with: [0xEF, 0xBB, 0xBF]) {
      start += 3
    } else if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw CSVError(.wideText, line: 1, column: 1, detail: "it begins with a byte order mark")
    } else if head.count == 4 {
      let zeros = head.map { $0 == 0 ? 1 : 0 }
      if zeros == [0, 1, 0, 1] || zeros == [1, 0, 1, 0] || zeros == [1, 1, 1, 0] {
        throw CSVError(.wideText, line: 1, column: 1, detail: "every other byte is zero")
      }
    }
  }

  /// How far a scan has come.
  struct Cursor {
    var index: Int
    var fieldStart: Int
    let limit: Int
    /// Line feeds inside quoted fields.
    var linesInside = 0
  }

  /// What a byte that is not plain text did to the scan.
  private enum Turn { case goOn, record, needsBytes }

  private mutating func scan(_ cursor: inout Cursor) throws(CSVError) -> Step {
    while true {
      cursor.index = Self.firstSpecial(buffer.span, from: cursor.index, to: cursor.limit)
      guard cursor.index < cursor.limit else { break }
      switch try takeSpecial(buffer[cursor.index], &cursor) {
      case .goOn: continue
      case .record: return .record
      case .needsBytes: return try outOfBytes(cursor)
      }
    }
    if sourceHasEnded && cursor.limit == end {
      try endField(&cursor)
      endRecord(at: end, next: end, cursor)
      return .record
    }
    return try outOfBytes(cursor)
  }

  /// The first byte from `index` on that is none of letters, digits, point, minus and the like.
  private static func firstSpecial(_ bytes: Span<UInt8>, from index: Int, to limit: Int) -> Int {
    var index = index
    // All of 0x2D to 0x7E are plain; what has a meaning, and a few that have none, lie outside.
    while index < limit, bytes[index] &- 0x2D < 0x52 { index += 1 }
    return index
  }

  private mutating func takeSpecial(
    _ byte: UInt8, _ cursor: inout Cursor
  ) throws(CSVError) -> Turn {
    switch byte {
    case 0x2C:
      try endField(&cursor)
      cursor.index += 1
      cursor.fieldStart = cursor.index
    case 0x0A:
      try endField(&cursor)
      endRecord(at: cursor.index, next: cursor.index + 1, cursor)
      return .record
    case 0x0D:
      guard cursor.index + 1 < cursor.limit else {
        if sourceHasEnded && cursor.limit == end { throw fault(.bareCarriageReturn, cursor) }
        return .needsBytes
      }
      guard buffer[cursor.index + 1] == 0x0A else { throw fault(.bareCarriageReturn, cursor) }
      try endField(&cursor)
      endRecord(at: cursor.index, next: cursor.index + 2, cursor)
      return .record
    case 0x22:
      guard cursor.index == cursor.fieldStart else { throw fault(.strayQuote, cursor) }
      return try takeQuoted(&cursor)
    default:
      return try takeText(byte, &cursor)
    }
    return .goOn
  }

  /// Takes one character of text, or says that its bytes are not all there.
  private func takeText(_ byte: UInt8, _ cursor: inout Cursor) throws(CSVError) -> Turn {
    switch byte {
    case 0x20...0x7E, 0x09: cursor.index += 1
    case 0: throw fault(.nulByte, cursor)
    case 0x80...:
      switch Self.lengthOfUTF8(buffer[cursor.index..<min(cursor.index + 4, end)]) {
      case nil: throw fault(.invalidUTF8, cursor, detail: Self.hexadecimal(byte))
      case 0:
        if sourceHasEnded { throw fault(.invalidUTF8, cursor, detail: Self.hexadecimal(byte)) }
        return .needsBytes
      case let length?: cursor.index += length
      }
    default: throw fault(.controlCharacter, cursor, detail: Self.hexadecimal(byte))
    }
    return .goOn
  }

  private mutating func takeQuoted(_ cursor: inout Cursor) throws(CSVError) -> Turn {
    let opening = cursor
    var hasDoubledQuotes = false
    cursor.index += 1
    while cursor.index < cursor.limit {
      let byte = buffer[cursor.index]
      guard byte == 0x22 else {
        if byte == 0x0A || byte == 0x0D {
          if byte == 0x0A { cursor.linesInside += 1 }
          cursor.index += 1
        } else if try takeText(byte, &cursor) == .needsBytes {
          return .needsBytes
        }
        continue
      }
      if cursor.index + 1 < end, buffer[cursor.index + 1] == 0x22 {
        hasDoubledQuotes = true
        cursor.index += 2
        continue
      }
      guard cursor.index + 1 < end || sourceHasEnded else { return .needsBytes }
      let closing = cursor.index
      cursor.index += 1
      if cursor.index < end, ![0x2C, 0x0A, 0x0D].contains(buffer[cursor.index]) {
        throw fault(.strayQuote, cursor)
      }
      try put(
        Field(
          start: Int32(opening.index + 1), end: Int32(closing),
          hasDoubledQuotes: hasDoubledQuotes), cursor)
      cursor.fieldStart = -1
      return .goOn
    }
    if cursor.limit < end || sourceHasEnded { throw fault(.unterminatedQuote, opening) }
    return .needsBytes
  }

  /// The bytes at hand hold no whole record: more are wanted, unless there are too many already.
  private func outOfBytes(_ cursor: Cursor) throws(CSVError) -> Step {
    guard end - start < limits.lineBytesMax else {
      throw CSVError(
        .lineTooLong, line: line, column: fieldCount + 1,
        detail: "more than \(limits.lineBytesMax) bytes")
    }
    return .needsBytes
  }

  /// Ends a plain field at the cursor; a quoted one has been put already.
  private mutating func endField(_ cursor: inout Cursor) throws(CSVError) {
    guard cursor.fieldStart >= 0 else { return }
    try put(
      Field(
        start: Int32(cursor.fieldStart), end: Int32(cursor.index), hasDoubledQuotes: false), cursor)
  }

  private mutating func put(_ field: Field, _ cursor: Cursor) throws(CSVError) {
    guard fieldCount < limits.columnsMax else {
      throw fault(.tooManyColumns, cursor, detail: "more than \(limits.columnsMax)")
    }
    fields[fieldCount] = field
    fieldCount += 1
  }

  private mutating func endRecord(at recordEnd: Int, next: Int, _ cursor: Cursor) {
    self.recordEnd = recordEnd
    start = next
    nextLine = line + cursor.linesInside + 1
  }

  private func fault(_ code: CSVError.Code, _ cursor: Cursor, detail: String = "") -> CSVError {
    CSVError(code, line: line + cursor.linesInside, column: fieldCount + 1, detail: detail)
  }

  /// How many bytes the first character has, 0 when the slice ends inside it, nil when it is none.
  ///
  /// The well-formed sequences of The Unicode Standard, table 3-7.
  static func lengthOfUTF8(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return 0 }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    for (offset, byte) in bytes.dropFirst().prefix(length - 1).enumerated() {
      guard (offset == 0 ? second : 0x80...0xBF).contains(byte) else { return nil }
    }
    return bytes.count < length ? 0 : length
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
