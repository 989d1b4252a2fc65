import Foundation
import OmniStrategy
import Testing

@Suite("omni strategies")
struct StrategiesCommandTests {
  @Test func `the list names each strategy with what it does`() {
    for arguments in [["strategies"], ["strategies", "list"]] {
      let outcome = omni(arguments)
      #expect(outcome.code == 0 && outcome.messages.isEmpty)
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == StrategyCatalogue.all.count)
      for (line, strategy) in zip(lines, StrategyCatalogue.all) {
        #expect(line.hasPrefix("\(strategy.name) ") && line.hasSuffix(" \(strategy.summary)"))
      }
    }
  }

  @Test func `each strategy is shown with each parameter and its default`() {
    for strategy in StrategyCatalogue.all {
      let outcome = omni("strategies", "show", strategy.name)
      #expect(outcome.code == 0 && outcome.messages.isEmpty)
      for parameter in strategy.parameters {
        #expect(outcome.output.contains("  \(parameter.name) "))
        #expect(outcome.output.contains("(\(parameter.standard))"))
      }
    }
  }

  @Test func `json is one object, for the list and for one strategy`() throws {
    let list = try BacktestCommandTests.object(omni("strategies", "list", "--json").output)
    let all = try #require(list["strategies"] as? [[String: Any]])
    #expect(all.compactMap { $0["name"] as? String } == StrategyCatalogue.all.map(\.name))

    let one = try BacktestCommandTests.object(
      omni("strategies", "show", "donchian", "--json").output)
    #expect(one["name"] as? String == "donchian")
    #expect((one["parameters"] as? [Any])?.count == 5)
  }

  @Test func `the defaults that are shown are those that are run with`() throws {
    try Runs.inFolder { folder in
      let path = try BacktestCommandTests.file(folder)
      for strategy in StrategyCatalogue.all where !strategy.tradesMany {
        let line = BacktestCommandTests.line(path, strategy.name)
        let out = ["--fills", "\(folder)/fills.csv"]
        #expect(omni(line + out).code == 0)
        let plain = try Runs.text("\(folder)/fills.csv")
        let named = strategy.parameters.flatMap { ["--param", "\($0.name)=\($0.standard)"] }
        #expect(omni(line + out + named).code == 0)
        #expect(try Runs.text("\(folder)/fills.csv") == plain, "\(strategy.name)")
      }
    }
  }

  @Test(.enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
  func `a reader who leaves early is no failure, and a full device is one`() throws {
    let left = try Child.shell("(omni strategies list; echo $? >&2) | head -1")
    #expect(left.output.hasPrefix("breakout-bracket "))
    #expect(left.messages == "0\n")

    let closed = try Child.shell("(omni strategies list; echo $? >&2) | true")
    #expect(closed.messages == "0\n")

    let full = try Child.shell("omni strategies list > /dev/full")
    #expect(full.code == 1)
    #expect(full.messages.hasPrefix("error[PLT-") && full.messages.contains("; do "))
    #expect(full.messages.filter(\.isNewline).count == 1, "\(full.messages)")
  }

  @Test(.enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
  func `a process ends with the code and the streams of the command`() throws {
    let good = try Child.run(["--version"])
    #expect(good.code == 0 && good.output.hasPrefix("omni ") && good.messages.isEmpty)
    let wrong = try Child.run(["nonsense"])
    #expect(wrong.code == 64 && wrong.output.isEmpty && wrong.messages.hasPrefix("error[CLI-001]"))
    let failed = try Child.run(["strategies", "show", "nonsense"])
    #expect(failed.code == 1 && failed.output.isEmpty)
  }
}
