import Foundation

/// The targets of the package, as `swift package dump-package` tells them.
package struct Manifest: Sendable, Equatable {
  /// One target.
  package struct Target: Sendable, Equatable {
    /// Its name, which is what an import says.
    package var name: String
    /// Its folder, relative to the project's.
    package var path: String
    /// What SwiftPM calls it: regular, executable, test or system.
    package var kind: String
    /// The targets that it may import.
    package var uses: [String]

    /// Creates a target.
    package init(name: String, path: String, kind: String = "regular", uses: [String] = []) {
      self.name = name
      self.path = path
      self.kind = kind
      self.uses = uses
    }

    /// The number of its layer, 0 to 5, if its folder is that of a layer.
    package var layer: Int? {
      let parts = path.split(separator: "/")
      guard parts.count > 2, parts[0] == "Sources", parts[1].dropFirst().first == "-" else {
        return nil
      }
      return Int(parts[1].prefix(1))
    }

    /// Whether it is a module of one of the five layers.
    package var isModule: Bool { kind == "regular" && (1...5).contains(layer ?? 0) }
  }

  /// Every target.
  package var targets: [Target]

  /// Creates a manifest of `targets`.
  package init(targets: [Target]) { self.targets = targets }

  /// Reads what `swift package dump-package` wrote.
  package init(dump: String) throws(ToolFailure) {
    let object = try? JSONSerialization.jsonObject(with: Data(dump.utf8)) as? [String: Any]
    guard let list = object?["targets"] as? [[String: Any]] else {
      throw .malformed(
        path: "Package.swift", line: 1, what: "the dump of the manifest lists no targets",
        wanted: "JSON with an array `targets`")
    }
    targets = list.compactMap { item in
      guard let name = item["name"] as? String else { return nil }
      let kind = item["type"] as? String ?? "regular"
      let place = item["path"] as? String ?? (kind == "test" ? "Tests/" : "Sources/") + name
      let uses = (item["dependencies"] as? [[String: Any]] ?? []).compactMap { dependency in
        dependency.values.lazy.compactMap { ($0 as? [Any])?.first as? String }.first
      }
      return Target(name: name, path: place, kind: kind, uses: uses)
    }
  }

  /// The target whose folder holds the file at `path`.
  package func target(of path: String) -> Target? {
    targets.filter { path.hasPrefix($0.path + "/") }.max { $0.path.count < $1.path.count }
  }

  /// The target called `name`.
  package func target(named name: String) -> Target? { targets.first { $0.name == name } }
}
