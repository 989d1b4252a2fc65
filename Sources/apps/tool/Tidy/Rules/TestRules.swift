/// What tests must have.
package enum TestRules {
  /// Test files in which nothing is checked.
  package static func assertions(_ tree: SourceTree) -> [Finding] {
    tree.swiftFiles.filter { $0.file.isBelow("Tests") }.compactMap { file, code in
      let words = Set(code.tokens.filter { $0.kind == .word }.map(\.text))
      guard words.contains("@Test") else { return nil }
      guard words.isDisjoint(with: ["#expect", "#require", "Issue", "confirmation"]) else {
        return nil
      }
      return Finding(
        path: file.path, line: 1, rule: "no-assertion", what: "tests that check nothing",
        instead: "say with #expect or #require what must be true")
    }
  }

  /// Test files `XTests.swift` whose module has no source file that begins with `X`.
  package static func mirrors(_ tree: SourceTree) -> [Finding] {
    guard let manifest = tree.manifest else { return [] }
    let ending = "Tests.swift"
    return tree.swiftFiles.compactMap { file, _ in
      guard file.name.hasSuffix(ending), let target = manifest.target(of: file.path),
        target.kind == "test",
        let module = manifest.target(named: String(target.name.dropLast(5)))
      else { return nil }
      let stem = String(file.name.dropLast(ending.count))
      let isMirrored = tree.files.contains {
        $0.isBelow(module.path) && $0.name.hasPrefix(stem) && $0.kind == "swift"
      }
      if isMirrored { return nil }
      return Finding(
        path: file.path, line: 1, rule: "test-name", what: "no source file \(stem)*.swift",
        instead: "name the test after what it tests in \(module.path)", severity: .warning)
    }
  }
}
