import Foundation
import OmniPlatform
import OmniTestKit
import Testing

/// Whatever is wrong with a bar file is told in one line, and nothing else is left of it.
@Suite("Bad bar files")
struct BadFileTests {
  static let header = "ts_ns,open,high,low,close,volume\n"
  static let good = "60000000000,46319.0,46385.0,46319.0,46377.0,1\n"

  /// What stands behind the header and a good row, with the code and the place of the refusal.
  static let rows: [(row: String, code: String, place: String)] = [
    ("120000000000,1.0,1.0,1.0,1.0", "BAR-020", "line 3"),
    ("120000000000,1.0,1.0,1.0,1.0,1,1", "BAR-021", "line 3"),
    ("", "BAR-022", "line 3"),
    ("ts_ns,open,high,low,close,volume", "BAR-023", "line 3"),
    ("120000000000,,1.0,1.0,1.0,1", "BAR-024", "line 3, column 2 (open)"),
    ("120000000000,1.0,0.9,0.8,0.9,1", "BAR-032", "line 3"),
    ("120000000000,2.0,1.0,3.0,2.0,1", "BAR-032", "line 3"),
    ("59000000000,1.0,1.0,1.0,1.0,1", "BAR-030", "line 3, column 1 (ts_ns)"),
    ("60000000000,1.0,1.0,1.0,1.0,1", "BAR-031", "line 3, column 1 (ts_ns)"),
    (
      "120000000000,46319.05,46400.0,46300.0,46319.0,1", "BAR-007", "line 3, column 2 (open)"
    ),
    (
      "120000000000,46319.0,46400.0,46300.0,46300.123,1", "BAR-007", "line 3, column 5 (close)"
    ),
    ("120000000000,1e400,1.0,1.0,1.0,1", "BAR-026", "line 3, column 2 (open)"),
    ("120000000000,1.0,1.0,NaN,1.0,1", "BAR-027", "line 3, column 4 (low)"),
    ("120000000000,1.0,inf,1.0,1.0,1", "BAR-027", "line 3, column 3 (high)"),
    ("120000000000,1.0,1.0,1.0,1.0,nan", "BAR-027", "line 3, column 6 (volume)"),
    (
      "120000000000,99999999999999999999.0,1.0,1.0,1.0,1", "BAR-028", "line 3, column 2 (open)"
    ),
    ("99999999999999999999,1.0,1.0,1.0,1.0,1", "BAR-028", "line 3, column 1 (ts_ns)"),
    ("2021-12-31,1.0,1.0,1.0,1.0,1", "BAR-029", "line 3, column 1 (ts_ns)"),
    ("120000000000,$1.0,1.0,1.0,1.0,1", "BAR-025", "line 3, column 2 (open)"),
    ("120000000000,1.0,1.0,1.0,1.0,-1", "BAR-033", "line 3, column 6 (volume)"),
    ("120000000000,\"1.0,1.0,1.0,1.0,1", "BAR-017", "line 3, column 2 (open)"),
  ]

  @Test func `each fault of a row is told with its line and column`() throws {
    try Runs.inFolder { folder in
      for (row, code, place) in Self.rows {
        let outcome = try refused(
          Array("\(Self.header)\(Self.good)\(row)\n".utf8), folder, row.debugDescription)
        #expect(outcome.messages.hasPrefix("error[\(code)]: \(place)"), "\(outcome.messages)")
      }
    }
  }

  @Test func `a file that is no bar file is told`() throws {
    let text = Self.header + Self.good
    var random = SeededRandom(seed: 11)
    let noise = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let files: [(name: String, bytes: [UInt8], codes: [String])] = [
      ("empty", [], ["BAR-006"]),
      ("header only", Array(Self.header.utf8), ["BAR-008"]),
      ("header without end", Array(Self.header.utf8.dropLast()), ["BAR-008"]),
      ("prose", Array("It was a dark and stormy night.\nThe rain fell.\n".utf8), ["BAR-009"]),
      ("a row without header", Array(Self.good.utf8), ["BAR-009", "BAR-010"]),
      ("no close", Array("ts_ns,open,high,low,volume\n1,1,1,1,1\n".utf8), ["BAR-009"]),
      ("open twice", Array("ts_ns,open,open,high,low,close,volume\n".utf8), ["BAR-010"]),
      ("UTF-16 LE with mark", [0xFF, 0xFE] + Self.wide(text, isBig: false), ["BAR-011"]),
      ("UTF-16 BE with mark", [0xFE, 0xFF] + Self.wide(text, isBig: true), ["BAR-011"]),
      ("UTF-16 LE", Self.wide(text, isBig: false), ["BAR-011", "BAR-012"]),
      ("UTF-16 BE", Self.wide(text, isBig: true), ["BAR-011", "BAR-012"]),
      ("noise", noise, []),
      ("noise as gzip", [0x1F, 0x8B, 8, 0] + noise, ["BAR-005"]),
      ("two bytes of gzip", [0x1F, 0x8B], ["BAR-005"]),
    ]
    try Runs.inFolder { folder in
      for (name, bytes, codes) in files {
        let outcome = try refused(bytes, folder, name)
        let isKnown = codes.contains { outcome.messages.hasPrefix("error[\($0)]: ") }
        #expect(isKnown || codes.isEmpty, "\(name): \(outcome.messages)")
      }
    }
  }

  @Test(.enabled(if: GoldenBarFile.isPresent, Comment(rawValue: GoldenBarFile.absence)))
  func `compressed bytes that are cut off are told, wherever they are cut`() throws {
    let whole = try Self.contents(GoldenBarFile.path).prefix(40_000)
    try Runs.inFolder { folder in
      for count in [3, 10, 18, 500, 12_000] {
        let outcome = try refused(Array(whole.prefix(count)), folder, "\(count) bytes")
        #expect(outcome.messages.contains("error[BAR-005]"), "\(outcome.messages)")
      }
    }
  }

  @Test func `a folder, a missing file and an unreadable one are told`() throws {
    try Runs.inFolder { folder in
      for (path, code) in [
        (folder, "BAR-002"), ("\(folder)/none.csv", "BAR-001"),
        ("\(folder)/none/bars.csv", "BAR-001"), ("", "BAR-001"),
      ] {
        let outcome = run(path, folder)
        expectOneLine(outcome, path)
        #expect(outcome.messages.hasPrefix("error[\(code)]: "), "\(outcome.messages)")
      }
    }
  }

  /// Root may read everything.
  static let isRoot = getuid() == 0

  @Test(.enabled(if: !isRoot, "root may read every file, so there is none without permission"))
  func `a file that may not be read is told`() throws {
    try Runs.inFolder { folder in
      let path = "\(folder)/locked.csv"
      try FileSystem.replaceFile(path, with: Array((Self.header + Self.good).utf8))
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      let outcome = run(path, folder)
      expectOneLine(outcome, path)
      #expect(outcome.messages.hasPrefix("error[BAR-003]: "), "\(outcome.messages)")
    }
  }

  @Test func `a name that breaks the line is told in one line`() throws {
    try Runs.inFolder { folder in
      let outcome = run("\(folder)/a\nb\u{1B}[2J\u{2028}c.csv", folder)
      expectOneLine(outcome, "a name of two lines")
      #expect(outcome.messages.contains("a\\nb\\u{1B}[2J\\u{2028}c.csv"), "\(outcome.messages)")
    }
  }

  @Test(.enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)), .timeLimit(.minutes(1)))
  func `a line without end is told in less memory than it has`() throws {
    try Runs.inFolder { folder in
      let sparse = "\(folder)/sparse.csv"
      do {
        let file = try File(sparse, .replace)
        try file.truncate(to: 2 << 30)
      }
      let digits = "\(folder)/digits.csv"
      do {
        let file = try File(digits, .replace)
        try file.write(Array(Self.header.utf8), at: 0)
        let piece = [UInt8](repeating: 0x31, count: 1 << 20)
        for index in 0..<200 { try file.write(piece, at: Self.header.utf8.count + index << 20) }
      }
      for (path, code) in [(sparse, "BAR-012"), (digits, "BAR-015")] {
        // Less address space than the line has bytes.
        let outcome = try Child.shell(
          "ulimit -v 180000; omni backtest --bars '\(path)' --instrument btc-perp "
            + "--strategy ema-cross --json")
        expectOneLine(outcome, path)
        #expect(outcome.messages.hasPrefix("error[\(code)]: "), "\(outcome.messages)")
        #expect(outcome.messages.utf8.count < 400)
      }
    }
  }

  @Test func `bars with random faults are run or refused in one line`() throws {
    let text = Array(GoldenBarFile.text(BacktestCommandTests.jumps(40, seed: 3)).utf8)
    try Runs.inFolder { folder in
      for seed in UInt64(0)..<300 {
        var random = SeededRandom(seed: seed)
        let pieces = ["\u{0}", "\r", "\"", "1e5", "nan", "-", "99999999999999999999", "\u{FEFF}"]
        let bytes = random.mutated(text, inserting: pieces)
        let path = "\(folder)/bars.csv"
        try FileSystem.replaceFile(path, with: bytes)
        let outcome = run(path, folder)
        if outcome.code == 0 {
          #expect(outcome.output.contains("\"ledger\":\"balanced\""), "seed \(seed)")
          try FileSystem.remove("\(folder)/fills.csv")
        } else {
          expectOneLine(outcome, "seed \(seed)")
        }
      }
    }
  }

  // MARK: Quarantine

  @Test func `bad rows are set aside in a file, counted, and the others are run`() throws {
    try Runs.inFolder { folder in
      // The last fault is a quote without end, which takes the rest of the file with it.
      var text = Self.header + Self.good
      for (number, (row, _, _)) in Self.rows.dropLast().enumerated() {
        let time = "\(120 + number)000000000"
        text += row.replacingOccurrences(of: "120000000000", with: time) + "\n"
      }
      for second in 200..<230 {
        text += "\(second)000000000,46319.0,46385.0,46319.0,46377.0,1\n"
      }
      text += (Self.rows.last?.row ?? "") + "\n"
      let path = "\(folder)/bars.csv"
      try FileSystem.replaceFile(path, with: Array(text.utf8))
      let aside = "\(folder)/aside.csv"
      let outcome = omni(
        BacktestCommandTests.line(path, "ema-cross") + ["--quarantine", aside, "--json"])

      try #require(outcome.code == 0, "\(outcome.messages)")
      let lines = try Runs.text(aside).split(separator: "\n")
      #expect(lines.first == "line,byte_offset,code,reason,row")
      #expect(
        outcome.messages.contains("quarantine: \(lines.count - 1) of "), "\(outcome.messages)")
      for (_, code, _) in Self.rows {
        #expect(lines.contains { $0.contains(",\(code),") }, "\(code)")
      }
      let json = try BacktestCommandTests.object(outcome.output)
      #expect(json["bars"] as? Int == 31)
      #expect(lines.count - 1 == Self.rows.count)
    }
  }

  @Test func `a file without one good row is refused after they are set aside`() throws {
    try Runs.inFolder { folder in
      let path = "\(folder)/bars.csv"
      try FileSystem.replaceFile(path, with: Array((Self.header + "1,2,3\n").utf8))
      let aside = "\(folder)/aside.csv"
      let outcome = omni(
        BacktestCommandTests.line(path, "ema-cross") + ["--quarantine", aside])
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.messages.contains("error[BAR-008]"))
      #expect(try Runs.text(aside).contains("BAR-020"))
    }
  }

  @Test func `a good file sets nothing aside`() throws {
    try Runs.inFolder { folder in
      let path = try BacktestCommandTests.file(folder)
      let aside = "\(folder)/aside.csv"
      let outcome = omni(
        BacktestCommandTests.line(path, "ema-cross") + ["--quarantine", aside])
      #expect(outcome.code == 0)
      #expect(outcome.messages.contains("quarantine: 0 of 600 rows"))
      #expect(try Runs.text(aside) == "line,byte_offset,code,reason,row\n")
    }
  }

  // MARK: Words

  /// Runs a file of `bytes` and expects that it is refused without a trace.
  private func refused(_ bytes: [UInt8], _ folder: String, _ what: String) throws -> Outcome {
    let path = "\(folder)/bars.csv"
    try FileSystem.replaceFile(path, with: bytes)
    let outcome = run(path, folder)
    expectOneLine(outcome, what)
    let left = try FileSystem.names(in: folder).sorted()
    #expect(left == ["bars.csv"], "\(what) leaves \(left)")
    return outcome
  }

  private func run(_ path: String, _ folder: String) -> Outcome {
    omni(
      BacktestCommandTests.line(path, "ema-cross") + [
        "--fills", "\(folder)/fills.csv", "--json",
      ])
  }

  private func expectOneLine(_ outcome: Outcome, _ what: String) {
    #expect(outcome.code == 1, "\(what)")
    #expect(outcome.output.isEmpty, "\(what): \(outcome.output)")
    #expect(outcome.messages.filter(\.isNewline).count == 1, "\(what): \(outcome.messages)")
    #expect(
      outcome.messages.wholeMatch(of: /error\[[A-Z]{3}-\d{3}\]: .+; wanted .+; do .+\n/) != nil,
      "\(what): \(outcome.messages)")
  }

  /// `text` in two bytes a character.
  private static func wide(_ text: String, isBig: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return isBig ? [high, low] : [low, high]
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
