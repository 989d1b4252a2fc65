import Foundation

/// A command of the program.
protocol Command: Sendable {
  /// The word by which it is called.
  static var name: String { get }
  /// What it does, in a line.
  static var summary: String { get }
  /// What may follow the word.
  static var options: [Option] { get }
  /// What stands without a name, for the help: `JOURNAL`.
  static var positional: String { get }
  /// A command line that works.
  static var example: String { get }
  /// All of the help; made from the rest unless a command has its own.
  static var help: String { get }
  /// Does it.
  static func run(_ arguments: Arguments, _ console: Console) throws
}

/// An option of a command.
struct Option: Sendable {
  /// The name, with its dashes.
  let name: String
  /// What follows it, for the help; nil for a flag.
  let value: String?
  /// What it does.
  let summary: String
  /// Whether it may be given more than once.
  var repeats = false

  init(_ name: String, _ value: String? = nil, _ summary: String, repeats: Bool = false) {
    self.name = name
    self.value = value
    self.summary = summary
    self.repeats = repeats
  }

  static let json = Option("--json", nil, "prints the result as one JSON object")
}

extension Command {
  static var positional: String { "" }

  /// What each option does, one a line.
  static var optionLines: [String] {
    let heads = options.map { option in
      option.value.map { "\(option.name) \($0)" } ?? option.name
    }
    let width = (heads.map(\.count).max() ?? 0) + 2
    return zip(heads, options).map { head, option in
      "  \(head.padding(toLength: width, withPad: " ", startingAt: 0))\(option.summary)"
    }
  }

  static var help: String {
    let tail = [positional, options.isEmpty ? "" : "[options]"].filter { !$0.isEmpty }
    return """
      omni \(name): \(summary)

      USAGE: omni \(([name] + tail).joined(separator: " "))

      OPTIONS:
      \(optionLines.joined(separator: "\n"))

      EXAMPLE:
        \(example)
      """
  }
}
