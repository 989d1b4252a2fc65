import Foundation

extension Command {
  /// Runs what the build server runs.
  static let ci = Command(
    name: "ci",
    summary: "runs every stage of the continuous integration and shows how long each took",
    details: """
      Runs make check, make test, make release, make demo HEADLESS=1 and make prove in this order,
      shows what they write, and stops at the first that fails, with its exit code.
      """,
    example: "omnidev ci"
  ) { options, console throws(ToolFailure) in
    try runStages(ContinuousIntegration.stages, in: options.root, console: console)
    return 0
  }

  private static func runStages(
    _ stages: [[String]], in root: String, console: Console
  ) throws(ToolFailure) {
    var report = ContinuousIntegration()
    let clock = ContinuousClock()
    for stage in stages {
      let name = stage.joined(separator: " ")
      console.say("==> \(name)")
      let begin = clock.now
      let child = ChildProcess(
        program: stage[0], arguments: Array(stage.dropFirst()), folder: root)
      let status = try child.run(.shown).status
      let seconds = (clock.now - begin) / .seconds(1)
      console.say("<== \(name): \(status == 0 ? "green" : "RED"), \(Int(seconds.rounded())) s")
      report.results.append(.init(name: name, seconds: seconds, status: status))
      if status != 0 { break }
    }
    console.say(report.table)
    if let red = report.results.first(where: { $0.status != 0 }) {
      throw .stageFailed(name: red.name, status: red.status)
    }
  }
}

/// The stages of the continuous integration, and how a run of them went.
package struct ContinuousIntegration: Sendable {
  /// How one stage went.
  package struct Result: Sendable {
    var name: String
    var seconds: Double
    var status: Int32

    /// Creates the result of the stage `name`.
    package init(name: String, seconds: Double, status: Int32) {
      self.name = name
      self.seconds = seconds
      self.status = status
    }
  }

  /// The commands, from the cheapest to the dearest.
  static let stages = [
    ["make", "check"], ["make", "test"], ["make", "release"], ["make", "demo", "HEADLESS=1"],
    ["make", "prove"],
  ]

  /// The stages that ran, in order.
  package var results: [Result] = []

  /// Creates a run in which no stage has run yet.
  package init() {}

  /// The stages that ran and those that did not, one a line.
  package var table: String {
    let names = Self.stages.map { $0.joined(separator: " ") }
    let width = (names + results.map(\.name)).map(\.count).max() ?? 0
    let skipped = names.filter { name in !results.contains { $0.name == name } }
    let rows =
      results.map { ($0.name, "\(Int($0.seconds.rounded())) s", $0.status == 0 ? "green" : "RED") }
      + skipped.map { ($0, "-", "not run") }
    return rows.map { name, time, state in
      let padding = String(repeating: " ", count: width - name.count)
      let gap = String(repeating: " ", count: max(0, 7 - time.count))
      return "\(name)\(padding) \(gap)\(time)  \(state)"
    }.joined(separator: "\n")
  }
}
