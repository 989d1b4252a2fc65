import Foundation

/// The options of one call, checked against what the command knows.
struct Options: Sendable {
  /// The flags that were given.
  let flags: Set<String>
  /// The values that were given, by the options before them.
  let values: [String: String]
  /// The folder of the project.
  let root: String

  /// Reads `arguments`, or says which of them `command` does not know.
  init(_ arguments: [String], command: Command) throws(ToolFailure) {
    var flags: Set<String> = []
    var values: [String: String] = [:]
    var root: String?
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if argument == "--root", index + 1 < arguments.count {
        root = arguments[index + 1]
        index += 1
      } else if command.flags.contains(where: { $0.name == argument }) {
        flags.insert(argument)
      } else if command.settings.contains(where: { $0.name == argument }),
        index + 1 < arguments.count
      {
        values[argument] = arguments[index + 1]
        index += 1
      } else {
        let settings = command.settings.map { "\($0.name) \($0.value)" }
        let known = (command.flags.map(\.name) + settings + ["--root DIR", "--help"]).joined(
          separator: ", ")
        throw .usage(what: "\(command.name) does not know \(argument)", wanted: known)
      }
      index += 1
    }
    self.flags = flags
    self.values = values
    self.root = try Self.folder(given: root)
  }

  /// The folder that was given, or the nearest one upwards that holds a manifest.
  private static func folder(given: String?) throws(ToolFailure) -> String {
    let current = FileManager.default.currentDirectoryPath
    if let given {
      let path = URL(fileURLWithPath: given).standardizedFileURL.path
      guard (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil else {
        throw .notThere(path: given, wanted: "a folder", remedy: "check --root")
      }
      return path
    }
    var folder = URL(fileURLWithPath: current).standardizedFileURL
    while folder.path != "/" {
      if FileManager.default.fileExists(atPath: folder.path + "/Package.swift") {
        return folder.path
      }
      folder.deleteLastPathComponent()
    }
    throw .notThere(
      path: "Package.swift", wanted: "it here or in a folder above",
      remedy: "run inside the project, or pass --root DIR")
  }
}
