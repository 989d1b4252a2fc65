import Foundation
import OmniPlatform
import OmniPostgreSQL
import OmniTestKit
import Testing

/// `omni ledger` as its guide shows it, and when something is wrong.
@Suite("LedgerCommand", .enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
struct LedgerCommandTests {
  private static let guide = "\(SampleFiles.root)/docs/guides/keep-a-ledger.md"

  /// The fenced blocks of the guide, in their order.
  private static func blocks() throws -> [(kind: String, text: String)] {
    let text = try String(contentsOfFile: guide, encoding: .utf8)
    let parts = text.components(separatedBy: "```")
    return stride(from: 1, to: parts.count, by: 2).map { place in
      let lines = parts[place].split(
        separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
    }
  }

  /// A folder with the guide's two files, in which `body` runs lines of the shell.
  private func inFolder(_ body: (_ shell: (String) throws -> Outcome) throws -> Void) throws {
    let folder = try FileSystem.makeTemporaryDirectory("omni-ledger-guide")
    defer { try? FileSystem.removeDirectory(folder) }
    let texts = try Self.blocks().filter { $0.kind == "text" }
    try #require(texts.count >= 2)
    try FileSystem.replaceFile(folder + "/accounts.csv", with: Array(texts[0].text.utf8))
    try FileSystem.replaceFile(folder + "/payloads.ndjson", with: Array(texts[1].text.utf8))
    try body { try Child.shell("cd '\(folder)' && \($0)") }
  }

  @Test func `the guide's lines do what it says`() throws {
    try inFolder { shell in
      let lines = try #require(try Self.blocks().first { $0.kind == "sh" }).text
      for line in lines.split(separator: "\n") {
        let outcome = try shell(String(line))
        #expect(outcome.code == 0, "\(line): \(outcome.messages)")
      }
      let verdicts = try shell("cut -d, -f3 verdicts.csv").output.split(separator: "\n")
      #expect(verdicts == ["verdict", "accepted", "accepted", "insufficient_funds"])

      let again = try shell("omni ledger ingest payloads.ndjson --verdicts again.csv --json")
      #expect(again.code == 0, "\(again.messages)")
      let answers = try shell("cut -d, -f3 again.csv").output.split(separator: "\n")
      #expect(answers == ["verdict", "exists", "exists", "insufficient_funds"])
      #expect(try shell("omni ledger scrub --json").output.contains("\"clean\":true"))
    }
  }

  @Test func `validate writes nothing`() throws {
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      let before = try shell("omni ledger trial --json").output
      let outcome = try shell("omni ledger validate payloads.ndjson --accounts accounts.csv --json")
      #expect(outcome.code == 0, "\(outcome.messages)")
      #expect(try shell("omni ledger trial --json").output == before)
    }
  }

  @Test(arguments: [
    ("2025-12-31T00:00:00Z", "0.00"), ("2026-01-01T09:00:00Z", "100.00"),
    ("2026-01-01T09:00:59Z", "100.00"), ("2026-01-01T09:01:00Z", "70.00"),
  ])
  func `a balance is told as of an instant`(instant: String, balance: String) throws {
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      #expect(try shell("omni ledger ingest payloads.ndjson --accounts accounts.csv").code == 0)
      let outcome = try shell("omni ledger balance alice --at \(instant) --json")
      #expect(outcome.output.contains("\"balance\":\"\(balance)\""), "\(outcome.output)")
    }
  }

  @Test func `a projection can be asked in SQL`() throws {
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      #expect(try shell("omni ledger ingest payloads.ndjson --accounts accounts.csv").code == 0)
      let outcome = try shell("omni ledger project --sqlite books.sqlite --json")
      #expect(outcome.code == 0, "\(outcome.messages)")
      let count = try shell("sqlite3 books.sqlite 'select count(*) from transactions'")
      #expect(count.output == "2\n", "\(count.messages)")
    }
  }

  @Test func `a projection in PostgreSQL goes on where it was, and can be made anew`() throws {
    let address = try PostgreSQLServer.shared.get().makeDatabase()
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      // What is new between the two is shown by the second.
      for (payloads, option) in [("head -1", ""), ("cat", ""), ("cat", "--rebuild")] {
        let line = "\(payloads) payloads.ndjson | omni ledger ingest - --accounts accounts.csv"
        #expect(try shell(line).code == 0)
        let outcome = try shell("omni ledger project --postgres \"\(address)\" \(option) --json")
        #expect(outcome.code == 0, "\(outcome.messages)")
      }
      let connection = try PostgreSQLConnection(address)
      #expect(try connection.query("SELECT count(*) FROM transactions") == [["2"]])
    }
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      let refused = try shell("omni ledger project --postgres 'postgresql://127.0.0.1:1/none'")
      #expect(refused.code != 0 && refused.messages.contains("error["), "\(refused.messages)")
    }
  }

  @Test func `a projection tells of each account what the ledger tells`() throws {
    let address = try PostgreSQLServer.shared.get().makeDatabase()
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      #expect(try shell("omni ledger ingest payloads.ndjson --accounts accounts.csv").code == 0)
      let names = try shell("tail -n +2 accounts.csv | cut -d, -f1").output
        .split(separator: "\n").map(String.init)
      try #require(names.count >= 2)
      for place in ["--sqlite books.sqlite", "--postgres \"\(address)\""] {
        #expect(try shell("omni ledger project \(place)").code == 0)
        let fields = ["balance", "debits", "credits", "pending_debits", "asset", "normal"]
        let line =
          "omni ledger ask \(names.joined(separator: " ")) \(place) "
          + "--fields \(fields.joined(separator: ",")) --json"
        let outcome = try shell(line)
        #expect(outcome.code == 0, "\(outcome.messages)")
        let asked = try #require(try Self.object(outcome.output)["accounts"] as? [[String: Any]])
        #expect(asked.map { $0["account"] as? String } == names)
        for (name, answer) in zip(names, asked) {
          let told = try Self.object(try shell("omni ledger balance \(name) --json").output)
          for field in fields {
            #expect(answer[field] as? String == told[field] as? String, "\(name) \(field)")
          }
          #expect(answer["ordinal"] as? Int == 2)
        }
        let plain = try shell("omni ledger ask \(names[0]) \(place) --fields number,last_ordinal")
        let wanted = "account,number,last_ordinal,frame,ordinal\n\(names[0]),0,1,"
        #expect(plain.output.hasPrefix(wanted), "\(plain.output)")
        #expect(plain.output.hasSuffix(",2\n"), "\(plain.output)")
      }
    }
  }

  private static func object(_ text: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func `what stands against an answer of a projection is told`() throws {
    let address = try PostgreSQLServer.shared.get().makeDatabase()
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      #expect(try shell("omni ledger ingest payloads.ndjson --accounts accounts.csv").code == 0)
      #expect(try shell("omni ledger project --sqlite books.sqlite").code == 0)
      let orders = [
        "sqlite3 empty.sqlite 'CREATE TABLE other (a)'",
        "cp books.sqlite later.sqlite",
        "sqlite3 later.sqlite 'UPDATE position SET schema_version = 9'",
        "cp books.sqlite fresh.sqlite",
        "sqlite3 fresh.sqlite 'UPDATE position SET identity = NULL'", "echo text > text.sqlite",
      ]
      for order in orders { #expect(try shell(order).code == 0, "\(order)") }
      for (words, code) in [
        ("nobody --sqlite books.sqlite", "PRJ-009"), ("cash --sqlite empty.sqlite", "PRJ-010"),
        ("cash --sqlite later.sqlite", "PRJ-011"), ("cash --sqlite fresh.sqlite", "PRJ-012"),
        ("cash", "SQS-009"), ("cash --sqlite text.sqlite", "SQS-015"),
        ("cash --postgres \"\(address)\"", "PRJ-010"),
        ("cash --postgres 'postgresql://127.0.0.1:1/none'", "SQS-009"),
        ("cash --postgres 'nonsense'", "SQS-007"), ("", "CLI-030"),
        ("cash --sqlite books.sqlite --fields balance,colour", "CLI-047"),
      ] {
        let outcome = try shell("omni ledger ask \(words)")
        #expect(outcome.code != 0 && outcome.output.isEmpty, "\(words): \(outcome.output)")
        #expect(outcome.messages.contains("error[\(code)]"), "\(words): \(outcome.messages)")
        #expect(outcome.messages.contains("; do "), "\(words): \(outcome.messages)")
      }
    }
  }

  @Test func `what is wrong is told with a code and the wish`() throws {
    try inFolder { shell in
      #expect(try shell("omni ledger init").code == 0)
      for line in [
        "omni ledger", "omni ledger hoard", "omni ledger init", "omni ledger balance",
        "omni ledger balance nobody", "omni ledger ingest missing.ndjson",
        "omni ledger ingest payloads.ndjson --accounts missing.csv",
        "omni ledger ingest payloads.ndjson --map missing.yaml",
        "omni ledger ingest payloads.ndjson --format parquet",
        "omni ledger trial --ledger nowhere", "omni ledger ingest payloads.ndjson --batch 0",
        "omni ledger balance cash --at yesterday", "omni ledger trial --colour",
      ] {
        let outcome = try shell(line)
        #expect(outcome.code != 0, "\(line)")
        #expect(outcome.output.isEmpty, "\(line): \(outcome.output)")
        #expect(outcome.messages.contains("error["), "\(line): \(outcome.messages)")
        let hasWish = ["wanted", "; do "].contains { outcome.messages.contains($0) }
        #expect(hasWish, "\(line): \(outcome.messages)")
      }
      #expect(try shell("omni ledger trial --json").code == 0)
    }
  }
}
