/// A Swift file taken apart into words, symbols and strings; comments are kept beside them.
///
/// This is a lexer and no parser: enough to tell code from comments and strings, and to find the
/// braces that belong together. It takes time in proportion to the file's length.
package struct SwiftSource: Sendable, Equatable {
  /// The smallest piece of code.
  package struct Token: Sendable, Equatable {
    /// What a piece is.
    package enum Kind: Sendable { case word, symbol, string }

    /// What it is.
    package var kind: Kind
    /// The word, with `#` or `@` when it begins so; one character; or the string without quotes.
    package var text: String
    /// Its line, counted from one.
    package var line: Int
    /// Whether something that is not code stands directly before it.
    package var isSpaced: Bool

    /// Whether it is the symbol `text`.
    func `is`(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
  }

  /// A comment of one or several lines.
  package struct Comment: Sendable, Equatable {
    /// All of it, with its slashes.
    package var text: String
    /// Where it begins and ends.
    package var lines: ClosedRange<Int>
  }

  /// The pieces of the code, in order.
  package var tokens: [Token] = []
  /// The comments, in order.
  package var comments: [Comment] = []

  /// Takes `bytes` apart.
  package init(_ bytes: [UInt8]) {
    var lexer = SwiftLexer(bytes)
    lexer.run()
    tokens = lexer.tokens
    comments = lexer.comments
  }

  /// Takes `text` apart.
  package init(_ text: String) { self.init(Array(text.utf8)) }

  /// Whether a comment stands on `line` or ends on the line before it.
  package func isExplained(line: Int) -> Bool {
    comments.contains { $0.lines.contains(line) || $0.lines.upperBound == line - 1 }
  }

  /// The index of the token that closes the bracket at `index`, if there is one.
  func closing(_ index: Int) -> Int? {
    let pairs = ["(": ")", "[": "]", "{": "}"]
    let open = tokens[index].text
    guard let close = pairs[open] else { return nil }
    var depth = 0
    for position in index..<tokens.count where tokens[position].kind == .symbol {
      if tokens[position].text == open { depth += 1 }
      if tokens[position].text == close { depth -= 1 }
      if depth == 0 { return position }
    }
    return nil
  }
}
