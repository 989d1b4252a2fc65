/// What each module's folder must have.
package enum ModuleRules {
  /// Modules without a README of their own, or with one that says nothing.
  package static func readmes(_ tree: SourceTree) -> [Finding] {
    (tree.manifest?.targets ?? []).filter(\.isModule).compactMap { module in
      let path = module.path + "/README.md"
      guard let readme = tree.file(path) else {
        return Finding(
          path: path, line: 1, rule: "readme", what: "\(module.name) has no README.md",
          instead: "say in five lines what it is, for whom, its main type and its invariants")
      }
      guard readme.lines.filter({ !$0.isEmpty }).count < 3 else { return nil }
      return Finding(
        path: path, line: 1, rule: "readme", what: "\(module.name) is not explained",
        instead: "say in five lines what it is, for whom, its main type and its invariants",
        severity: .warning)
    }
  }
}
