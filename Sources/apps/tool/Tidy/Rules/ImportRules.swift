/// What a file may import: what its target declares, and of the system only where that is allowed.
package enum ImportRules {
  /// Modules of the system, and the folders in which they may be imported.
  ///
  /// Connectors have the C library for the sockets and descriptors that their libraries hand out.
  static let restricted: [(modules: Set<String>, folders: [String], instead: String)] = [
    (
      ["Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Dispatch"],
      [
        "Sources/1-foundation/Platform", "Sources/5-edge/Connectors", "Sources/apps", "Tests",
        "Benchmarks", "Simulations",
      ],
      "take what OmniPlatform offers"
    ),
    (["Testing"], ["Tests"], "move it to Tests"),
    (["XCTest"], [], "use Testing"),
  ]
  /// Modules that come with the compiler and that any file may import.
  static let free: Set<String> = ["Swift", "Synchronization", "PackageDescription"]

  /// One import of a file.
  package struct Import: Sendable, Equatable {
    /// The module.
    package var module: String
    /// The line.
    package var line: Int
  }

  /// The imports of a file.
  package static func imports(of code: SwiftSource) -> [Import] {
    let kinds: Set<String> = [
      "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
    ]
    var imports: [Import] = []
    for (index, token) in code.tokens.enumerated() where token.text == "import" {
      if index > 0, code.tokens[index - 1].is(".") || code.tokens[index - 1].is("(") { continue }
      var next = index + 1
      if next < code.tokens.count, kinds.contains(code.tokens[next].text) { next += 1 }
      guard next < code.tokens.count, token.kind == .word, code.tokens[next].kind == .word else {
        continue
      }
      imports.append(Import(module: code.tokens[next].text, line: token.line))
    }
    return imports
  }

  /// Imports that the manifest does not declare, or that do not belong in the file's folder.
  package static func check(_ tree: SourceTree) -> [Finding] {
    guard let manifest = tree.manifest else { return [] }
    return tree.swiftFiles.flatMap { file, code -> [Finding] in
      guard let target = manifest.target(of: file.path) else { return [] }
      return imports(of: code).compactMap { item in
        if let used = manifest.target(named: item.module) {
          return undeclared(used, by: target, in: file, line: item.line)
        }
        return foreign(item, in: file)
      }
    }
  }

  /// Targets that use a higher layer, or each other in a circle.
  package static func layers(_ tree: SourceTree) -> [Finding] {
    guard let manifest = tree.manifest else { return [] }
    return manifest.targets.flatMap { target -> [Finding] in
      guard let layer = target.layer else { return [] }
      return target.uses.compactMap { name in
        guard let used = manifest.target(named: name) else { return nil }
        guard let other = used.layer, other <= layer else {
          return Finding(
            path: "Package.swift", line: 1, rule: "layer",
            what: "\(target.name) of \(target.path) uses \(name) of \(used.path)",
            instead: "let the lower layer own a protocol that the higher one implements",
            subject: target.name + ">" + name)
        }
        return nil
      }
    }
  }

  private static func undeclared(
    _ used: Manifest.Target, by target: Manifest.Target, in file: SourceFile, line: Int
  ) -> Finding? {
    if used.name == target.name || target.uses.contains(used.name) { return nil }
    return Finding(
      path: file.path, line: line, rule: "import",
      what: "\(target.name) imports \(used.name) without declaring it",
      instead: "add it to the module's `uses` in Package.swift, or do without it",
      subject: used.name)
  }

  private static func foreign(_ item: Import, in file: SourceFile) -> Finding? {
    if free.contains(item.module) { return nil }
    if let rule = restricted.first(where: { $0.modules.contains(item.module) }) {
      if rule.folders.contains(where: file.isBelow) { return nil }
      return Finding(
        path: file.path, line: item.line, rule: "system-import",
        what: "import of \(item.module)", instead: rule.instead, subject: item.module)
    }
    return Finding(
      path: file.path, line: item.line, rule: "import",
      what: "import of \(item.module), which is no target of the package",
      instead: "declare a target for it in Package.swift", subject: item.module)
  }
}
