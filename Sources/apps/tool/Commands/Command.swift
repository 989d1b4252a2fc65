/// One subcommand: its words for the help, the options it knows, and what it does.
struct Command: Sendable {
  /// The word that selects it.
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// What it does, in a paragraph.
  let details: String
  /// Options that stand alone, with a line of explanation each.
  var flags: [(name: String, meaning: String)] = []
  /// Options that are followed by a value, with what that is and a line of explanation each.
  var settings: [(name: String, value: String, meaning: String)] = []
  /// One line that can be typed as it stands.
  let example: String
  /// Does the work and returns the exit code.
  let run: @Sendable (Options, Console) throws(ToolFailure) -> Int32

  /// What `--help` prints.
  var help: String {
    let settings = settings.map { (name: "\($0.name) \($0.value)", meaning: $0.meaning) }
    let own =
      flags + settings + [
        (name: "--root DIR", meaning: "the project, when not above the current one")
      ]
    let options = own.map { "  \($0.name)  \($0.meaning)" }.joined(separator: "\n")
    return """
      OVERVIEW: \(details)

      USAGE: omnidev \(name) [options]

      OPTIONS:
      \(options)
        --help  prints this

      EXAMPLE:
        \(example)
      """
  }
}
