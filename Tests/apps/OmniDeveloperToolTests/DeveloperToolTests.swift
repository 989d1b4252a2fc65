import OmniDeveloperTool
import Synchronization
import Testing

@Suite("DeveloperTool")
struct DeveloperToolTests {
  private func run(_ arguments: String...) -> (status: Int32, output: String, errors: String) {
    let texts = Texts()
    let console = Console(
      output: { text in texts.output.withLock { $0 += text } },
      errors: { text in texts.errors.withLock { $0 += text } })
    let status = DeveloperTool.run(arguments, console: console)
    return (status, texts.output.withLock { $0 }, texts.errors.withLock { $0 })
  }

  @Test func `each command explains itself with an example`() {
    #expect(DeveloperTool.commandNames == ["setup", "tidy", "graph", "ci", "examples", "peers"])
    for name in DeveloperTool.commandNames {
      let (status, output, errors) = run(name, "--help")
      #expect(status == 0)
      #expect(output.contains("EXAMPLE:\n  omnidev \(name)"))
      #expect(errors.isEmpty)
      #expect(run("--help").output.contains("  \(name) "))
    }
  }

  @Test func `a command line that makes no sense ends with 2 and says what is wanted`() {
    for arguments in [[], ["fly"], ["tidy", "--fly"]] {
      let texts = Texts()
      let console = Console(
        output: { _ in }, errors: { text in texts.errors.withLock { $0 = text } })
      #expect(DeveloperTool.run(arguments, console: console) == 2)
      let error = texts.errors.withLock { $0 }
      #expect(error.hasPrefix("error[DEV-001]: ") && error.contains("; wanted "), "\(error)")
    }
  }

  @Test func `a failure is one line with a code, what was wanted and what to do`() {
    let failures: [ToolFailure] = [
      .usage(what: "a", wanted: "b"), .notThere(path: "a", wanted: "b", remedy: "c"),
      .missingTool(name: "a", remedy: "b"), .childFailed(command: "a", status: 3, output: "b"),
      .mayNotInstall(packages: ["a", "b"]), .cannotFetch(what: "a", reason: "b"),
      .wrongDigest(file: "a", wanted: "b", found: "c"),
      .malformed(path: "a", line: 1, what: "b", wanted: "c"), .findings(count: 2, remedy: "a"),
      .stageFailed(name: "a", status: 7),
    ]
    #expect(Set(failures.map(\.code)).count == failures.count)
    for failure in failures {
      let text = failure.description
      #expect(text.hasPrefix("error[\(failure.code)]: "))
      #expect(text.contains("; wanted ") && text.contains("; do ") && !text.contains("\n"))
      #expect(failure.exitCode != 0)
    }
    #expect(ToolFailure.stageFailed(name: "a", status: 7).exitCode == 7)
  }

  @Test func `the table of a run shows the stages that did not run`() {
    var run = ContinuousIntegration()
    run.results = [
      .init(name: "make check", seconds: 3.4, status: 0),
      .init(name: "make test", seconds: 61.6, status: 2),
    ]
    #expect(
      run.table == """
        make check               3 s  green
        make test               62 s  RED
        make release               -  not run
        make demo HEADLESS=1       -  not run
        make prove                 -  not run
        """)
  }
}

/// What a run wrote.
private final class Texts: Sendable {
  let output = Mutex("")
  let errors = Mutex("")
}
