import Foundation
import OmniCrypto
import OmniPlatform

/// The folder of the demo's files, as `omnidev setup` unpacks it and writes it down.
struct DemoFiles {
  /// Where it is unless told otherwise.
  static let standard = ".omni/demo"

  /// Where it is.
  let path: String

  /// What `PROVENANCE.json` says.
  struct Provenance: Decodable {
    /// The wheels that were unpacked.
    var wheels: [Wheel]
  }

  /// One wheel of the Python package index.
  struct Wheel: Decodable {
    /// The package's name.
    var package: String
    /// Its version.
    var version: String
    /// The digest of the wheel.
    var sha256: String
    /// The licence's SPDX identifier.
    var licence: String
    /// What was unpacked of it.
    var files: [Entry]
  }

  /// One file that was unpacked.
  struct Entry: Decodable {
    /// Its path below the folder.
    var path: String
    /// Its digest.
    var sha256: String
  }

  /// The record, or nil when there is none.
  func provenance() throws -> Provenance? {
    let record = path + "/PROVENANCE.json"
    guard FileSystem.exists(record) else { return nil }
    let bytes = try Self.bytes(record)
    do {
      return try JSONDecoder().decode(Provenance.self, from: Data(bytes))
    } catch {
      throw Problem(
        "DOC-002", "\(record) cannot be read", wanted: "what make setup wrote",
        remedy: "remove \(path) and run make setup")
    }
  }

  /// The digests of the wheels that the project pins, by package; empty where there is no project.
  func pins() throws -> [String: String] {
    let list = FileSystem.folder(of: FileSystem.folder(of: path)) + "/Deploy/demo-wheels.txt"
    guard FileSystem.exists(list) else { return [:] }
    var pins: [String: String] = [:]
    for line in String(decoding: try Self.bytes(list), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let end = words[0].firstRange(of: "=="),
        let start = words[1].firstRange(of: "sha256:")
      else { continue }
      pins[String(words[0][..<end.lowerBound])] = String(words[1][start.upperBound...])
    }
    return pins
  }

  /// What contradicts the record or the pins, a line each.
  func faults(_ provenance: Provenance) throws -> [String] {
    var faults: [String] = []
    for (package, digest) in try pins().sorted(by: { $0.key < $1.key }) {
      let wheel = provenance.wheels.first { $0.package == package }
      if wheel == nil { faults.append("\(package) is missing") }
      if let wheel, wheel.sha256 != digest {
        faults.append("\(package) is of a wheel that is not pinned")
      }
    }
    for entry in provenance.wheels.flatMap(\.files) {
      // A record that leads out of the folder is none of ours.
      guard !entry.path.hasPrefix("/"), !entry.path.split(separator: "/").contains("..") else {
        faults.append("\(entry.path) is outside")
        continue
      }
      let file = "\(path)/\(entry.path)"
      if !FileSystem.exists(file) {
        faults.append("\(entry.path) is missing")
      } else if SHA256.digest(of: try Self.bytes(file)).description != entry.sha256 {
        faults.append("\(entry.path) was changed")
      }
    }
    return faults
  }

  /// The text of the licence that was unpacked with `wheel`, or nil.
  func licence(of wheel: Wheel) throws -> String? {
    let entry = wheel.files.first { file in
      file.path.split(separator: "/").last?.hasPrefix("LICENSE") == true
        && !file.path.split(separator: "/").contains("..") && !file.path.hasPrefix("/")
    }
    return try entry.map { String(decoding: try Self.bytes("\(path)/\($0.path)"), as: UTF8.self) }
  }

  /// The bytes of a file as they lie on the disk.
  private static func bytes(_ path: String) throws -> [UInt8] {
    try Problem.wrapping {
      let file = try File(path, .read)
      return try file.bytes(at: 0, count: try file.size())
    }
  }
}
