import Foundation

/// A folder of `.omni/tools`: the pinned Python peers of some benchmarks.
struct PeerTools: Sendable {
  /// Whose peers.
  enum Subject: String, Sendable {
    /// The resilience libraries.
    case omega
    /// The books and the simulated venue.
    case books
  }

  /// The folder of the project.
  let root: String
  /// Whose peers.
  let subject: Subject

  /// Where the pins are listed.
  private var pinsPath: String { "Benchmarks/peers/\(subject.rawValue)-requirements.txt" }

  private var folder: String { root + "/.omni/tools/" + subject.rawValue }

  /// Installs the peers unless they are there as they are pinned, and gives their Python.
  func install(console: Console) throws(ToolFailure) -> String {
    let python = folder + "/bin/python"
    let record = folder + "/PINS.txt"
    guard let pins = FileManager.default.contents(atPath: root + "/" + pinsPath) else {
      throw .notThere(
        path: pinsPath, wanted: "the list of pinned peers", remedy: "check it out again")
    }
    if FileManager.default.contents(atPath: record) == pins { return python }
    console.say("peers: fetching the Python peers")
    try run("python3", ["-m", "venv", "--clear", folder])
    try run(
      python,
      [
        "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:",
        "--disable-pip-version-check", "--root-user-action=ignore", "-r", pinsPath,
      ])
    do {
      try pins.write(to: URL(fileURLWithPath: record))
    } catch {
      throw .notThere(path: record, wanted: "to write it", remedy: "check who owns .omni")
    }
    return python
  }

  private func run(_ program: String, _ arguments: [String]) throws(ToolFailure) {
    let outcome = try ChildProcess(program: program, arguments: arguments, folder: root)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      let reason = outcome.output.split(separator: "\n").last { $0.contains("rror") }
      throw .cannotFetch(what: "the peers", reason: String(reason ?? "it gave no reason"))
    }
  }
}
