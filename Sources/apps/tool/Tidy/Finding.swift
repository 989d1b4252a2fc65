/// Something that is not as the house rules want it.
package struct Finding: Sendable, Equatable {
  /// Whether it stops a merge.
  package enum Severity: Sendable { case error, warning }

  /// The file, relative to the project's folder.
  package var path: String
  /// The line, counted from one.
  package var line: Int
  /// The rule's name, as `.tidy-debt` spells it.
  package var rule: String
  /// What was found.
  package var what: String
  /// What to do instead.
  package var instead: String
  /// Whether it stops a merge.
  package var severity: Severity = .error
  /// What inside the file it is about, such as a function's name.
  package var subject = ""
  /// The excess, where the rule measures one; otherwise findings are counted.
  package var size: Int?

  /// The line that is shown.
  package var text: String {
    let kind = severity == .warning ? "warning: " : ""
    return "\(path):\(line): \(kind)\(what), \(instead) [\(rule)]"
  }
}
