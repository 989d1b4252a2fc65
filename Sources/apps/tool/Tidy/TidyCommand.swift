extension Command {
  /// Holds the project against the house rules.
  static let tidy = Command(
    name: "tidy",
    summary: "holds the project against the house rules",
    details: """
      Reads every file once and prints `file:line: what, instead [rule]` for whatever is not as
      the house rules want it. Known excess is listed in \(TidyDebt.path), one
      `rule path[#name] size reason` a line, and may only fall. Warnings do not fail.
      """,
    flags: [(name: "--rules", meaning: "lists the rules")],
    example: "omnidev tidy"
  ) { options, console throws(ToolFailure) in
    if options.flags.contains("--rules") {
      for rule in Tidy.rules { console.say("\(rule.names): \(rule.meaning)") }
      return 0
    }
    let tree = try SourceTree.read(options.root)
    if tree.manifest == nil {
      console.complain("tidy: no Package.swift, so imports, layers and modules are not checked")
    }
    let findings = try Tidy.check(tree)
    for finding in findings { console.say(finding.text) }
    let errors = findings.filter { $0.severity == .error }.count
    guard errors == 0 else {
      throw .findings(count: errors, remedy: "as each line says")
    }
    let warnings = findings.count
    console.say(
      "tidy: \(tree.files.count) files are in order"
        + (warnings == 0 ? "" : ", with \(warnings) warning\(warnings == 1 ? "" : "s")"))
    return 0
  }
}
