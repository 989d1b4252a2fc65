/// What the checks need of a page in Markdown: its headings, links, code blocks and code spans.
package struct MarkdownPage: Sendable {
  /// A link to somewhere.
  package struct Link: Sendable, Equatable {
    /// Where it leads, without a title.
    package var target: String
    /// Its line.
    package var line: Int
  }

  /// A fenced block of code.
  package struct Block: Sendable, Equatable {
    /// The word after the fence.
    package var language: String
    /// The line of the first line of code.
    package var line: Int
    /// The code, line by line.
    package var lines: [String]
  }

  /// The names that a link may put after its `#`.
  package var anchors: Set<String> = []
  /// The headings as written, with their number of `#` and their line.
  package var headings: [(level: Int, text: String, line: Int)] = []
  /// The links outside code.
  package var links: [Link] = []
  /// The fenced blocks.
  package var blocks: [Block] = []
  /// The code inside lines.
  package var spans: [String] = []

  /// Reads a page.
  package init(_ lines: [String]) {
    var open: (fence: String, block: Block)?
    for (index, line) in lines.enumerated() {
      let trimmed = String(line.drop { $0 == " " })
      if let (fence, block) = open {
        if trimmed.hasPrefix(fence) {
          blocks.append(block)
          open = nil
        } else {
          open?.block.lines.append(line)
        }
      } else if let fence = ["```", "~~~"].first(where: trimmed.hasPrefix) {
        let language = trimmed.drop { $0 == "`" || $0 == "~" }.prefix { $0 != " " }
        open = (fence, Block(language: String(language), line: index + 2, lines: []))
      } else {
        read(line, number: index + 1)
      }
    }
  }

  /// A heading's name in a link, as the usual viewers make it.
  package static func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap { character -> Character? in
        if character == " " { return "-" }
        let isKept = character.isLetter || character.isNumber || character == "-"
        return isKept || character == "_" ? character : nil
      })
  }

  private mutating func read(_ line: String, number: Int) {
    let level = line.prefix { $0 == "#" }.count
    if (1...6).contains(level), line.dropFirst(level).first == " " {
      let text = String(line.dropFirst(level + 1))
      headings.append((level, text, number))
      let name = Self.anchor(text)
      var unique = name
      var count = 0
      while !anchors.insert(unique).inserted {
        count += 1
        unique = "\(name)-\(count)"
      }
    }
    let parts = line.split(separator: "`", omittingEmptySubsequences: false)
    spans += parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    let plain = parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "" }
      .joined(separator: "`")
    readLinks(plain, number: number)
    for mark in ["id=\"", "name=\""] {
      for piece in plain.components(after: mark) {
        anchors.insert(String(piece.prefix { $0 != "\"" }))
      }
    }
  }

  private mutating func readLinks(_ line: String, number: Int) {
    for piece in line.components(after: "](") {
      let target = piece.prefix { $0 != ")" && $0 != " " }
      links.append(Link(target: target.trimming("<", ">"), line: number))
    }
    if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
      let rest = line[line.index(after: end)...]
      if rest.hasPrefix(": ") {
        let target = rest.dropFirst(2).prefix { $0 != " " }
        links.append(Link(target: target.trimming("<", ">"), line: number))
      }
    }
    for mark in ["href=\"", "src=\"", "srcset=\""] {
      for piece in line.components(after: mark) {
        links.append(Link(target: String(piece.prefix { $0 != "\"" }), line: number))
      }
    }
  }
}

extension String {
  /// What follows each occurrence of `mark`, up to the end of the line.
  fileprivate func components(after mark: String) -> [Substring] {
    var found: [Substring] = []
    var rest = self[...]
    while let range = rest.firstRange(of: mark) {
      rest = rest[range.upperBound...]
      found.append(rest)
    }
    return found
  }
}

extension Substring {
  /// The text without one character at its beginning and one at its end.
  fileprivate func trimming(_ first: Character, _ last: Character) -> String {
    String(hasPrefix(String(first)) && hasSuffix(String(last)) ? dropFirst().dropLast() : self)
  }
}
