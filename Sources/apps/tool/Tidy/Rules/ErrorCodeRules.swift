/// The codes of errors against the page that explains them.
package enum ErrorCodeRules {
  /// The page that lists every code with its cause and its remedy.
  static let page = "docs/reference/errors.md"

  /// Codes that the source uses and the page does not explain, and the other way round.
  package static func check(_ tree: SourceTree) -> [Finding] {
    guard let file = tree.file(page) else { return [] }
    var used: [String: (path: String, line: Int)] = [:]
    for (source, code) in tree.swiftFiles where source.isBelow("Sources") {
      for token in code.tokens
      where token.kind == .string && isCode(token.text.dropFirst().dropLast()) {
        used[String(token.text.dropFirst().dropLast())] = (source.path, token.line)
      }
    }
    var explained: [String: Int] = [:]
    for (index, line) in file.lines.enumerated() {
      for word in line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-") })
      where isCode(word) && explained[String(word)] == nil {
        explained[String(word)] = index + 1
      }
    }
    let unknown = used.filter { explained[$0.key] == nil }.map { code, place in
      Finding(
        path: place.path, line: place.line, rule: "error-code", what: "\(code) is not explained",
        instead: "add it to \(page) with its cause and its remedy", subject: code)
    }
    let unused = explained.filter { used[$0.key] == nil }.map { code, line in
      Finding(
        path: page, line: line, rule: "error-code", what: "no source uses \(code)",
        instead: "delete it, and never give the code to another error", subject: code)
    }
    return unknown + unused
  }

  /// Whether `text` is three capital letters, a dash and three digits.
  private static func isCode(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return bytes.count == 7 && bytes[3] == UInt8(ascii: "-")
      && bytes[..<3].allSatisfy(letters.contains) && bytes[4...].allSatisfy(digits.contains)
  }
}
