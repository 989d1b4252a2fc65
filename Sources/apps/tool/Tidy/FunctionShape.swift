/// How long a function is and how many parameters it takes.
package struct FunctionShape: Sendable, Equatable {
  /// Its name, or the keyword of a declaration that has none.
  package var name: String
  /// The line of its keyword.
  package var line: Int
  /// The lines from its keyword to its closing brace; 0 without a body.
  package var length: Int
  /// How many parameters it declares.
  package var parameters: Int

  /// Finds the functions, initialisers, deinitialisers and subscripts of `source`.
  package static func all(in source: SwiftSource) -> [FunctionShape] {
    source.tokens.indices.compactMap { shape(source, at: $0) }
  }

  private static func shape(_ source: SwiftSource, at start: Int) -> FunctionShape? {
    let tokens = source.tokens
    let keyword = tokens[start]
    guard keyword.kind == .word, start + 1 < tokens.count else { return nil }
    if start > 0, tokens[start - 1].is(".") { return nil }
    var index = start + 1
    var name = keyword.text
    switch keyword.text {
    case "func":
      name = ""
      repeat {
        name += tokens[index].text
        index += 1
      } while index < tokens.count && tokens[index - 1].kind == .symbol && !tokens[index].is("(")
    case "deinit": break
    case "init", "subscript":
      while index < tokens.count, tokens[index].is("?") || tokens[index].is("!") { index += 1 }
    default: return nil
    }
    if index < tokens.count, tokens[index].is("<") { index = afterGenerics(tokens, index) }
    var parameters = 0
    if keyword.text != "deinit" {
      guard index < tokens.count, tokens[index].is("("), let end = source.closing(index) else {
        return nil
      }
      parameters = count(Array(tokens[(index + 1)..<end]))
      index = end + 1
    }
    let length = bodyEnd(source, from: index).map { tokens[$0].line - keyword.line + 1 } ?? 0
    return FunctionShape(name: name, line: keyword.line, length: length, parameters: parameters)
  }

  private static func afterGenerics(_ tokens: [SwiftSource.Token], _ start: Int) -> Int {
    var depth = 0
    for index in start..<tokens.count {
      if tokens[index].is("<") { depth += 1 }
      if tokens[index].is(">"), !tokens[index - 1].is("-") { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return tokens.count
  }

  /// The number of commas outside all brackets, and one.
  private static func count(_ tokens: [SwiftSource.Token]) -> Int {
    guard let last = tokens.last else { return 0 }
    var depth = 0
    var commas = 0
    var previous: SwiftSource.Token?
    for token in tokens {
      if token.kind == .symbol {
        switch token.text {
        case "(", "[", "{": depth += 1
        case ")", "]", "}": depth -= 1
        case "<" where !token.isSpaced: depth += 1
        case ">" where !token.isSpaced && previous?.is("-") != true: depth -= 1
        case "," where depth == 0: commas += 1
        default: break
        }
      }
      previous = token
    }
    return last.is(",") ? commas : commas + 1
  }

  /// The index of the brace that ends the body, or `nil` when the declaration has none.
  private static func bodyEnd(_ source: SwiftSource, from start: Int) -> Int? {
    let stops: Set<String> = [
      "func", "var", "let", "init", "subscript", "deinit", "case", "associatedtype", "typealias",
      "struct", "enum", "class", "actor", "protocol", "extension", "static", "mutating",
      "consuming", "borrowing", "nonisolated", "public", "package", "internal", "private",
      "fileprivate", "override", "final", "indirect", "prefix", "postfix", "import",
    ]
    let tokens = source.tokens
    var index = start
    while index < tokens.count {
      let token = tokens[index]
      if token.is("{") { return source.closing(index) }
      if token.is("}") { return nil }
      let beginsLine = index > 0 && token.line > tokens[index - 1].line
      if beginsLine, token.kind == .word {
        if stops.contains(token.text) || token.text.hasPrefix("@") || token.text.hasPrefix("#") {
          return nil
        }
      }
      index = token.is("(") ? (source.closing(index) ?? index) + 1 : index + 1
    }
    return nil
  }
}
