/// The house rules, and how a project stands to them.
package enum Tidy {
  /// A check, the names of its rules and a line on what it looks at.
  package struct Rule: Sendable {
    /// The names that `.tidy-debt` uses.
    package let names: String
    /// What it looks at.
    package let meaning: String
    /// The check.
    package let check: @Sendable (SourceTree) -> [Finding]
  }

  /// Every check.
  package static let rules: [Rule] = [
    Rule(names: "file-length", meaning: "400 lines a file, 600 a test", check: LengthRules.files),
    Rule(
      names: "function-length, parameters", meaning: "60 lines a function; 5 parameters (warning)",
      check: LengthRules.functions),
    Rule(
      names: "module-length", meaning: "6000 lines a module (warning)", check: LengthRules.modules),
    Rule(
      names: "import, system-import", meaning: "imports are declared, the system's where allowed",
      check: ImportRules.check),
    Rule(
      names: "layer", meaning: "targets use their own layer or lower", check: ImportRules.layers),
    Rule(
      names: "print, force, fatal-error, wall-clock, dispatch, task, sleep, empty-catch, testable, "
        + "unchecked", meaning: "forbidden words, each with a replacement", check: WordRules.words),
    Rule(names: "float", meaning: "exact money and quantities", check: WordRules.floats),
    Rule(names: "engine-waits", meaning: "layer 2 never waits", check: WordRules.engine),
    Rule(
      names: "unsafe-place", meaning: "unsafe code in few modules", check: WordRules.unsafePlaces),
    Rule(names: "file-size", meaning: "1 MB a file", check: TextRules.sizes),
    Rule(names: "characters", meaning: "UTF-8, no hidden characters", check: TextRules.characters),
    Rule(names: "promise", meaning: "no notes of work to be done", check: TextRules.promises),
    Rule(names: "machine-path", meaning: "no path of one machine", check: TextRules.machinePaths),
    Rule(names: "no-assertion", meaning: "tests check something", check: TestRules.assertions),
    Rule(
      names: "test-name", meaning: "tests are named after a source file (warning)",
      check: TestRules.mirrors),
    Rule(names: "readme", meaning: "each module has a README.md", check: ModuleRules.readmes),
    Rule(names: "link", meaning: "links lead somewhere", check: DocumentRules.links),
    Rule(names: "command", meaning: "commands in documents exist", check: DocumentRules.commands),
    Rule(names: "example", meaning: "JSON and YAML can be read", check: DocumentRules.examples),
    Rule(
      names: "error-code", meaning: "codes of errors are explained", check: ErrorCodeRules.check),
    Rule(names: "changelog", meaning: "CHANGELOG.md has its form", check: DocumentRules.changeLog),
  ]

  /// Runs every check, takes away what is listed as debt, and sorts what is left.
  package static func check(_ tree: SourceTree) throws(ToolFailure) -> [Finding] {
    let debt = try TidyDebt.parse(tree.file(TidyDebt.path)?.lines ?? [])
    let findings = debt.apply(to: rules.flatMap { $0.check(tree) })
    return findings.sorted {
      ($0.path, $0.line, $0.rule, $0.what) < ($1.path, $1.line, $1.rule, $1.what)
    }
  }
}
