import OmniPlatform
import OmniProgram
import OmniTestKit
import Testing

@Suite("ConfigCommand")
struct ConfigCommandTests {
  @Test func `check tells all faults at once, each with path, reason and place`() throws {
    let path = try scratch(
      "bad.yaml", "backtest:\n  cash: none\nrisk:\n  price_colar: 0.1\n  daily_loss_max: 2\n")
    defer { remove(path) }

    let outcome = omni("config", "check", "--config", path, "--set", "journal.durability=9")

    let lines = outcome.messages.split(separator: "\n")
    #expect(outcome.code == 1)
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("error[CFG-004]: backtest.cash at \(path):2:9 is ") == true)
    #expect(outcome.messages.contains("error[CFG-005]: there is no key risk.price_colar"))
    #expect(outcome.messages.contains("; wanted risk.price_collar; do "))
    #expect(outcome.messages.contains("risk.daily_loss_max at \(path):5:19 is 2; wanted "))
    #expect(outcome.messages.contains("journal.durability at command line argument 1 is 9"))
    #expect(outcome.output.isEmpty)
  }

  @Test func `check with JSON lists the faults as an object`() {
    let bad = omni("config", "check", "--json", "--set", "backtest.cash=0")
    #expect(bad.code == 1)
    #expect(bad.output.hasPrefix(#"{"valid":false,"faults":[{"code":"CFG-004","#))

    let good = omni("config", "check", "--json")
    #expect(good.code == 0)
    #expect(good.output == #"{"valid":true,"faults":[]}"# + "\n")
  }

  @Test func `check of a good configuration counts what was changed`() {
    let outcome = omni("config", "check", "--set", "risk.price_collar=0.1")
    #expect(outcome.code == 0)
    #expect(outcome.output == "ok: 18 keys, 1 of them not at their default\n")
  }

  @Test func `show prints YAML that is itself a configuration`() throws {
    let first = omni("config", "show", "--set", "risk.daily_loss_max=0.02")
    #expect(first.output.contains("  # How much a strategy may lose within one UTC day"))
    #expect(first.output.contains("  daily_loss_max: 0.02"))
    let path = try scratch("shown.yaml", first.output)
    defer { remove(path) }

    let second = omni("config", "show", "--config", path)

    #expect(second.code == 0)
    #expect(second.output == first.output)
  }

  @Test func `show prints JSON that is itself a configuration`() throws {
    let first = omni("config", "show", "--json", "--set", "backtest.fill_policy=backtesting.py")
    let path = try scratch("shown.json", first.output)
    defer { remove(path) }
    #expect(omni("config", "show", "--json", "--config", path).output == first.output)
  }

  @Test func `explain says value, origin, meaning, unit and range of a key or a section`() {
    let one = omni("config", "explain", "risk.price_collar", "--set", "risk.price_collar=0.1")
    #expect(one.output.contains("risk.price_collar = 0.1  (command line argument 1, over null"))
    #expect(one.output.contains("unit: fraction of the last price; wanted: null or a decimal"))
    #expect(omni("config", "explain", "journal").output.split(separator: "\n").count == 6)
    #expect(omni("config", "explain", "--json", "journal").output.contains(#""value":64,"#))
  }

  @Test(arguments: [
    ["config"], ["config", "chekc"], ["config", "show", "risk"], ["config", "explain", "rsk"],
    ["config", "check", "--confg", "x"],
  ])
  func `a wrong command line ends with 64 and one line`(words: [String]) {
    let outcome = omni(words)
    #expect(outcome.code == 64)
    #expect(outcome.messages.split(separator: "\n").count == 1)
    #expect(outcome.messages.contains("; wanted ") && outcome.messages.contains("; do "))
  }

  @Test func `the committed reference page is what the program prints`() throws {
    var reader = try FileReader(SampleFiles.root + "/docs/reference/configuration.md")
    let page = String(decoding: try reader.readAll(limit: 1 << 20), as: UTF8.self)
    #expect(
      omni("config", "reference").output == page,
      "run: omni config reference > docs/reference/configuration.md")
  }
}
