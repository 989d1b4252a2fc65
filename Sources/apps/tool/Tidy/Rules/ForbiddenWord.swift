/// A turn of code that is not wanted, where it is not wanted, and what to use instead.
struct ForbiddenWord: Sendable {
  /// The rule's name.
  let rule: String
  /// The tokens that follow each other.
  let tokens: [String]
  /// Folders in which it is not wanted.
  var folders = ["Sources"]
  /// Folders in which it is allowed all the same.
  var except: [String] = []
  /// Whether it may not follow a dot or `func`: then it is somebody's own function.
  var standsAlone = false
  /// Whether a comment on its line or the line before makes it acceptable.
  var isExcusedByComment = false
  /// What to use instead.
  let instead: String

  /// The turn as it is shown.
  var shown: String { tokens.joined() }

  /// Whether the rule looks at the file at all.
  func applies(to file: SourceFile) -> Bool {
    folders.contains(where: file.isBelow) && !except.contains(where: file.isBelow)
  }

  /// Whether the turn begins at the token `index` of `code`.
  func matches(_ code: SwiftSource, at index: Int) -> Bool {
    guard index + tokens.count <= code.tokens.count else { return false }
    for offset in tokens.indices {
      let token = code.tokens[index + offset]
      guard token.kind != .string, token.text == tokens[offset] else { return false }
      if offset > 0, tokens[offset] == "!" || tokens[offset] == ".", token.isSpaced { return false }
    }
    if standsAlone, index > 0 {
      let before = code.tokens[index - 1]
      if before.text == "func" { return false }
      if before.is("."), index < 2 || code.tokens[index - 2].text != "Swift" { return false }
    }
    return !(isExcusedByComment && code.isExplained(line: code.tokens[index].line))
  }
}

extension ForbiddenWord {
  /// The list, in no particular order.
  static let all: [ForbiddenWord] = [
    ForbiddenWord(
      rule: "print", tokens: ["print", "("], except: ["Sources/apps"], standsAlone: true,
      instead: "log through OmniTelemetry or return the text"),
    ForbiddenWord(
      rule: "force", tokens: ["try", "!"], instead: "use do and catch, or let the error pass on"),
    ForbiddenWord(
      rule: "force", tokens: ["as", "!"], instead: "use as? and handle nil, or a generic"),
    ForbiddenWord(
      rule: "fatal-error", tokens: ["fatalError", "("], standsAlone: true,
      instead: "use precondition for our mistakes, a typed error for the rest"),
    ForbiddenWord(
      rule: "wall-clock", tokens: ["Date", "(", ")"], folders: ["Sources", "Tests"],
      instead: "take an instant from the Clock that is handed in"),
    ForbiddenWord(
      rule: "wall-clock", tokens: ["Date", ".", "now"], folders: ["Sources", "Tests"],
      instead: "take an instant from the Clock that is handed in"),
    ForbiddenWord(
      rule: "dispatch", tokens: ["DispatchQueue"], folders: ["Sources", "Tests"],
      instead: "use a task group, an actor, or a thread of OmniPlatform"),
    ForbiddenWord(
      rule: "task", tokens: ["Task", "{"], isExcusedByComment: true,
      instead: "use a task group, or say in a comment on the line before who owns it"),
    ForbiddenWord(
      rule: "task", tokens: ["Task", "("], standsAlone: true, isExcusedByComment: true,
      instead: "use a task group, or say in a comment on the line before who owns it"),
    ForbiddenWord(
      rule: "task", tokens: ["Task", ".", "detached"], isExcusedByComment: true,
      instead: "use a task group, or say in a comment on the line before who owns it"),
    ForbiddenWord(
      rule: "sleep", tokens: ["Task", ".", "sleep"], folders: ["Sources", "Tests"],
      except: ["Sources/1-foundation/Clocks"],
      instead: "wait on the Clock that is handed in, with a deadline"),
    ForbiddenWord(
      rule: "empty-catch", tokens: ["catch", "{", "}"], instead: "handle the error, or use try?"),
    ForbiddenWord(
      rule: "testable", tokens: ["@testable"], folders: ["Tests", "Benchmarks", "Simulations"],
      instead: "test what is public or package"),
    ForbiddenWord(
      rule: "unchecked", tokens: ["@unchecked", "Sendable"],
      folders: ["Sources", "Benchmarks", "Simulations"], isExcusedByComment: true,
      instead: "say in a comment on the line before which lock or discipline makes it true"),
    ForbiddenWord(
      rule: "unchecked", tokens: ["unsafeBitCast"],
      folders: ["Sources", "Benchmarks", "Simulations"], isExcusedByComment: true,
      instead: "say in a comment on the line before why the two layouts agree"),
  ]
}
