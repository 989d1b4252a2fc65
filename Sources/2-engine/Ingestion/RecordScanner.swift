import CSimdJSON
import OmniEncoding

/// Cuts a stream of JSON into records: lines, or the elements of one array.
///
/// It holds one record at a time, at most ``recordBytesMax`` bytes; of a longer one only where it
/// stands is kept.
struct RecordScanner {
  /// Where a record is.
  struct Record {
    var range: Range<Int>
    var line: UInt64
    var byteOffset: UInt64
    var isTooLong = false
  }

  static let recordBytesMax = 1 << 20
  /// How many bytes are read at a time, until a longer record needs more: they stay in the cache.
  private static let bufferBytes = 1 << 17

  /// The bytes, with room for a parser's look ahead behind them.
  private(set) var buffer: [UInt8]
  /// Whether the buffer is the source's own, which is not to be written to.
  private var isLent = false
  private var start = 0
  private var end = 0
  private var hasEnded = false
  private var bytesBefore: UInt64 = 0
  private var line: UInt64 = 1
  private let isArray: Bool
  /// The lines that a parser has indexed.
  private var indexed = 0..<0
  /// Where an array's reading stands.
  private var stage = Stage.before

  private enum Stage { case before, first, between, after }

  init(isArray: Bool) {
    self.isArray = isArray
    buffer = Self.makeBuffer(Self.bufferBytes)
  }

  private static func makeBuffer(_ count: Int) -> [UInt8] {
    var buffer = Array(repeating: UInt8(0), count: count)
    // The parser looks ahead behind a document, at memory that is there and means nothing.
    buffer.reserveCapacity(count + PayloadParser.padding)
    return buffer
  }

  /// How many bytes have been used up.
  var bytesRead: UInt64 { bytesBefore + UInt64(start) }

  mutating func next(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Record? {
    isArray ? try nextElement(&source) : try nextLine(&source)
  }

  // MARK: Lines

  /// The next line, if it is a payload of the usual form, which the parser then holds.
  ///
  /// - Returns: nil if ``next(_:)`` is to find the record, and the parser is to read it as such.
  mutating func nextUsual(_ parser: inout PayloadParser) -> Record? {
    if isArray { return nil }
    let offset = bytesRead
    let length = unsafe buffer.withUnsafeBytes { bytes -> Int? in
      if start >= indexed.upperBound {
        let count = unsafe parser.index(.init(rebasing: bytes[start..<end]))
        indexed = start..<start + count
        if count == 0 { return nil }
      }
      return unsafe parser.readLine(
        at: start - indexed.lowerBound, of: .init(rebasing: bytes[indexed]))
    }
    guard let length else { return nil }
    let record = Record(range: start..<start + length, line: line, byteOffset: offset)
    start += length + 1
    line += 1
    return record
  }

  private mutating func nextLine(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Record? {
    while true {
      let firstLine = line
      let offset = bytesRead
      var isTooLong = false
      var place = start
      while true {
        if let feed = feed(from: place) {
          isTooLong = isTooLong || feed - start > Self.recordBytesMax
          let range = isTooLong ? start..<start : start..<feed
          start = feed + 1
          line += 1
          if isTooLong || !isBlank(range) {
            return Record(
              range: trimmed(range), line: firstLine, byteOffset: offset, isTooLong: isTooLong)
          }
          break
        }
        if hasEnded {
          let range = isTooLong ? end..<end : start..<end
          start = end
          if range.isEmpty && !isTooLong || isBlank(range) && !isTooLong { return nil }
          return Record(
            range: trimmed(range), line: firstLine, byteOffset: offset, isTooLong: isTooLong)
        }
        if end - start > Self.recordBytesMax {
          isTooLong = true
          start = end
        }
        let seen = end - start
        try refill(&source)
        place = start + seen
      }
    }
  }

  private func feed(from place: Int) -> Int? {
    let count = end - place
    let found = unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return count }
      return unsafe omni_find_byte(base + place, count, 0x0A)
    }
    return found == count ? nil : place + found
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// Without the carriage return before a line feed.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    !range.isEmpty && buffer[range.upperBound - 1] == 0x0D
      ? range.lowerBound..<range.upperBound - 1 : range
  }

  // MARK: Arrays

  private mutating func nextElement(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Record? {
    if stage == .before {
      try skipBlanks(&source)
      guard start < end, buffer[start] == 0x5B else {
        throw .array(line: line, "no array, where one was wanted")
      }
      start += 1
      stage = .first
    }
    if stage == .after { return nil }
    try skipBlanks(&source)
    if stage == .between, start < end {
      switch buffer[start] {
      case 0x2C: start += 1
      case 0x5D: return try endArray(&source)
      default: throw .array(line: line, "no comma and no end of the array behind an element")
      }
      try skipBlanks(&source)
    }
    guard start < end else { throw .array(line: line, "the array does not end") }
    if stage == .first, buffer[start] == 0x5D { return try endArray(&source) }
    stage = .between
    return try element(&source)
  }

  private mutating func endArray(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Record? {
    start += 1
    stage = .after
    try skipBlanks(&source)
    guard start == end else { throw .array(line: line, "something stands behind the array") }
    return nil
  }

  /// One element: up to the comma or bracket that ends it, outside of strings and nested brackets.
  private mutating func element(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) -> Record {
    var record = Record(range: start..<start, line: line, byteOffset: bytesRead)
    var depth = 0
    var isInString = false
    var isEscaped = false
    var place = start
    while true {
      while place < end {
        let byte = buffer[place]
        if isInString {
          if isEscaped {
            isEscaped = false
          } else if byte == 0x5C {
            isEscaped = true
          } else if byte == 0x22 {
            isInString = false
          }
        } else {
          switch byte {
          case 0x22: isInString = true
          case 0x7B, 0x5B: depth += 1
          case 0x7D, 0x5D, 0x2C:
            if depth == 0 {
              record.isTooLong = record.isTooLong || place - start > Self.recordBytesMax
              record.range = record.isTooLong ? place..<place : start..<place
              start = place
              return record
            }
            if byte != 0x2C { depth -= 1 }
          default: break
          }
        }
        if byte == 0x0A { line += 1 }
        place += 1
      }
      if hasEnded { throw .array(line: line, "the array does not end") }
      if end - start > Self.recordBytesMax {
        record.isTooLong = true
        start = end
      }
      let seen = end - start
      try refill(&source)
      place = start + seen
    }
  }

  private mutating func skipBlanks(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) {
    while true {
      while start < end {
        switch buffer[start] {
        case 0x20, 0x09, 0x0D: start += 1
        case 0x0A:
          start += 1
          line += 1
        default: return
        }
      }
      if hasEnded { return }
      try refill(&source)
    }
  }

  /// Moves what is left to the front of the buffer and reads behind it.
  private mutating func refill(
    _ source: inout some ByteSource & ~Copyable
  ) throws(IngestFailure) {
    let isFirst = bytesBefore == 0 && start == 0 && end == 0
    defer { if isFirst { skipMark() } }
    if isFirst, let lent = source.lend(padding: PayloadParser.padding) {
      (buffer, end, isLent) = (lent.bytes, lent.count, true)
      return
    }
    makeRoom()
    while end < buffer.count {
      do throws(ByteSourceFailure) {
        let count = try source.read(into: &buffer, from: end)
        if count == 0 {
          hasEnded = true
          break
        }
        end += count
      } catch {
        throw .source(error.description)
      }
    }
  }

  /// Moves what is left to the front, and sees to it that there is room behind it.
  private mutating func makeRoom() {
    if isLent || start > 0 {
      let rest = start..<end
      if isLent {
        var own = Self.makeBuffer(max(Self.bufferBytes, 2 * rest.count))
        own.replaceSubrange(..<rest.count, with: buffer[rest])
        (buffer, isLent) = (own, false)
      } else {
        unsafe buffer.withUnsafeMutableBytes { bytes in
          unsafe bytes.copyMemory(from: .init(rebasing: bytes[rest]))
        }
      }
      bytesBefore += UInt64(rest.lowerBound)
      indexed = 0..<0
      start = 0
      end = rest.count
    }
    if end == buffer.count {
      // A record fills the buffer; whoever asks stops before it has two of the longest in it.
      var larger = Self.makeBuffer(2 * buffer.count)
      larger.replaceSubrange(..<end, with: buffer)
      buffer = larger
    }
  }

  /// A mark of byte order at the very beginning says nothing.
  private mutating func skipMark() {
    if buffer[..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }
}
