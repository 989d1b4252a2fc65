import Foundation

extension Command {
  /// Builds the examples outside of the tree, as somebody else's packages.
  static let examples = Command(
    name: "examples",
    summary: "builds each example as a package outside of the tree, and runs it",
    details: """
      Copies each package of Examples into a folder of its own in .omni/examples, with this checkout
      as its dependency, builds it there for debugging and runs it.
      """,
    example: "omnidev examples"
  ) { options, console throws(ToolFailure) in
    let runner = ExampleRunner(root: options.root)
    for name in try runner.names() {
      console.say("==> \(name)")
      console.say(try runner.run(name))
    }
    return 0
  }
}

/// Builds and runs examples outside of the tree.
package struct ExampleRunner: Sendable {
  /// The folder of the project.
  let root: String
  private let folder: String

  /// Creates a runner for the project at `root`.
  package init(root: String) {
    self.root = root
    folder = root + "/.omni/examples"
  }

  /// The examples' names, in order.
  package func names() throws(ToolFailure) -> [String] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: root + "/Examples")) ?? []
    let names = found.filter {
      FileManager.default.fileExists(atPath: "\(root)/Examples/\($0)/Package.swift")
    }
    guard !names.isEmpty else {
      throw .notThere(path: "Examples", wanted: "a package in it", remedy: "check it out again")
    }
    return names.sorted()
  }

  /// Builds an example and gives what it wrote.
  package func run(_ name: String) throws(ToolFailure) -> String {
    let copy = "\(folder)/\(name)"
    do {
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "\(root)/Examples/\(name)", toPath: copy)
      let manifest = "\(copy)/Package.swift"
      let text = try String(contentsOfFile: manifest, encoding: .utf8)
      let changed = text.replacingOccurrences(of: "\"../..\"", with: "\"\(root)\"")
      guard changed != text else {
        throw ToolFailure.notThere(
          path: "Examples/\(name)/Package.swift", wanted: "a dependency on \"../..\"",
          remedy: "write one")
      }
      try changed.write(toFile: manifest, atomically: true, encoding: .utf8)
    } catch let failure as ToolFailure {
      throw failure
    } catch {
      throw .notThere(path: copy, wanted: "a copy of the example", remedy: "check who owns .omni")
    }
    let arguments = [
      "run", "--quiet", "--package-path", copy, "--scratch-path", "\(folder)/build/\(name)", name,
    ]
    let outcome = try ChildProcess(program: "swift", arguments: arguments, folder: copy)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      throw .childFailed(command: name, status: outcome.status, output: outcome.output)
    }
    return outcome.output
  }
}
