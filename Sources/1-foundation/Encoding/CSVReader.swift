/// Reads comma-separated text record by record, from a source that gives it piece by piece.
///
/// RFC 4180: fields apart by commas, lines by LF or CRLF, quotes around a field that holds either,
/// doubled inside. A byte order mark of UTF-8 at the beginning is skipped. Everything else that is
/// not clean UTF-8 text is refused with its place.
///
/// The reader has one buffer and never grows. A record is a list of ranges in that buffer: fields
/// become numbers or text only when they are asked for, so a record costs no allocation. The type
/// is not generic, so that its loops are compiled once, at full speed, in this module.
///
/// - Invariant: at most `Limits.lineBytesMax` bytes of one record are looked at.
/// - Complexity: each byte is scanned once, and a second time only when its record crosses the
///   end of the buffer.
public struct CSVReader: Sendable {
  /// What a file may at most contain.
  public struct Limits: Sendable, Equatable {
    /// The bytes of one record, its line end included.
    public var lineBytesMax: Int
    /// The fields of one record.
    public var columnsMax: Int

    /// Creates limits; by default 64 KiB a record and 256 fields.
    ///
    /// - Precondition: both are at least 1, and at most 16 MiB and 65,536.
    public init(lineBytesMax: Int = 65_536, columnsMax: Int = 256) {
      precondition((1...16_777_216).contains(lineBytesMax), "a line of 1 byte to 16 MiB")
      precondition((1...65_536).contains(columnsMax), "1 to 65,536 columns")
      self.lineBytesMax = lineBytesMax
      self.columnsMax = columnsMax
    }
  }

  /// Where a field is in the buffer, and whether doubled quotes are to be undone.
  struct Field: Sendable {
    var start: Int32
    var end: Int32
    var hasDoubledQuotes: Bool
  }

  /// What one look at the buffer found.
  @usableFromInline
  enum Step { case record, needsBytes, end }

  /// The limits.
  public let limits: Limits
  var buffer: [UInt8]
  var fields: [Field]
  /// The first byte that no record has used yet, and the end of the bytes that were read.
  var start = 0
  var end = 0
  /// The end of the present record, line end excluded.
  var recordStart = 0
  var recordEnd = 0
  /// Bytes that left the buffer before its first byte.
  var bytesBefore: UInt64 = 0
  var sourceHasEnded = false
  var hasBegun = false
  var nextLine = 1

  /// The line on which the present record begins, from 1.
  public internal(set) var line = 0
  /// How many fields the present record has.
  public internal(set) var fieldCount = 0

  /// Creates a reader at the beginning of a text.
  public init(limits: Limits = Limits()) {
    self.limits = limits
    buffer = Array(repeating: 0, count: max(262_144, limits.lineBytesMax * 2 + 8))
    fields = Array(
      repeating: Field(start: 0, end: 0, hasDoubledQuotes: false), count: limits.columnsMax)
  }

  /// Goes to the next record, and returns false at the end of the text.
  ///
  /// After an error the reader stands where it stood; ``skipLine(from:)`` leads past the fault.
  @inlinable
  public mutating func next(
    from source: inout some ByteSource & ~Copyable
  ) throws(CSVError) -> Bool {
    while true {
      switch try step() {
      case .record: return true
      case .end: return false
      case .needsBytes: try refill(from: &source)
      }
    }
  }

  /// Leaves the line that ``next(from:)`` could not read, and goes behind its line feed.
  public mutating func skipLine(
    from source: inout some ByteSource & ~Copyable
  ) throws(CSVError) {
    while true {
      if let feed = buffer[start..<end].firstIndex(of: 0x0A) {
        start = feed + 1
        nextLine += 1
        return
      }
      start = end
      if sourceHasEnded { return }
      try refill(from: &source)
    }
  }

  /// Moves what is left to the front of the buffer and fills the rest from `source`.
  @usableFromInline
  mutating func refill(from source: inout some ByteSource & ~Copyable) throws(CSVError) {
    if start > 0 {
      unsafe buffer.withUnsafeMutableBytes { bytes in
        let left = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        unsafe bytes.copyMemory(from: left)
      }
      bytesBefore += UInt64(start)
      end -= start
      start = 0
    }
    while end < buffer.count {
      do throws(ByteSourceFailure) {
        let count = try source.read(into: &buffer, from: end)
        precondition(count >= 0 && count <= buffer.count - end, "a source stays in its bounds")
        if count == 0 {
          sourceHasEnded = true
          return
        }
        end += count
      } catch {
        throw CSVError(.source, line: nextLine, detail: error.description, cause: error)
      }
    }
  }

  // MARK: The present record

  /// How many bytes stand before the present record.
  public var byteOffset: UInt64 { bytesBefore + UInt64(recordStart) }

  /// How many bytes have been used up.
  public var bytesRead: UInt64 { bytesBefore + UInt64(start) }

  /// Whether the present record is an empty line.
  public var isBlank: Bool { fieldCount == 1 && recordStart == recordEnd }

  /// The record as it stands in the text; after an error, the line with the fault.
  ///
  /// Bytes that are no UTF-8 show as replacement characters, and at most 1,024 bytes are given.
  public var recordText: String {
    String(
      decoding: buffer[recordStart..<min(recordEnd, recordStart + 1_024)], as: UTF8.self)
  }

  /// Whether field `index` has no characters.
  public func isEmpty(_ index: Int) -> Bool { fields[index].start == fields[index].end }

  /// The text of field `index`, quotes undone.
  ///
  /// - Precondition: `index` is below ``fieldCount``.
  public func text(_ index: Int) -> String {
    precondition(index < fieldCount, "a field of the record")
    let field = fields[index]
    let bytes = buffer[Int(field.start)..<Int(field.end)]
    guard field.hasDoubledQuotes else { return String(decoding: bytes, as: UTF8.self) }
    var plain: [UInt8] = []
    var quoteIsOpen = false
    for byte in bytes {
      if byte == 0x22 {
        quoteIsOpen.toggle()
        if !quoteIsOpen { continue }
      }
      plain.append(byte)
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// Whether the bytes of field `index` are exactly those of `text`.
  public func field(_ index: Int, equals text: String) -> Bool {
    let field = fields[index]
    return buffer[Int(field.start)..<Int(field.end)].elementsEqual(text.utf8)
  }

  /// The bytes of field `index`, for decoders of dates.
  ///
  /// - Precondition: `index` is below ``fieldCount``.
  public func bytes(_ index: Int) -> ArraySlice<UInt8> {
    precondition(index < fieldCount, "a field of the record")
    return buffer[Int(fields[index].start)..<Int(fields[index].end)]
  }
}
