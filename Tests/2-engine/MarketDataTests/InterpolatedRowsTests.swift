import OmniEncoding
import OmniMarketData
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("BarFileReader: interpolated rows")
struct InterpolatedRowsTests {
  // MARK: What is taken

  @Test func `a gap filled with straight lines is taken, rounded and counted`() throws {
    let outcome = try read(gap)

    #expect(outcome.refused.isEmpty)
    #expect(outcome.bars.map(\.open.ticks) == [463_000, 463_002, 463_005, 463_008, 463_010])
    #expect(outcome.bars.map(\.high.ticks) == [463_100, 463_101, 463_102, 463_104, 463_105])
    #expect(outcome.bars.map(\.low.ticks) == [462_900, 462_900, 462_899, 462_898, 462_898])
    #expect(outcome.bars.map(\.close.ticks) == Array(repeating: 463_050, count: 5))
    #expect(outcome.facts.interpolated.count == 3)
    #expect(outcome.facts.interpolated.firstLines == [3, 4, 5])
    #expect(outcome.facts.rows == 5 && outcome.facts.bars == 5)
    #expect(Int(outcome.facts.bytes) == text(gap).utf8.count)
  }

  @Test func `a file may end inside a gap, if the line goes on as it began`() throws {
    for count in 3...4 {
      let outcome = try read(Array(gap.prefix(count)))
      #expect(outcome.refused.isEmpty && outcome.facts.interpolated.count == count - 1)
    }
    let alone = try read(Array(gap.prefix(2)))
    #expect(alone.refused.map(\.line) == [3], "nothing says where the line was going")
  }

  @Test func `of many lines the first are kept`() throws {
    let outcome = try read((0...100).map { flat(thousandths(1_000 + 50 * $0), $0) })
    #expect(outcome.refused.isEmpty)
    #expect(outcome.facts.interpolated.count == 50)
    #expect(outcome.facts.interpolated.firstLines == (1...16).map { $0 * 2 + 1 })
  }

  // MARK: What is refused

  @Test(arguments: ["46319.05", "46300.123", "46319.025", "46319.0000000000001", "-0.05"])
  func `a price between two ticks is refused at its line and column`(price: String) throws {
    for index in [0, 1, 3, 7, 8] {
      for column in 1...4 {
        var rows = (0..<9).map { flat("46319.0", $0) }
        rows[index][column] = price

        let outcome = try read(rows)

        let row = try #require(outcome.refused.first)
        let names = ["", "open", "high", "low", "close"]
        #expect(outcome.refused.count == 1 && outcome.bars.count == 8)
        #expect(
          row.error
            == BarFileError(
              .offTick,
              place: .init(line: index + 2, column: column + 1, columnName: names[column]),
              found: "\(price) is off the tick of 0.1"))
        #expect(row.line == index + 2 && row.text == rows[index].joined(separator: ","))
        let before = text(Array(rows.prefix(index)))
        #expect(row.byteOffset == UInt64(before.utf8.count))
        #expect(strictFailure(rows) == row.error)
      }
    }
  }

  @Test func `a price off the tick beside a gap or in it is refused`() throws {
    for (index, column, line) in [
      (0, 1, 2), (0, 4, 2), (1, 1, 3), (1, 4, 3), (2, 4, 4), (3, 1, 5), (4, 4, 6),
      // A row of the gap leans on the one behind it, so it is the first that cannot be shown right.
      (2, 1, 3), (3, 2, 4), (4, 1, 5),
    ] {
      var rows = gap + (6..<9).map { flat("1", $0) }
      rows[index][column] += "03"
      let error = strictFailure(rows)
      #expect(error?.code == .offTick, "row \(index), column \(column)")
      #expect(error?.line == line, "row \(index), column \(column)")
      #expect(error?.column == column + 1, "row \(index), column \(column)")
    }
  }

  @Test func `one price on the line does not excuse another`() throws {
    let rows = [flat("1.0", 1), ["2", "1.05", "1.2", "1", "1.15", "1"], flat("1.1", 3)]
    let error = try #require(strictFailure(rows))
    #expect(error.line == 3 && error.column == 5 && error.found.hasPrefix("1.15 is off"))
  }

  @Test func `a flat price off the tick is no line`() throws {
    let rows = (0..<5).map { flat($0 == 0 ? "100.0" : "100.05", $0) }
    #expect(try read(rows).refused.map(\.line) == [3, 4, 5, 6])
    #expect(try read(Array(rows.dropFirst())).refused.map(\.line) == [2, 3, 4, 5])
  }

  @Test func `a line needs a row on the tick to begin with`() throws {
    let ramp = (0..<100).map { flat("\(100 + $0).25", $0) }
    #expect(try read(ramp).bars.isEmpty)
    #expect(strictFailure(ramp)?.line == 2)
    let anchored = [flat("99.0", -1)] + ramp
    #expect(try read(anchored).bars.count == 1)
  }

  @Test func `a line does not lean on a row that was refused, nor reach across it`() throws {
    for wrong in [["2", "1"], flat("x", 2), ["2", "1.0", "0.9", "1.0", "1.0", "1"], flat("1", 0)] {
      let outcome = try read([flat("1.0", 1), wrong, flat("1.05", 3), flat("1.1", 4)])
      #expect(outcome.refused.map(\.line) == [3, 4] && outcome.bars.count == 2)
    }
    var rows = gap
    rows[2][5] = "x"
    #expect(try read(rows).refused.map(\.line) == [4, 5], "in a gap, too")
  }

  @Test func `a line that does not meet the tick within the limit is refused whole`() throws {
    // Steps of 0.002 meet the tick after 50 rows, and steps of 0.001 after 100.
    let near = try read((0...50).map { flat(thousandths(100_000 + 2 * $0), $0) })
    #expect(near.refused.isEmpty && near.facts.interpolated.count == 49)
    let far = try read((0...100).map { flat(thousandths(100_000 + $0), $0) })
    #expect(far.bars.map(\.closedAt.nanoseconds) == [0, 100])
  }

  @Test func `at most sixty rows off the tick follow each other`() throws {
    // Open and low are on the tick in turn, so that the line of neither is long.
    let rows = (0..<70).map { index in
      let open = thousandths(1_000_000 + 50 * index)
      let low = thousandths(900_000 + 50 * max(index - 1, 0))
      return ["\(index)", open, "2000", low, "1500", "1"]
    }
    let outcome = try read(rows)
    #expect(outcome.facts.interpolated.count == 60)
    #expect(outcome.refused.map(\.line) == Array(63...71), "lines 3 to 62 are sixty")
  }

  @Test func `a row on its lines must agree with itself, and keeps its other faults`() throws {
    for (row, code, column) in [
      (["2", "1.05", "1.0", "1.0", "1.0", "1"], BarFileError.Code.inconsistentPrices, 3),
      (["2", "1.05", "1.2", "1.1", "1.2", "1"], .inconsistentPrices, 4),
      (["2", "1.05", "1.2", "1.0", "1.1", "-1"], .negativeVolume, 6),
      (["2", "1.05", "1.2", "1.0", "1.1", ""], .missingValue, 6),
      (["0", "1.05", "1.2", "1.0", "1.1", "1"], .timeGoesBack, 1),
      (["1", "1.05", "1.2", "1.0", "1.1", "1"], .duplicateTime, 1),
      (["2", "1.05", "x", "1.0", "1.1", "1"], .offTick, 2),
    ] {
      let rows = [flat("1.0", 1), row, flat("1.1", 3)]
      let refused = try read(rows).refused
      #expect(refused.map(\.error.code) == [code] && refused.map(\.error.column) == [column])
      #expect(refused.map(\.line) == [3] && refused.map(\.text) == [row.joined(separator: ",")])
      #expect(strictFailure(rows)?.code == code)
    }
  }

  @Test func `a time that does not rise inside a gap keeps its code`() throws {
    for (time, code) in [("2", BarFileError.Code.duplicateTime), ("1", .timeGoesBack)] {
      var rows = gap
      rows[2][0] = time
      let error = strictFailure(rows)
      #expect(error?.code == code && error?.line == 4 && error?.column == 1)
    }
    var twice = gap
    twice.insert(gap[1], at: 2)
    #expect(strictFailure(twice)?.code == .duplicateTime)
    let outcome = try read(twice)
    #expect(outcome.refused.map(\.line) == [4])
    #expect(outcome.facts.interpolated.firstLines == [3, 5, 6])
  }

  // MARK: Quarantine

  @Test func `the row behind one that is set aside is judged by itself`() throws {
    let good = flat("1.0", 1)
    let bad = flat("1.05", 2)
    for (behind, code) in [
      (flat("1.0", 3), nil as BarFileError.Code?), (["3", "1", "1"], .shortRow),
      (["3", "1", "1", "1\u{0}", "1", "1"], .nulByte),
      (["3", "1", "1", "x", "1", "1"], .malformedNumber),
      (["3", "1", "0.9", "0.8", "0.9", "1"], .inconsistentPrices), ([""], .blankLine),
      (flat("1.25", 3), .offTick),
    ] {
      let outcome = try read([good, bad, behind, flat("1.0", 4)])
      #expect(outcome.refused.map(\.line) == (code == nil ? [3] : [3, 4]))
      #expect(outcome.refused.map(\.error.code) == [.offTick] + (code.map { [$0] } ?? []))
      #expect(
        outcome.refused.map(\.text)
          == [bad, behind].prefix(outcome.refused.count).map { $0.joined(separator: ",") })
      #expect(outcome.facts.rows == 4 && outcome.facts.bars == 4 - outcome.refused.count)
      #expect(outcome.facts.quarantinedCount == outcome.refused.count)
    }
  }

  @Test func `a row that is set aside does not move the clock`() throws {
    // Any time of the bad row leaves the good rows behind it as they are.
    for time in ["120", "121", "180", "9000000000000000000"] {
      var bad = flat("1.05", 0)
      bad[0] = time
      let outcome = try read([flat("1.0", 60), bad, flat("1.0", 120), flat("1.2", 180)])
      #expect(outcome.bars.map(\.closedAt.nanoseconds) == [60, 120, 180], "\(time)")
      #expect(outcome.refused.map(\.line) == [3] && outcome.refused.map(\.error.code) == [.offTick])
      #expect(outcome.facts.quarantinedCount == 1 && outcome.facts.interpolated.count == 0)
    }
  }

  @Test func `a row on the tick goes before an interpolated one of its time`() throws {
    let outcome = try read([flat("1.0", 60), flat("1.05", 120), flat("1.1", 120)])
    #expect(outcome.bars.map(\.open.ticks) == [10, 11])
    #expect(outcome.refused.map(\.line) == [3] && outcome.refused.map(\.error.code) == [.offTick])
  }

  @Test func `rows are set aside in the order of their lines, by what became of the first`() throws
  {
    let start = [flat("1.0", 60), flat("1.05", 120)]
    let behind = [
      flat("1.35", 110), flat("1.0", 50), flat("1.0", 60), ["120", "1", "1", "1", "1", "-1"],
    ]

    // The first is refused, so the others are judged by the last bar.
    let refused = try read(start + behind + [flat("1.0", 115), flat("1.1", 180)])
    #expect(refused.bars.map(\.closedAt.nanoseconds) == [60, 115, 180])
    #expect(refused.refused.map(\.line) == [3, 4, 5, 6, 7])
    #expect(
      refused.refused.map(\.error.code)
        == [.offTick, .offTick, .timeGoesBack, .duplicateTime, .negativeVolume])

    // The first is taken, so the others are judged by it.
    let taken = try read(start + behind + [flat("1.1", 180)])
    #expect(taken.bars.map(\.closedAt.nanoseconds) == [60, 120, 180])
    #expect(taken.refused.map(\.line) == [4, 5, 6, 7])
    #expect(
      taken.refused.map(\.error.code)
        == [.timeGoesBack, .timeGoesBack, .timeGoesBack, .duplicateTime])
    #expect(taken.facts.interpolated.firstLines == [3])
  }

  @Test func `a row off the tick waits behind sixty others at most`() throws {
    for count in [60, 61] {
      let copies = Array(repeating: flat("1.05", 2), count: 1 + count)
      let outcome = try read([flat("1.0", 1)] + copies + [flat("1.1", 3)])
      #expect(outcome.bars.count == (count == 60 ? 3 : 2))
      #expect(outcome.refused.map(\.line) == Array((count == 60 ? 4 : 3)...count + 3))
      #expect(outcome.refused.allSatisfy { ($0.error.code == .duplicateTime) == (count == 60) })
    }
  }

  @Test func `a row on the tick that is later than the last bar is a bar`() throws {
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed)
      let prices = ["1.0", "1.0", "1.05", "1.1", "1.03", "x"]
      let rows = (0..<30).map { index in
        let price = prices.randomElement(using: &random) ?? "1.0"
        let isFar = price == "1.03" && Bool.random(using: &random)
        return flat(price, isFar ? 1_000_000 : index + Int.random(in: -3...3, using: &random))
      }
      let outcome = try read(rows)
      let lines = outcome.refused.map(\.line)
      #expect(lines == lines.sorted() && Set(lines).count == lines.count, "seed \(seed)")
      #expect(outcome.facts.rows == outcome.bars.count + lines.count, "seed \(seed)")
      var last = Int.min
      for (index, row) in rows.enumerated() {
        let time = try #require(Int(row[0]))
        let isClean = row[1] == "1.0" || row[1] == "1.1"
        let isTaken = !lines.contains(index + 2)
        if isClean { #expect(isTaken == (time > last), "seed \(seed), line \(index + 2)") }
        if isTaken { last = time }
      }
    }
  }

  @Test func `a fault of the source is reported instead of the row that waits for it`() throws {
    // The waiting row ends where the reader's buffer does, so that the one behind is not read yet.
    let last = gap[1].joined(separator: ",") + ",\n"
    var text = "ts_ns,open,high,low,close,volume,note\n"
    var time = -1_000
    while text.utf8.count + 2_000 < 262_144 {
      text += "\(time),1,1,1,1,1,\(String(repeating: "x", count: 900))\n"
      time += 1
    }
    let row = gap[0].joined(separator: ",") + ","
    let padding = 262_144 - text.utf8.count - row.utf8.count - 1 - last.utf8.count
    text += row + String(repeating: "x", count: padding) + "\n" + last
    let source = BrokenSource(bytes: Array(text.utf8))
    var bars = 0
    let error = #expect(throws: BarFileError.self) {
      var reader = try BarFileReader(source, instrument: InstrumentID(0), terms: terms())
      while try reader.next(settingAside: { _ in }) != nil { bars += 1 }
    }
    #expect(error?.code == .damagedCompression && bars == time + 1_001)
  }

  // MARK: Model

  @Test func `what is taken and refused is what a slow reading of the rule says`() throws {
    let terms = try terms()
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed)
      let rows = Model.rows(&random)
      let expected = Model.verdict(rows)
      let lines = rows.enumerated().map { index, prices in
        "\(index + 1)," + prices.map { Model.text($0) }.joined(separator: ",") + ",1\n"
      }
      let source = ByteArraySource(
        head + lines.joined(), chunkBytes: Int.random(in: 1...90, using: &random))
      var reader = try BarFileReader(source, instrument: InstrumentID(0), terms: terms)
      var refused: [Int] = []
      var taken: [Int] = []
      while let bar = try reader.next(settingAside: { refused.append($0.line - 2) }) {
        let index = Int(bar.closedAt.nanoseconds) - 1
        taken.append(index)
        #expect(bar.low <= min(bar.open, bar.close) && max(bar.open, bar.close) <= bar.high)
        for (price, written) in zip([bar.open, bar.high, bar.low, bar.close], rows[index]) {
          #expect(abs(Int(price.ticks) * Model.tick - written) * 2 <= Model.tick, "seed \(seed)")
        }
      }
      #expect(taken == expected.indices.filter { expected[$0] }, "seed \(seed)")
      #expect(refused == expected.indices.filter { !expected[$0] }, "seed \(seed)")
    }
  }
}

// MARK: - A slow reading of the rule

/// Rows of whole prices in units of 0.0001, with the tick 0.1.
private enum Model {
  static let tick = 1_000

  static func rows(_ random: inout SeededRandom) -> [[Int]] {
    func clean() -> [Int] {
      let open = Int.random(in: 1_000...1_020, using: &random)
      let close = Int.random(in: 1_000...1_020, using: &random)
      let high = max(open, close) + Int.random(in: 0...9, using: &random)
      let low = min(open, close) - Int.random(in: 0...9, using: &random)
      return [open, high, low, close].map { $0 * tick }
    }
    var rows = [clean()]
    while rows.count < 60 {
      let steps = [1, 1, 2, 4, 5, 8].randomElement(using: &random) ?? 1
      let (first, last) = (rows[rows.count - 1], clean())
      for step in 1...steps {
        rows.append(zip(first, last).map { $0 + ($1 - $0) * step / steps })
      }
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let index = rows.indices.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<3, using: &random) {
      case 0: rows[index][Int.random(in: 0..<4, using: &random)] += 500
      case 1: rows.remove(at: index)
      default: rows = Array(rows.prefix(max(index, 1)))
      }
    }
    return rows
  }

  static func verdict(_ rows: [[Int]]) -> [Bool] {
    var taken: [Bool] = []
    for index in rows.indices {
      let row = rows[index]
      var isGood = row[1] >= (row.max() ?? 0) && row[2] <= (row.min() ?? 0)
      for column in 0..<4 where row[column] % tick != 0 {
        guard index > 0, taken[index - 1] else { isGood = false; continue }
        let step = row[column] - rows[index - 1][column]
        let isLine: Bool
        if index + 1 < rows.count {
          isLine = 2 * row[column] == rows[index - 1][column] + rows[index + 1][column]
        } else {
          isLine =
            rows[index - 1].contains { $0 % tick != 0 }
            && row[column] == 2 * rows[index - 1][column] - rows[index - 2][column]
        }
        if !isLine || step == 0 || !(1...61).contains(where: { $0 * step % tick == 0 }) {
          isGood = false
        }
      }
      taken.append(isGood)
    }
    return taken
  }

  static func text(_ price: Int) -> String {
    FixedDecimal(coefficient: Int64(price), scale: 4).description
  }
}

// MARK: - Words for the tests

private let head = "ts_ns,open,high,low,close,volume\n"

/// Three rows between two, on straight lines but for the close, which does not move.
private let gap = [
  ["1", "46300.0", "46310.0", "46290.0", "46305.0", "1"],
  ["2", "46300.25", "46310.125", "46289.95", "46305.0", "1"],
  ["3", "46300.5", "46310.25", "46289.9", "46305.0", "1"],
  ["4", "46300.75", "46310.375", "46289.85", "46305.0", "1"],
  ["5", "46301.0", "46310.5", "46289.8", "46305.0", "1"],
]

private func flat(_ price: String, _ time: Int) -> [String] {
  ["\(time)", price, price, price, price, "1"]
}

private func thousandths(_ value: Int) -> String {
  FixedDecimal(coefficient: Int64(value), scale: 3).description
}

private func text(_ rows: [[String]]) -> String {
  head + rows.map { $0.joined(separator: ",") + "\n" }.joined()
}

private func terms() throws -> InstrumentTerms {
  try #require(
    InstrumentTerms(
      tick: try FixedDecimal("0.1"), lot: FixedDecimal(coefficient: 1, scale: 3), currency: .usdt,
      settlement: .margined, costs: .init(leverageMax: 100), volumeDecimals: 4))
}

private struct Outcome {
  var bars: [Bar] = []
  var refused: [QuarantinedRow] = []
  var facts: BarFileFacts
}

private func read(_ rows: [[String]]) throws -> Outcome {
  var reader = try BarFileReader(
    ByteArraySource(text(rows), chunkBytes: 7), instrument: InstrumentID(0), terms: terms())
  var outcome = Outcome(facts: reader.facts)
  while let bar = try reader.next(settingAside: { outcome.refused.append($0) }) {
    outcome.bars.append(bar)
  }
  outcome.facts = reader.facts
  return outcome
}

private func strictFailure(_ rows: [[String]]) -> BarFileError? {
  #expect(throws: BarFileError.self) {
    var reader = try BarFileReader(
      ByteArraySource(text(rows)), instrument: InstrumentID(0), terms: terms())
    while try reader.next() != nil {}
  }
}

private struct BrokenSource: ByteSource {
  var bytes: [UInt8]

  mutating func read(into buffer: inout [UInt8], from start: Int) throws(ByteSourceFailure) -> Int {
    if bytes.isEmpty { throw .truncated("end of input") }
    buffer.replaceSubrange(start..<start + bytes.count, with: bytes)
    defer { bytes = [] }
    return bytes.count
  }
}
