import OmniEncoding
import OmniMarketData
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("BarFileReader")
struct BarFileReaderTests {
  // MARK: Examples

  @Test func `a file in canonical form gives its bars`() throws {
    let bars = try read(head + "60,100.0,101.5,99.9,101.0,12.34567\n120,101,101,101,101,0\n")

    try #require(bars.count == 2)
    #expect(bars[0].instrument == InstrumentID(3))
    #expect(bars[0].closedAt == Timestamp(nanoseconds: 60))
    #expect(bars[0].open == Price(ticks: 1_000))
    #expect(bars[0].high == Price(ticks: 1_015))
    #expect(bars[0].low == Price(ticks: 999))
    #expect(bars[0].close == Price(ticks: 1_010))
    #expect(bars[0].volume == 123_457)
  }

  @Test func `columns stand in any order, and unknown ones are named`() throws {
    let text = "close,note,volume,low,high,open,ts_ns\n2,hello,1,1,3,2,7\n"
    var reader = try BarFileReader(
      ByteArraySource(text), instrument: InstrumentID(0), terms: terms())
    let bar = try #require(try reader.next())
    #expect((bar.open.ticks, bar.high.ticks, bar.low.ticks, bar.close.ticks) == (20, 30, 10, 20))
    #expect(reader.unknownColumns == ["note"])
  }

  @Test(arguments: [("0.00005", 0), ("0.00015", 2), ("0.00025", 2), ("0.000251", 3)])
  func `volume is rounded half to even`(text: String, volume: Int64) throws {
    #expect(try read(head + "1,1,1,1,1,\(text)\n").first?.volume == volume)
  }

  @Test func `trailing zeros are not off the tick and negative prices are prices`() throws {
    let bar = try #require(try read(head + "1,-37.6300,-10,-40.3,-37.600,1\n", tick: "0.01").first)
    #expect(bar.open == Price(ticks: -3_763))
  }

  // MARK: Refusals

  @Test func `each fault is refused by its code, line and column`() {
    for (text, code, line, column) in refusals {
      let error = failure(Array(text.utf8))
      #expect(error?.code == code, "\(text)")
      #expect(error?.line == line, "\(text)")
      #expect(error?.column == column, "\(text)")
    }
  }

  @Test func `bytes that are no text are refused by code`() {
    #expect(failure([]) != nil)
    #expect(failure([])?.code == .emptyFile)
    #expect(failure([0xFF, 0xFE] + head.utf8.flatMap { [$0, 0] })?.code == .wideText)
    #expect(failure(head.utf8.flatMap { [$0, 0] })?.code == .wideText)
    for seed in UInt64(0)..<50 {
      var random = SeededRandom(seed: seed)
      let noise = (0..<800).map { _ in UInt8.random(in: 0...255, using: &random) }
      let code = failure(noise)?.code
      #expect(
        code.map {
          [
            .nulByte, .invalidUTF8, .controlCharacter, .strayQuote, .bareCarriageReturn,
            .missingColumn, .wideText, .unterminatedQuote, .repeatedColumn,
          ].contains($0)
        } ?? false, "seed \(seed): \(String(describing: code))")
    }
  }

  @Test func `a line of two gigabytes is refused at once`() {
    let source = EndlessLine(head: Array(head.utf8), bytesLeft: 2 << 30)
    #expect(throws: BarFileError.self) {
      var reader = try BarFileReader(source, instrument: InstrumentID(0), terms: terms())
      do throws(BarFileError) { _ = try reader.next(settingAside: { _ in }) } catch {
        #expect(error.code == .lineTooLong && error.line == 2)
        throw error
      }
    }
  }

  @Test func `a source that fails keeps the fault's kind`() throws {
    for (cause, code) in [
      (ByteSourceFailure.truncated("end of input"), BarFileError.Code.damagedCompression),
      (.corrupt("wrong sum"), .damagedCompression), (.unreadable("device error"), .unreadable),
    ] {
      let source = FailingSource(head: Array((head + "1,1,1,1,1,1\n").utf8), cause: cause)
      let error = #expect(throws: BarFileError.self) {
        var reader = try BarFileReader(source, instrument: InstrumentID(0), terms: terms())
        while try reader.next(settingAside: { _ in }) != nil {}
      }
      #expect(error?.code == code)
      #expect(error?.description.contains(cause.description) == true)
    }
  }

  @Test func `an error is one line with code, place, found, wanted and remedy`() {
    let rows = (1...10).map { "\($0),100,101,99,100,1\n" }.joined()
    let error = failure(Array((head + rows + "11,46300.0,46300.05,46300,46300,1\n").utf8))
    #expect(
      error?.description
        == "error[BAR-007]: line 12, column 3 (high): 46300.05 is off the tick of 0.1; "
        + "wanted a multiple of the tick; "
        + "name the right instrument, or run `omni data import` to round and count")
  }

  @Test func `codes are unique and complete`() {
    let codes = BarFileError.Code.allCases
    #expect(Set(codes.map(\.rawValue)).count == codes.count)
    #expect(Set(codes.map(\.meaning)).count == codes.count, "each code has words of its own")
    for code in codes {
      #expect(!code.meaning.isEmpty && !code.wanted.isEmpty && !code.remedy.isEmpty)
    }
  }

  // MARK: Quarantine

  @Test func `rows that are wrong are set aside and counted, and reading goes on`() throws {
    let text =
      head + "10,1,1,1,1,1\n9,1,1,1,1,1\n20,1,1,1,x,1\n30,1,2\n40,1,1,1,\u{0},1\n"
      + "50,1,\"1\" ,1,1,1\n60,1,1,1,1,1\n"
    var aside: [QuarantinedRow] = []
    var reader = try BarFileReader(
      ByteArraySource(text, chunkBytes: 7), instrument: InstrumentID(0), terms: terms())

    var times: [Int64] = []
    while let bar = try reader.next(settingAside: { aside.append($0) }) {
      times.append(bar.closedAt.nanoseconds)
    }

    #expect(times == [10, 60])
    #expect(aside.map(\.line) == [3, 4, 5, 6, 7])
    #expect(
      aside.map(\.error.code) == [
        .timeGoesBack, .malformedNumber, .shortRow, .nulByte, .strayQuote,
      ])
    #expect(aside.first?.text == "9,1,1,1,1,1")
    #expect(aside.first?.byteOffset == UInt64(head.utf8.count + "10,1,1,1,1,1\n".utf8.count))
    #expect(reader.facts.rows == 7)
    #expect(reader.facts.bars == 2)
    #expect(reader.facts.quarantinedCount == 5)
    #expect(reader.facts.bytes == UInt64(text.utf8.count))
  }

  // MARK: Properties

  @Test func `what mutated files let through are bars in order`() throws {
    let rows = (1...20).map { "\($0 * 60),100.5,101.\($0 % 10),99,100.0,\($0).25\n" }.joined()
    let sample = Array((head + rows).utf8)
    let terms = try terms()
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let bytes = random.mutated(
        sample, inserting: ["\"", "1e400", "NaN", "-", "\r\n", "\n\n", head, "99999999999999999"])
      let source = ByteArraySource(bytes, chunkBytes: Int.random(in: 1...200, using: &random))
      var aside = 0
      var bars: [Bar] = []
      do throws(BarFileError) {
        var reader = try BarFileReader(source, instrument: InstrumentID(0), terms: terms)
        while let bar = try reader.next(settingAside: { _ in aside += 1 }) { bars.append(bar) }
      } catch {
        #expect(!error.code.isOfOneRow || error.line <= 1, "seed \(seed): \(error)")
      }
      #expect(bars.count + aside <= bytes.count, "seed \(seed)")
      for (bar, next) in zip(bars, bars.dropFirst()) {
        #expect(bar.closedAt < next.closedAt, "seed \(seed)")
      }
      for bar in bars {
        #expect(bar.low <= min(bar.open, bar.close) && max(bar.open, bar.close) <= bar.high)
        #expect(bar.volume >= 0, "seed \(seed)")
      }
    }
  }
}

// MARK: - Words for the tests

private let head = "ts_ns,open,high,low,close,volume\n"
private let row = "1,1,1,1,1,1\n"

private let refusals: [(String, BarFileError.Code, Int, Int)] = [
  ("", .emptyFile, 1, 0),
  (head, .noRows, 2, 0),
  ("Dear reader, this is a letter.\nIt has no bars.\n", .missingColumn, 1, 0),
  ("ts_ns,open,high,low,close\n1,1,1,1,1\n", .missingColumn, 1, 0),
  ("ts_ns,open,high,low,close,volume,open\n", .repeatedColumn, 1, 7),
  (head + row + "2,1,1,1\n", .shortRow, 3, 4),
  (head + "1,1,1,1,1,1,234\n", .longRow, 2, 7),
  (head + row + "\n" + row, .blankLine, 3, 0),
  (head + row + head, .repeatedHeader, 3, 0),
  (head + "1,1,0.9,0.8,0.9,1\n", .inconsistentPrices, 2, 3),
  (head + "1,1,1,1.1,1,1\n", .inconsistentPrices, 2, 3),
  (head + "1,1,2,1.1,1.2,1\n", .inconsistentPrices, 2, 4),
  (head + "2,1,1,1,1,1\n1,1,1,1,1,1\n", .timeGoesBack, 3, 1),
  (head + row + row, .duplicateTime, 3, 1),
  (head + "1,1,1.05,1,1,1\n", .offTick, 2, 3),
  (head + "1,1,1,1,1e400,1\n", .exponent, 2, 5),
  (head + "1,1e5,1,1,1,1\n", .exponent, 2, 2),
  (head + "1,NaN,1,1,1,1\n", .notANumber, 2, 2),
  (head + "1,1,-inf,1,1,1\n", .notANumber, 2, 3),
  (head + "1,1,1,1,1,null\n", .notANumber, 2, 6),
  (head + "1,1,1,,1,1\n", .missingValue, 2, 4),
  (head + ",1,1,1,1,1\n", .missingValue, 2, 1),
  (head + "1,0x10,1,1,1,1\n", .malformedNumber, 2, 2),
  (head + "1,1,1,1, 1,1\n", .malformedNumber, 2, 5),
  (head + "1,\"1,000\",1,1,1,1\n", .malformedNumber, 2, 2),
  (head + "1,-,1,1,1,1\n", .malformedNumber, 2, 2),
  (head + "1,1,99999999999999999999999,1,1,1\n", .numberTooLarge, 2, 3),
  (head + "1,1,999999999999999999,1,1,1\n", .numberTooLarge, 2, 3),
  (head + "99999999999999999999,1,1,1,1,1\n", .numberTooLarge, 2, 1),
  (head + "2022-01-01,1,1,1,1,1\n", .malformedTime, 2, 1),
  (head + "1.5,1,1,1,1,1\n", .malformedTime, 2, 1),
  (head + "1,1,1,1,1,-0.1\n", .negativeVolume, 2, 6),
  (head + row + "2,1,1\u{0},1,1,1\n", .nulByte, 3, 3),
  (head + "1,1,1,1,1,\"1\n", .unterminatedQuote, 2, 6),
  (head + "1,1,1,1\"1,1,1\n", .strayQuote, 2, 4),
  (head + "1,1,1,1,1,1\r2,1,1,1,1,1\r", .bareCarriageReturn, 2, 6),
]

private func terms(tick: String = "0.1") throws -> InstrumentTerms {
  try #require(
    InstrumentTerms(
      tick: try FixedDecimal(tick), lot: FixedDecimal(coefficient: 1, scale: 3), currency: .usdt,
      settlement: .margined, costs: .init(leverageMax: 100), volumeDecimals: 4))
}

private func read(_ text: String, tick: String = "0.1") throws -> [Bar] {
  var reader = try BarFileReader(
    ByteArraySource(text), instrument: InstrumentID(3), terms: terms(tick: tick))
  var bars: [Bar] = []
  while let bar = try reader.next() { bars.append(bar) }
  return bars
}

private func failure(_ bytes: [UInt8]) -> BarFileError? {
  #expect(throws: BarFileError.self) {
    var reader = try BarFileReader(
      ByteArraySource(bytes), instrument: InstrumentID(0), terms: terms())
    while try reader.next() != nil {}
  }
}

private struct EndlessLine: ByteSource {
  var head: [UInt8]
  var bytesLeft: Int

  mutating func read(into buffer: inout [UInt8], from start: Int) throws(ByteSourceFailure) -> Int {
    if !head.isEmpty {
      buffer.replaceSubrange(start..<start + head.count, with: head)
      defer { head = [] }
      return head.count
    }
    let count = min(buffer.count - start, bytesLeft)
    for index in start..<start + count { buffer[index] = 0x31 }
    bytesLeft -= count
    return count
  }
}

private struct FailingSource: ByteSource {
  var head: [UInt8]
  let cause: ByteSourceFailure

  mutating func read(into buffer: inout [UInt8], from start: Int) throws(ByteSourceFailure) -> Int {
    if head.isEmpty { throw cause }
    buffer.replaceSubrange(start..<start + head.count, with: head)
    defer { head = [] }
    return head.count
  }
}
