import Foundation

/// Another program, started and waited for.
struct ChildProcess: Sendable {
  /// What a program left behind.
  struct Outcome: Sendable, Equatable {
    /// The exit code, or 128 and the signal's number when a signal ended it.
    var status: Int32
    /// What it wrote, if that was captured.
    var output: String
  }

  /// What becomes of the child's two outputs.
  enum Outputs: Sendable {
    /// Both go where the tool's own go.
    case shown
    /// The standard output is captured, the errors are shown.
    case captured
    /// Both are captured into one text.
    case capturedTogether
  }

  /// The program: a name on the PATH, or a path.
  let program: String
  /// What it is given.
  let arguments: [String]
  /// Where it runs.
  let folder: String
  /// Variables that it sees besides the tool's own.
  var environment: [String: String] = [:]

  /// Runs it to its end.
  func run(_ outputs: Outputs) throws(ToolFailure) -> Outcome {
    guard let path = Self.find(program) else {
      throw .missingTool(name: program, remedy: "install \(program) and try again")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    if case .shown = outputs {} else { process.standardOutput = pipe }
    if case .capturedTogether = outputs { process.standardError = pipe }
    do { try process.run() } catch {
      throw .childFailed(command: program, status: 127, output: "\(error)")
    }
    var captured = Data()
    if case .shown = outputs {
    } else {
      captured = pipe.fileHandleForReading.readDataToEndOfFile()
    }
    process.waitUntilExit()
    let bySignal = process.terminationReason == .uncaughtSignal
    let status = process.terminationStatus + (bySignal ? 128 : 0)
    return Outcome(status: status, output: String(decoding: captured, as: UTF8.self))
  }

  /// Runs it, captures its standard output, and takes any exit code but 0 for a failure.
  func output() throws(ToolFailure) -> String {
    let outcome = try run(.captured)
    guard outcome.status == 0 else {
      let command = ([program] + arguments).joined(separator: " ")
      throw .childFailed(command: command, status: outcome.status, output: "")
    }
    return outcome.output
  }

  /// The path of a program on the PATH, or `nil`.
  static func find(_ program: String) -> String? {
    if program.contains("/") { return program }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
