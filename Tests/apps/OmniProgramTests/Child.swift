import Foundation
import OmniTestKit

/// The built program as a process of its own.
enum Child {
  static let path = "\(SampleFiles.root)/.build/debug/omni"
  static let isBuilt = SampleFiles.has(path)
  static let absence = "the program is not built (.build/debug/omni)"

  /// Runs the program to its end.
  static func run(_ arguments: [String]) throws -> Outcome { try finish(path, arguments) }

  /// Runs a line of the shell in which `omni` is the program.
  static func shell(_ line: String) throws -> Outcome {
    try finish("/bin/sh", ["-c", "omni() { \"\(path)\" \"$@\"; }; \(line)"])
  }

  private static func finish(_ program: String, _ arguments: [String]) throws -> Outcome {
    let process = process(program, arguments)
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    // The messages are few, so they fit into their pipe while the output is read.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let told = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: text, messages: told)
  }

  static func process(_ path: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    return process
  }
}
