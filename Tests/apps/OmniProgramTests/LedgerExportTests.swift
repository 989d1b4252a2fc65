import Foundation
import OmniPlatform
import OmniTestKit
import Testing

/// Exports of a ledger in the hands of the programs that they are for.
@Suite("LedgerExport", .enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
struct LedgerExportTests {
  private static let tools = "\(SampleFiles.root)/.omni/tools/beancount"
  private static let trials = "\(SampleFiles.root)/Tests/verifier/trials.py"
  private static let bank = SampleFiles.shared(
    "transactions/bank_synthetic_ca/transactions.csv.gz")

  private func inFolder(_ body: (_ shell: (String) throws -> Outcome) throws -> Void) throws {
    let folder = try FileSystem.makeTemporaryDirectory("omni-export")
    defer { try? FileSystem.removeDirectory(folder) }
    try body { try Child.shell("cd '\(folder)' && \($0)") }
  }

  @discardableResult
  private func run(_ line: String, _ shell: (String) throws -> Outcome) throws -> String {
    let outcome = try shell(line)
    #expect(outcome.code == 0, "\(line): \(outcome.messages)")
    return outcome.output
  }

  private func beanCheck(_ file: String, _ shell: (String) throws -> Outcome) throws {
    try #require(
      FileSystem.exists("\(Self.tools)/PINS.txt"), "bean-check is not there: run make setup")
    let outcome = try shell(
      "PYTHONPATH='\(Self.tools)' python3 -m beancount.scripts.check '\(file)'")
    #expect(outcome.code == 0, "\(outcome.messages)")
  }

  /// A ledger with names, assets and forms of every kind.
  private func motley(_ shell: (String) throws -> Outcome) throws {
    let accounts = [
      "account,asset,normal,limit", "cash,USD,debit,unlimited", "Cash,USD,debit,unlimited",
      "customer:alice,USD,credit,0", "customer:Zoë \"the\" one,USD,credit,0",
      "equity:opening,USD,credit,unlimited", "vault,1INCH,debit,unlimited",
      "mint,1INCH,credit,unlimited",
    ].map { $0.contains("\"") ? "\"customer:Zoë \"\"the\"\" one\",USD,credit,0" : $0 }
    func payload(_ number: Int, _ nonce: Int, _ legs: [String], _ more: String = "") -> String {
      #"{"id":"\#(String(repeating: "0", count: 31))\#(number)","sender":"cash","legs":["#
        + legs.joined(separator: ",")
        + #"],"nonce":\#(nonce),"ts":"2026-01-0\#(number)T23:59:59.5Z"\#(more)}"#
    }
    func leg(_ debit: String, _ credit: String, _ amount: String, _ asset: String = "USD") -> String
    {
      #"{"debit":"\#(debit)","credit":"\#(credit)","amount":"\#(amount)","asset":"\#(asset)"}"#
    }
    let payloads = [
      payload(
        1, 1, [leg("cash", "customer:alice", "100.05"), leg("vault", "mint", "7.5", "1INCH")]),
      payload(2, 2, [leg("Cash", "customer:Zoë \\\"the\\\" one", "0.01")]),
      payload(3, 3, [leg("customer:alice", "cash", "50.00")], #","flags":["pending"]"#),
      payload(
        4, 4, [leg("customer:alice", "cash", "20.00")],
        #","flags":["post"],"parents":["00000000000000000000000000000003"]"#),
      payload(5, 5, [leg("customer:alice", "cash", "1.00")], #","flags":["pending"]"#),
    ]
    let text = { (lines: [String]) in lines.joined(separator: "\n") + "\n" }
    try run("cat > accounts.csv <<'END'\n\(text(accounts))END", shell)
    try run("cat > payloads.ndjson <<'END'\n\(text(payloads))END", shell)
    try run("omni ledger init", shell)
    let output = try run(
      "omni ledger ingest payloads.ndjson --accounts accounts.csv --asset 1INCH=1 --json", shell)
    #expect(output.contains("\"accepted\":5"), "\(output)")
  }

  @Test func `beancount finds the books right, names and forms of every kind`() throws {
    try inFolder { shell in
      try motley(shell)
      try run("omni ledger export beancount --out books.beancount", shell)
      try beanCheck("books.beancount", shell)
      // A wrong balance would have been seen.
      let right = "balance Assets:Cash  80.05 ~ 0 USD"
      #expect(try run("cat books.beancount", shell).contains(right))
      try run("sed -i 's/\(right)/balance Assets:Cash  80.06 ~ 0 USD/' books.beancount", shell)
      let wrong = try shell(
        "PYTHONPATH='\(Self.tools)' python3 -m beancount.scripts.check books.beancount")
      #expect(wrong.code != 0)
    }
  }

  @Test func `the journal is searched, and the trial balance is told as of an instant`() throws {
    try inFolder { shell in
      try motley(shell)
      func count(_ options: String) throws -> Int {
        try run("omni ledger journal \(options)", shell).split(separator: "\n").count - 1
      }
      #expect(try count("") == 6)
      #expect(try count("--account customer:alice") == 4)
      #expect(try count("--from 2026-01-02T00:00:00Z --to 2026-01-04T00:00:00Z") == 2)
      #expect(try count("--id 00000000000000000000000000000001") == 2)
      let before = try run("omni ledger trial --at 2026-01-03T12:00:00Z", shell)
      #expect(before.contains("USD,100.06,100.06,0.00,0.00") && before.contains("balanced"))
      let later = try run("omni ledger trial --at 2026-01-04T00:00:00Z", shell)
      #expect(later.contains("USD,100.06,100.06,50.00,50.00"), "\(later)")
      try run("omni ledger export csv --out csv", shell)
      #expect(
        try run("cat csv/accounts.csv", shell).contains("customer:alice,USD,credit,0.00,80.05"))
      #expect(try run("cat csv/journal.csv", shell) == run("omni ledger journal", shell))
    }
  }

  @Test func `tiles are those of the standard, and lead to the signed root`() throws {
    try inFolder { shell in
      try run("omni ledger init", shell)
      // More than a tile of entries.
      try run(
        #"python3 -c "import json"#
          + #"; [print(json.dumps(dict(id='%032x' % i, sender='a', legs=[dict(debit='a', "#
          + #"credit='b', amount='1.00', asset='USD')], nonce=i, ts='2026-01-01T00:00:00Z'))) "#
          + #"for i in range(1, 600)]" > payloads.ndjson"#, shell)
      try run(
        "printf 'account,asset,normal,limit\\na,USD,debit,unlimited\\nb,USD,credit,0\\n' > a.csv",
        shell)
      try run("omni ledger ingest payloads.ndjson --accounts a.csv --batch 100", shell)
      try run("omni ledger key --out key && omni ledger export tiles --out tiles", shell)
      #expect(try run("python3 \(Self.trials) tiles tiles key", shell) == "tiles of 602 entries\n")
      #expect(try run("ls tiles/tile/0", shell) == "000\n001\n002.p\n")
    }
  }

  @Test(.enabled(if: SampleFiles.has(bank), "the bank set of ../shared is not there"))
  func `beancount finds the bank set right`() throws {
    try inFolder { shell in
      try run("omni ledger init", shell)
      try run(
        "omni ledger ingest '\(Self.bank)' --map "
          + "'\(SampleFiles.root)/Examples/mappings/bank.yaml'", shell)
      try run("omni ledger export beancount --out bank.beancount", shell)
      try beanCheck("bank.beancount", shell)
      #expect(try run("omni ledger trial", shell).hasSuffix("balanced\n"))
    }
  }

  @Test func `what cannot be written is told`() throws {
    try inFolder { shell in
      try run("omni ledger init", shell)
      let parquet = try shell("omni ledger export parquet --out x")
      #expect(parquet.messages.hasPrefix("error[CLI-042]"), "\(parquet.messages)")
      let nowhere = try shell("omni ledger export csv")
      #expect(nowhere.messages.hasPrefix("error[CLI-007]"), "\(nowhere.messages)")
      let full = try shell("omni ledger export beancount --out /dev/full")
      #expect(full.code == 1 && full.messages.hasPrefix("error[PLT"), "\(full.messages)")
      let account = try shell("omni ledger journal --account nobody")
      #expect(account.messages.hasPrefix("error[LED-023]"), "\(account.messages)")
      let time = try shell("omni ledger journal --from yesterday")
      #expect(time.messages.hasPrefix("error[CLI-033]"), "\(time.messages)")
    }
  }
}
