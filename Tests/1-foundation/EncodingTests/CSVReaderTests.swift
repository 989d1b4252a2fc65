import OmniEncoding
import OmniMoney
import OmniTestKit
import Testing

@Suite("CSVReader")
struct CSVReaderTests {
  // MARK: Examples

  @Test func `fields come apart at commas and lines at LF or CRLF`() throws {
    #expect(try records("a,b\r\n1,2\n,\n") == [["a", "b"], ["1", "2"], ["", ""]])
  }

  @Test func `a last line without a line end is a record`() throws {
    #expect(try records("a\nb") == [["a"], ["b"]])
  }

  @Test func `quotes hold commas, line ends and doubled quotes`() throws {
    let text = "\"a,b\",\"say \"\"yes\"\"\",\"two\nlines\"\nnext,,\"\"\n"
    #expect(try records(text) == [["a,b", "say \"yes\"", "two\nlines"], ["next", "", ""]])
  }

  @Test func `the mark of UTF-8 is skipped and letters of all scripts pass`() throws {
    #expect(try records("\u{FEFF}Größe,価格,🟢\n") == [["Größe", "価格", "🟢"]])
  }

  @Test func `lines are counted through quoted line ends`() throws {
    var source = ByteArraySource("a\n\"x\n\ny\"\nb\n")
    var reader = CSVReader()
    var lines: [Int] = []
    while try reader.next(from: &source) { lines.append(reader.line) }
    #expect(lines == [1, 2, 5])
  }

  @Test func `byte offsets lead to the records`() throws {
    let text = "one,1\ntwo,2\r\nthree,3\n"
    var source = ByteArraySource(text, chunkBytes: 5)
    var reader = CSVReader()
    var offsets: [UInt64] = []
    while try reader.next(from: &source) { offsets.append(reader.byteOffset) }
    #expect(offsets == [0, 6, 13])
  }

  @Test func `a header finds columns, with or without regard to case`() throws {
    let header = CSVHeader(names: ["Date", "Open", "open"])
    #expect(header.index(of: "open") == 2)
    #expect(header.index(of: "open", ignoringCase: true) == 1)
    #expect(header.index(of: "close") == nil)
    #expect(header.repeatedName == nil)
    #expect(CSVHeader(names: ["a", "b", "a"]).repeatedName == "a")
  }

  // MARK: Refusals

  @Test(arguments: [
    ([UInt8](), CSVError.Code.empty, 1, 0),
    ([0xFF, 0xFE, 0x61, 0x00], .wideText, 1, 1),
    ([0xFE, 0xFF, 0x00, 0x61], .wideText, 1, 1),
    ([0x61, 0x00, 0x2C, 0x00], .wideText, 1, 1),
    (Array("a,b\n1,2\u{0}\n".utf8), .nulByte, 2, 2),
    (Array("a\n".utf8) + [0x31, 0xC3, 0x28], .invalidUTF8, 2, 1),
    ([0x61, 0x0A, 0xED, 0xA0, 0x80, 0x0A], .invalidUTF8, 2, 1),
    ([0x61, 0x61, 0x61, 0xE2, 0x82], .invalidUTF8, 1, 1),
    (Array("a\u{1B}[0m\n".utf8), .controlCharacter, 1, 1),
    (Array("a,b\n1,\"2\n3,4\n".utf8), .unterminatedQuote, 2, 2),
    (Array("a,b\n1,2\"3\"\n".utf8), .strayQuote, 2, 2),
    (Array("\"a\"b\n".utf8), .strayQuote, 1, 1),
    (Array("a\rb\n".utf8), .bareCarriageReturn, 1, 1),
  ])
  func `what is not clean text is refused with its place`(
    bytes: [UInt8], code: CSVError.Code, line: Int, column: Int
  ) {
    let error = failure(bytes)
    #expect(error?.code == code)
    #expect(error?.line == line)
    #expect(error?.column == column)
  }

  @Test func `a line over the limit is refused before it is held`() {
    var source = EndlessLine(bytesLeft: 2 << 30)
    var reader = CSVReader()
    #expect(throws: CSVError(.lineTooLong, line: 1, column: 1, detail: "more than 65536 bytes")) {
      try reader.next(from: &source)
    }
    #expect(source.bytesLeft > (2 << 30) - 1_000_000)
  }

  @Test func `the limits themselves are allowed, one more is not`() throws {
    let limits = CSVReader.Limits(lineBytesMax: 8, columnsMax: 3)
    #expect(try records("1234567\n12345678", limits) == [["1234567"], ["12345678"]])
    #expect(failure(Array("12345678\n".utf8), limits)?.code == .lineTooLong)
    #expect(try records("a,b,c\n", limits).count == 1)
    #expect(failure(Array("a,b,c,d\n".utf8), limits)?.code == .tooManyColumns)
  }

  @Test func `after a faulty line the reader goes on behind it`() throws {
    var source = ByteArraySource("a\nb\u{0}b\nc\n", chunkBytes: 1)
    var reader = CSVReader()
    #expect(try reader.next(from: &source))
    #expect(throws: CSVError.self) { try reader.next(from: &source) }
    #expect(reader.recordText == "b\u{0}b")
    try reader.skipLine(from: &source)
    #expect(try reader.next(from: &source))
    #expect(reader.text(0) == "c")
    #expect(reader.line == 3)
  }

  @Test func `codes are unique and every code says what it wants`() {
    #expect(Set(CSVError.Code.allCases.map(\.rawValue)).count == CSVError.Code.allCases.count)
    for code in CSVError.Code.allCases { #expect(!code.meaning.isEmpty && !code.wanted.isEmpty) }
    #expect(
      CSVError(.nulByte, line: 3, column: 2).description
        == "error[CSV-003]: line 3, column 2: a NUL byte; wanted UTF-8 text")
  }

  // MARK: Numbers

  @Test func `numbers are read exactly or refused`() throws {
    let reader = try record("-0.09946999000000001,12,x,,9223372036854775808,-9223372036854775808")
    #expect(
      try reader.decimal(0)
        == FixedDecimal(coefficient: -9_946_999_000_000_001, scale: 17))
    #expect(try reader.integer(1) == 12)
    #expect(throws: FixedDecimal.Failure.unexpected(byte: 0x78, offset: 0)) {
      try reader.decimal(2)
    }
    #expect(throws: FixedDecimal.Failure.empty) { try reader.integer(3) }
    #expect(throws: FixedDecimal.Failure.tooLong) { try reader.integer(4) }
    #expect(try reader.integer(5) == .min)
  }

  @Test func `the quick way to read a decimal agrees with the careful one`() throws {
    let alphabet = Array("0123456789.-+eE ".utf8)
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      let length = Int.random(in: 1...22, using: &random)
      let letters = seed % 2 == 0 ? 11 : alphabet.count
      let bytes = (0..<length).map { _ in alphabet[Int.random(in: 0..<letters, using: &random)] }
      let text = String(decoding: bytes, as: UTF8.self)
      let reader = try record(text + ",")
      let quick = Result { () throws(FixedDecimal.Failure) in try reader.decimal(0) }
      let careful = Result { () throws(FixedDecimal.Failure) in try FixedDecimal.parse(bytes) }
      #expect(quick == careful, "seed \(seed): \(text)")
    }
  }

  // MARK: Properties

  @Test func `any table comes back, whatever the size of the pieces`() throws {
    let pieces = ["", "a", "12.5", ",", "\"", "\n", "\r\n", "é", "\u{1F7E2}", " b "]
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed)
      let width = Int.random(in: 2...5, using: &random)
      let table = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        (0..<width).map { _ in
          (0..<Int.random(in: 0...3, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
      }
      let text = table.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
      let chunk = Int.random(in: 1...9, using: &random)
      #expect(try records(text, chunkBytes: chunk) == table, "seed \(seed)")
    }
  }

  @Test func `no bytes make the reader trap, hang or grow`() {
    let sample = Array("\u{FEFF}ts,\"na\"\"me\",x\r\n1,\"two\nlines\",3.5\nß,,\"\"\n".utf8)
    let limits = CSVReader.Limits(lineBytesMax: 64, columnsMax: 5)
    for seed in UInt64(0)..<600 {
      var random = SeededRandom(seed: seed)
      let bytes = random.mutated(sample, inserting: ["\"", "\r", "\u{0}", "\u{FEFF}", ",,,,,,"])
      var source = ByteArraySource(bytes, chunkBytes: Int.random(in: 1...50, using: &random))
      var reader = CSVReader(limits: limits)
      var steps = 0
      while steps <= bytes.count {
        steps += 1
        do throws(CSVError) {
          guard try reader.next(from: &source) else { break }
          #expect(reader.fieldCount <= 5, "seed \(seed)")
          for field in 0..<reader.fieldCount { _ = reader.text(field) }
        } catch {
          do throws(CSVError) { try reader.skipLine(from: &source) } catch { break }
        }
      }
      #expect(steps <= bytes.count + 1, "seed \(seed): more steps than bytes")
      #expect(reader.bytesRead <= UInt64(bytes.count), "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

private func records(
  _ text: String, _ limits: CSVReader.Limits = .init(), chunkBytes: Int = .max
) throws -> [[String]] {
  var source = ByteArraySource(text, chunkBytes: chunkBytes)
  var reader = CSVReader(limits: limits)
  var records: [[String]] = []
  while try reader.next(from: &source) {
    records.append((0..<reader.fieldCount).map { reader.text($0) })
  }
  return records
}

private func failure(_ bytes: [UInt8], _ limits: CSVReader.Limits = .init()) -> CSVError? {
  var source = ByteArraySource(bytes)
  var reader = CSVReader(limits: limits)
  do throws(CSVError) {
    while try reader.next(from: &source) {}
    return nil
  } catch {
    return error
  }
}

private func record(_ line: String) throws -> CSVReader {
  var source = ByteArraySource(line + "\n")
  var reader = CSVReader()
  try #require(try reader.next(from: &source))
  return reader
}

private func quoted(_ field: String) -> String {
  let needsQuotes = field.contains { ",\"\n\r\r\n".contains($0) }
  return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
}

/// One line of the letter x that has no end for a long time.
private struct EndlessLine: ByteSource {
  var bytesLeft: Int

  mutating func read(into buffer: inout [UInt8], from start: Int) throws(ByteSourceFailure) -> Int {
    let count = min(buffer.count - start, bytesLeft)
    for index in start..<start + count { buffer[index] = 0x78 }
    bytesLeft -= count
    return count
  }
}
