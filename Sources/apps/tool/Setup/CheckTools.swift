import Foundation

/// The folder `.omni/tools`: Python tools that the tests hold OMNI's output against.
struct CheckTools: Sendable {
  /// The folder of the project.
  let root: String
  /// Where the pins are listed.
  static let pinsPath = "Deploy/check-wheels.txt"

  private var folder: String { root + "/.omni/tools/beancount" }
  /// The pins that were installed.
  private var record: String { folder + "/PINS.txt" }

  /// Whether the tools are there as they are pinned.
  func areThere() throws(ToolFailure) -> Bool {
    FileManager.default.contents(atPath: record) == (try pins())
  }

  private func pins() throws(ToolFailure) -> Data {
    guard let data = FileManager.default.contents(atPath: root + "/" + Self.pinsPath) else {
      throw .notThere(
        path: Self.pinsPath, wanted: "the list of pinned wheels", remedy: "check it out again")
    }
    return data
  }

  /// Installs the pinned wheels in place of what was there.
  func install(console: Console) throws(ToolFailure) {
    let fresh = root + "/.omni/tools-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: fresh) }
    console.say("setup: fetching beancount for the tests")
    let arguments = [
      "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
      "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore",
      "--retries", "1", "--timeout", "15", "-r", Self.pinsPath, "--target", fresh,
    ]
    let outcome = try ChildProcess(program: "python3", arguments: arguments, folder: root)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      let reason = outcome.output.split(separator: "\n").last { $0.contains("ERROR") }
      throw .cannotFetch(what: "beancount", reason: String(reason ?? "pip gave no reason"))
    }
    do {
      let pins = try pins()
      try pins.write(to: URL(fileURLWithPath: fresh + "/PINS.txt"))
      try FileManager.default.createDirectory(
        atPath: root + "/.omni/tools", withIntermediateDirectories: true)
      if FileManager.default.fileExists(atPath: folder) {
        try FileManager.default.removeItem(atPath: folder)
      }
      try FileManager.default.moveItem(atPath: fresh, toPath: folder)
    } catch {
      throw .notThere(path: folder, wanted: "to write it", remedy: "check who owns .omni")
    }
  }
}
