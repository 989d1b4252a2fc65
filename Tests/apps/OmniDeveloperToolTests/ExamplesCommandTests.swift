import OmniDeveloperTool
import Testing

@Suite("ExamplesCommand")
struct ExamplesCommandTests {
  private let runner = ExampleRunner(
    root: #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined())

  @Test func `there is an example for each resilience library, and one for all together`() throws {
    #expect(
      try runner.names() == [
        "CachedAccounts", "GuardedVenue", "LimitedQuotes", "ResilientQuotes", "ShardedAccounts",
        "SnapshottedBook",
      ])
  }

  @Test func `an example is built as somebody else's package, and runs`() throws {
    let output = try runner.run("LimitedQuotes")
    #expect(output.contains("alice 4: refused, may go in 200 ms"), "\(output)")
  }
}
