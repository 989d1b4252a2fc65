/// The machine behind `SwiftSource`.
struct SwiftLexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var isSpaced = true
  private(set) var tokens: [SwiftSource.Token] = []
  private(set) var comments: [SwiftSource.Comment] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    tokens.reserveCapacity(bytes.count / 5)
  }

  mutating func run() {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        skipByte()
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): skipByte()
      case UInt8(ascii: "/"): slash()
      case UInt8(ascii: "\""): string(hashes: 0)
      case UInt8(ascii: "#"): hash()
      case UInt8(ascii: "`"): quotedWord()
      case UInt8(ascii: "@"): word()
      case _ where isWord(byte): word()
      default: symbol()
      }
    }
  }

  // MARK: Bytes

  private func peek(_ ahead: Int = 0) -> UInt8? {
    index + ahead < bytes.count ? bytes[index + ahead] : nil
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  private mutating func skipByte() {
    index += 1
    isSpaced = true
  }

  private func text(from start: Int) -> String {
    String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self)
  }

  private mutating func add(_ kind: SwiftSource.Token.Kind, _ text: String, line: Int) {
    tokens.append(.init(kind: kind, text: text, line: line, isSpaced: isSpaced))
    isSpaced = false
  }

  // MARK: Code

  private mutating func symbol() {
    index += 1
    add(.symbol, text(from: index - 1), line: line)
  }

  private mutating func word() {
    let start = index
    index += 1
    while let byte = peek(), isWord(byte) { index += 1 }
    add(.word, text(from: start), line: line)
  }

  /// An identifier between backticks, which may be a whole sentence.
  private mutating func quotedWord() {
    let start = index
    index += 1
    while let byte = peek(), byte != UInt8(ascii: "`"), byte != UInt8(ascii: "\n") { index += 1 }
    index += 1
    add(.word, text(from: start), line: line)
  }

  /// A `#` begins a raw string, a raw regular expression or a word such as `#expect`.
  private mutating func hash() {
    var hashes = 1
    while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
    switch peek(hashes) {
    case UInt8(ascii: "\""):
      index += hashes
      string(hashes: hashes)
    case UInt8(ascii: "/"):
      index += hashes
      expression(hashes: hashes)
    case .some(let byte) where isWord(byte): word()
    default: symbol()
    }
  }

  /// A `/` begins a comment, a regular expression, or is an operator.
  private mutating func slash() {
    let start = index
    let first = line
    if peek(1) == UInt8(ascii: "/") {
      while let byte = peek(), byte != UInt8(ascii: "\n") { index += 1 }
    } else if peek(1) == UInt8(ascii: "*") {
      skipBlockComment()
    } else if beginsExpression {
      return expression(hashes: 0)
    } else {
      return symbol()
    }
    comments.append(.init(text: text(from: start), lines: first...line))
    isSpaced = true
  }

  private mutating func skipBlockComment() {
    var depth = 0
    while let byte = peek() {
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        index += 1
      } else if byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        index += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      index += 1
      if depth == 0 { return }
    }
  }

  // MARK: Literals

  /// Whether the `/` here can begin a regular expression: a value is expected, and it closes.
  private var beginsExpression: Bool {
    let openers = ["(", ",", "=", ":", "[", "{", "return"]
    guard let last = tokens.last, openers.contains(last.text) else { return false }
    guard let next = peek(1), next != UInt8(ascii: " "), next != UInt8(ascii: ")") else {
      return false
    }
    var ahead = 1
    while let byte = peek(ahead), byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "/") { return true }
      ahead += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return false
  }

  private mutating func expression(hashes: Int) {
    let first = line
    index += 1
    let start = index
    while let byte = peek() {
      if byte == UInt8(ascii: "\n"), hashes == 0 { break }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "/"), hasHashes(hashes, ahead: 1) { break }
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    let content = text(from: start)
    index += 1 + hashes
    add(.string, content, line: first)
  }

  private func hasHashes(_ count: Int, ahead: Int) -> Bool {
    for offset in 0..<count where peek(ahead + offset) != UInt8(ascii: "#") { return false }
    return true
  }

  private func hasQuotes(_ count: Int) -> Bool {
    for offset in 0..<count where peek(offset) != UInt8(ascii: "\"") { return false }
    return true
  }

  private mutating func string(hashes: Int) {
    let first = line
    let start = index
    skipString(hashes: hashes)
    add(.string, text(from: start), line: first)
  }

  /// Skips a string that begins at its first quote, with everything that is interpolated into it.
  private mutating func skipString(hashes: Int) {
    let quotes = hasQuotes(3) ? 3 : 1
    index += quotes
    while let byte = peek() {
      if byte == UInt8(ascii: "\\"), hasHashes(hashes, ahead: 1) {
        index += 1 + hashes
        if peek() == UInt8(ascii: "(") {
          skipInterpolation()
        } else {
          if peek() == UInt8(ascii: "\n") { line += 1 }
          index += 1
        }
      } else if byte == UInt8(ascii: "\""), hasQuotes(quotes), hasHashes(hashes, ahead: quotes) {
        index += quotes + hashes
        return
      } else {
        if byte == UInt8(ascii: "\n") {
          if quotes == 1 { return }
          line += 1
        }
        index += 1
      }
    }
  }

  private mutating func skipInterpolation() {
    var depth = 0
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""): skipString(hashes: 0)
      case UInt8(ascii: "\n"):
        line += 1
        index += 1
      case UInt8(ascii: "("):
        depth += 1
        index += 1
      case UInt8(ascii: ")"):
        depth -= 1
        index += 1
        if depth == 0 { return }
      default: index += 1
      }
    }
  }
}
