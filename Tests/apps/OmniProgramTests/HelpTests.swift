import OmniProgram
import Testing

@Suite("Help and wrong command lines")
struct HelpTests {
  static let commands = [
    "demo", "backtest", "replay", "data", "strategies", "bench", "doctor", "config",
  ]

  // MARK: Help

  @Test func `omni alone prints the overview with each command and an example`() {
    for arguments in [[], ["help"], ["--help"], ["-h"]] {
      let outcome = omni(arguments)
      #expect(outcome.code == 0 && outcome.messages.isEmpty)
      #expect(outcome.output.contains("USAGE: omni <command>"))
      #expect(outcome.output.contains("EXAMPLE:\n  omni "))
      for command in Self.commands { #expect(outcome.output.contains("\n  \(command) ")) }
    }
  }

  @Test func `each command has help with an example, however it is asked`() {
    for command in Self.commands {
      for arguments in [
        [command, "--help"], [command, "-h"], ["help", command], [command, "--nonsense", "--help"],
      ] {
        let outcome = omni(arguments)
        #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(arguments)")
        #expect(outcome.output.hasPrefix("omni \(command): "), "\(arguments)")
        #expect(outcome.output.contains("USAGE: omni \(command)"), "\(arguments)")
        #expect(outcome.output.contains("EXAMPLE:\n  omni \(command)"), "\(arguments)")
      }
    }
  }

  @Test func `the version is printed`() {
    let outcome = omni("--version")
    #expect(outcome.code == 0)
    #expect(outcome.output == "omni \(Omni.version)\n")
  }

  // MARK: Wrong command lines

  private static let run = ["backtest", "--bars", "b", "--instrument", "btc-perp"]
  private static let whole = run + ["--strategy", "ema-cross"]

  /// Command lines with the code of their refusal and a word of it.
  private static let wrong: [(arguments: [String], code: String, word: String)] = [
    (["backtset"], "CLI-001", "backtest"),
    (["help", "backtset"], "CLI-001", "backtest"),
    (["--bars"], "CLI-001", "omni --help"),
    (whole + ["--fill-polcy", "omni"], "CLI-002", "--fill-policy"),
    (whole + ["--cash", "5", "--cash", "6"], "CLI-003", "--cash"),
    (whole + ["--json", "--json"], "CLI-003", "--json"),
    (whole + ["stray"], "CLI-004", "stray"),
    (whole + ["--json=yes"], "CLI-005", "--json"),
    (whole + ["--cash"], "CLI-006", "AMOUNT"),
    (["backtest", "--bars", "--instrument", "btc-perp"], "CLI-006", "nothing follows --bars"),
    (run, "CLI-007", "--strategy"),
    (["backtest"], "CLI-007", "--instrument"),
    (["backtest", "--instrument", "btc-perp", "--strategy", "ema-cross"], "CLI-007", "--bars"),
    (whole + ["--cash", "-5"], "CLI-009", "above zero"),
    (whole + ["--cash", "0"], "CLI-009", "above zero"),
    (whole + ["--cash", "1e9"], "CLI-009", "above zero"),
    (whole + ["--cash", "0.000000001"], "CLI-009", "above zero"),
    (whole + ["--cash", "lots"], "CLI-009", "above zero"),
    (whole + ["--fill-policy", "x"], "CLI-010", "nautilus-1.221"),
    (whole + ["--param", "fast"], "CLI-011", "KEY=VALUE"),
    (whole + ["--param", "=3"], "CLI-011", "KEY=VALUE"),
    (whole + ["--param", "fast=3", "--param", "fast=4"], "CLI-011", "each key once"),
    (whole + ["--resume"], "CLI-012", "--journal"),
    (["replay"], "CLI-013", "one"), (["replay", "a", "b"], "CLI-013", "one"),
    (["strategies", "nonsense"], "CLI-014", "show"),
    (["strategies", "show"], "CLI-014", "show"),
    (["bench", "nonsense"], "CLI-015", "ema-bars"), (["bench", "mm"], "CLI-050", "recording"),
    (["bench", "l2-replay", "a", "b"], "CLI-050", "recording"),
    (whole + ["--fills", "x.csv", "--trades", "x.csv"], "CLI-016", "a file for each"),
    (whole + ["--fills", "b"], "CLI-016", "a file for each"),
    (whole + ["--fills", ""], "CLI-017", "in no folder"),
    (whole + ["--report", "/"], "CLI-017", "a folder"),
    (whole + ["--report", "/no such folder/x.html"], "CLI-017", "in no folder"),
  ]

  /// Command lines of the right form that ask for what there is not.
  private static let failing: [(arguments: [String], code: String, word: String)] = [
    (run + ["--strategy", "ema-cros"], "RUN-002", "ema-cross"),
    (whole + ["--param", "fats=3"], "RUN-002", "fast, slow"),
    (whole + ["--param", "fast=0"], "RUN-002", "from 1 to 10000"),
    (whole + ["--param", "fast=x"], "RUN-002", "from 1 to 10000"),
    (whole + ["--param", "fast=30", "--param", "slow=20"], "RUN-002", "fast below slow"),
    (whole + ["--param", "quantity=0.0001"], "RUN-002", "whole lots"),
    (whole + ["--param", "quantity=-1"], "RUN-002", "above zero"),
    (
      ["backtest", "--bars", "b", "--instrument", "btc-per", "--strategy", "ema-cross"], "INS-001",
      "wanted btc-perp"
    ),
    (["strategies", "show", "ema-cros"], "RUN-002", "ema-cross"),
    (whole + ["--config", "none.yaml"], "PLT-001", "none.yaml"),
    (whole + ["--set", "backtest.cahs=5"], "CFG-005", "backtest.cash"),
    (whole, "BAR-001", "check the name"),
  ]

  @Test func `a wrong command line is told in one line, with code 64`() {
    for (arguments, code, word) in Self.wrong { expect(arguments, 64, code, word) }
  }

  @Test func `what cannot be done is told in one line, with code 1`() {
    for (arguments, code, word) in Self.failing { expect(arguments, 1, code, word) }
  }

  private func expect(_ arguments: [String], _ exitCode: Int32, _ code: String, _ word: String) {
    let outcome = omni(arguments)
    #expect(outcome.code == exitCode, "\(arguments): \(outcome.messages)")
    #expect(outcome.output.isEmpty, "\(arguments)")
    #expect(outcome.messages.filter(\.isNewline).count == 1, "\(arguments): \(outcome.messages)")
    #expect(
      outcome.messages.hasPrefix("error[\(code)]: ") && outcome.messages.contains(word)
        && outcome.messages.contains("; do "), "\(arguments): \(outcome.messages)")
  }
}
