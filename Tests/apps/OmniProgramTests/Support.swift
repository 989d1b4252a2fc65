import Testing
import Foundation
import OmniPlatform
import OmniProgram
import Synchronization

/// What a command line of the program gave.
struct Outcome {
  let code: Int32
  let output: String
  let messages: String
}

/// Collects what is written to it.
private final class Collector: Sendable {
  private let content = Mutex("")
  func take(_ text: String) { content.withLock { $0 += text } }
  var text: String { content.withLock { $0 } }
}

/// Runs the program in this process.
func omni(_ arguments: String..., isTerminal: Bool = false) -> Outcome {
  omni(arguments, isTerminal: isTerminal)
}

/// Runs the program in this process.
func omni(_ arguments: [String], isTerminal: Bool = false) -> Outcome {
  let output = Collector()
  let messages = Collector()
  let console = Console(
    output: output.take, messages: messages.take, isTerminal: isTerminal)
  let code = Omni.run(arguments, console)
  return Outcome(code: code, output: output.text, messages: messages.text)
}

/// A folder of a test; whoever asked removes it with `remove`.
func scratchFolder() throws -> String { try FileSystem.makeTemporaryDirectory("omni-program") }

/// A file of a test in a folder of its own; whoever asked removes it with `remove`.
func scratch(_ name: String, _ text: String) throws -> String {
  try scratch(name, Array(text.utf8))
}

/// A file of a test in a folder of its own; whoever asked removes it with `remove`.
func scratch(_ name: String, _ bytes: [UInt8]) throws -> String {
  let path = try scratchFolder() + "/" + name
  try FileSystem.replaceFile(path, with: bytes)
  return path
}

/// Removes a folder or file of a test, with the folder that was made for it.
func remove(_ path: String) {
  let folder = path.split(separator: "/").prefix(2).joined(separator: "/")
  try? FileSystem.removeDirectory("/" + folder)
}

func expectRefused(
  _ outcome: Outcome, _ code: String?, _ words: String, _ what: String = ""
) {
  #expect(outcome.code == 1 && outcome.output.isEmpty, "\(what) \(outcome.output)")
  #expect(outcome.messages.filter(\.isNewline).count == 1, "\(what) \(outcome.messages)")
  #expect(
    outcome.messages.hasPrefix("error[\(code ?? "")") && outcome.messages.contains(words)
      && outcome.messages.contains("; do "), "\(what) \(outcome.messages)")
}
