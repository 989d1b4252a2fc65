/// How long files, functions and modules may be.
package enum LengthRules {
  /// The lines of a source file, and of a test.
  static let fileLines = (source: 400, test: 600)
  /// The lines of a function, from its keyword to its closing brace.
  static let functionLines = 60
  /// The parameters of a function.
  static let parameters = 5
  /// The lines of a module.
  static let moduleLines = 6_000

  /// Files longer than they may be.
  package static func files(_ tree: SourceTree) -> [Finding] {
    tree.swiftFiles.compactMap { file, _ in
      let limit = file.isBelow("Tests") ? fileLines.test : fileLines.source
      let count = file.lineCount
      guard count > limit else { return nil }
      return Finding(
        path: file.path, line: limit + 1, rule: "file-length", what: "\(count) lines",
        instead: "split it so that each part has at most \(limit)", size: count)
    }
  }

  /// Functions longer than they may be, and those with many parameters.
  package static func functions(_ tree: SourceTree) -> [Finding] {
    tree.swiftFiles.flatMap { file, code in
      FunctionShape.all(in: code).flatMap { shape in
        var findings: [Finding] = []
        if shape.length > functionLines {
          findings.append(
            Finding(
              path: file.path, line: shape.line, rule: "function-length",
              what: "\(shape.name) has \(shape.length) lines",
              instead: "take parts out so that it has at most \(functionLines)",
              subject: key(shape.name), size: shape.length))
        }
        if shape.parameters > parameters {
          findings.append(
            Finding(
              path: file.path, line: shape.line, rule: "parameters",
              what: "\(shape.name) takes \(shape.parameters) parameters",
              instead: "pass a value that names them", severity: .warning,
              subject: key(shape.name), size: shape.parameters))
        }
        return findings
      }
    }
  }

  /// Modules that are two.
  package static func modules(_ tree: SourceTree) -> [Finding] {
    (tree.manifest?.targets ?? []).filter(\.isModule).compactMap { module in
      let count = tree.swiftFiles.filter { $0.file.isBelow(module.path) }
        .map(\.file.lineCount).reduce(0, +)
      guard count > moduleLines else { return nil }
      return Finding(
        path: module.path + "/README.md", line: 1, rule: "module-length",
        what: "\(module.name) has \(count) lines",
        instead: "make two modules of it, of at most \(moduleLines)", severity: .warning,
        size: count)
    }
  }

  /// A name as `.tidy-debt` can hold it: without blanks.
  private static func key(_ name: String) -> String {
    String(name.map { $0 == " " ? "_" : $0 }.filter { $0 != "`" })
  }
}
