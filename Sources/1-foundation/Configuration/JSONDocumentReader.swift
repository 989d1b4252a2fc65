/// Reads one JSON document, strictly by RFC 8259, into configuration values.
///
/// Recursive descent over the bytes. Stricter than the standard where it leaves a choice: a byte
/// order mark, a key that comes twice and half a surrogate pair are refused.
struct JSONDocumentReader {
  private let bytes: [UInt8]
  private let label: String
  private var position = 0
  private var mark = TextMark()
  private var nodeCount = 0
  private var depth = 0

  static func read(
    _ bytes: [UInt8], label: String
  ) throws(ConfigurationError) -> ConfigurationValue {
    try TextDecoding.check(bytes, label: label)
    var reader = JSONDocumentReader(bytes: bytes, label: label)
    return try reader.document()
  }

  private init(bytes: [UInt8], label: String) {
    self.bytes = bytes
    self.label = label
  }

  private mutating func document() throws(ConfigurationError) -> ConfigurationValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw .unsupported(
        source: here(), feature: "a byte order mark", instead: "JSON without one")
    }
    skipBlanks()
    let root = try value()
    skipBlanks()
    guard position == bytes.count else { throw unexpected("the end of the document") }
    return root
  }

  private mutating func value() throws(ConfigurationError) -> ConfigurationValue {
    let source = here()
    nodeCount += 1
    guard nodeCount <= ConfigurationLimits.nodeCountMax else {
      throw .tooLarge(source: source, what: "values", limit: ConfigurationLimits.nodeCountMax)
    }
    let content: ConfigurationValue.Content
    switch current {
    case UInt8(ascii: "{"):
      content = .map(
        try nested { reader throws(ConfigurationError) in
          try reader.members()
        })
    case UInt8(ascii: "["):
      content = .list(
        try nested { reader throws(ConfigurationError) in
          try reader.items()
        })
    case UInt8(ascii: "\""): content = .string(try string())
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      content = try number()
    case UInt8(ascii: "t"): content = try word("true", .bool(true))
    case UInt8(ascii: "f"): content = try word("false", .bool(false))
    case UInt8(ascii: "n"): content = try word("null", .null)
    default: throw unexpected("a value")
    }
    return ConfigurationValue(checked: content, source: source)
  }

  // MARK: Lists and maps

  /// Goes one level deeper, past the opening bracket, for as long as `body` runs.
  private mutating func nested<Result>(
    _ body: (inout JSONDocumentReader) throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    guard depth < ConfigurationLimits.depthMax else {
      throw .tooLarge(
        source: here(), what: "levels of nesting", limit: ConfigurationLimits.depthMax)
    }
    depth += 1
    position += 1
    skipBlanks()
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func items() throws(ConfigurationError) -> [ConfigurationValue] {
    var items: [ConfigurationValue] = []
    if take(UInt8(ascii: "]")) { return items }
    while true {
      items.append(try value())
      skipBlanks()
      if take(UInt8(ascii: "]")) { return items }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or ]") }
      skipBlanks()
    }
  }

  private mutating func members() throws(ConfigurationError) -> [ConfigurationValue.Member] {
    var members: [ConfigurationValue.Member] = []
    var sources: [String: ConfigurationSource] = [:]
    if take(UInt8(ascii: "}")) { return members }
    while true {
      guard current == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let source = here()
      let key = try string()
      if let first = sources.updateValue(source, forKey: key) {
        throw .duplicateKey(key: key, source: source, first: first)
      }
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw unexpected("a colon") }
      skipBlanks()
      members.append(.init(key: key, keySource: source, value: try value()))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw unexpected("a comma or }") }
      skipBlanks()
    }
  }

  // MARK: Scalars

  private mutating func word(
    _ word: String, _ content: ConfigurationValue.Content
  ) throws(ConfigurationError) -> ConfigurationValue.Content {
    guard bytes[position...].starts(with: word.utf8) else {
      throw unexpected("true, false or null")
    }
    position += word.utf8.count
    return content
  }

  private mutating func number() throws(ConfigurationError) -> ConfigurationValue.Content {
    let text = bytes[position...].prefix { byte in
      switch byte {
      case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    let digits = String(decoding: text, as: UTF8.self)
    switch NumberGrammar.kind(of: text) {
    case .integer:
      position = text.endIndex
      return .integer(digits)
    case .decimal:
      position = text.endIndex
      return .decimal(digits)
    case nil:
      throw .malformed(
        source: here(),
        reason: "was \(ConfigurationText.excerpt(of: digits)), wanted a number of JSON")
    }
  }

  private mutating func string() throws(ConfigurationError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw unexpected("an escape such as \\n")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw unexpected("a closing quote")
  }

  private mutating func escape(into text: inout [UInt8]) throws(ConfigurationError) {
    position += 1
    let plain: UInt8? =
      switch current {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): current
      case UInt8(ascii: "b"): 0x08
      case UInt8(ascii: "f"): 0x0C
      case UInt8(ascii: "n"): 0x0A
      case UInt8(ascii: "r"): 0x0D
      case UInt8(ascii: "t"): 0x09
      default: nil
      }
    if let plain {
      text.append(plain)
      position += 1
    } else if take(UInt8(ascii: "u")) {
      text.append(contentsOf: String(try escapedCharacter()).utf8)
    } else {
      throw unexpected("an escape of JSON")
    }
  }

  private mutating func escapedCharacter() throws(ConfigurationError) -> Character {
    let unit = try fourHexDigits()
    var code = UInt32(unit)
    if UTF16.isLeadSurrogate(unit) {
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
        throw unexpected("the second half of a surrogate pair")
      }
      let second = try fourHexDigits()
      guard UTF16.isTrailSurrogate(second) else {
        throw .malformed(source: here(), reason: "wanted the second half of a surrogate pair")
      }
      code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw .malformed(source: here(), reason: "wanted the first half of a surrogate pair before")
    }
    return Character(scalar)
  }

  private mutating func fourHexDigits() throws(ConfigurationError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  // MARK: Moving on

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func here() -> ConfigurationSource {
    mark.advance(to: position, in: bytes)
    return ConfigurationSource(label: label, line: mark.line, column: mark.column)
  }

  private mutating func unexpected(_ wanted: String) -> ConfigurationError {
    let source = here()
    guard position < bytes.count else {
      return .malformed(source: source, reason: "the document ends, wanted \(wanted)")
    }
    let character = String(decoding: bytes[position...].prefix(4), as: UTF8.self).prefix(1)
    let was = ConfigurationText.excerpt(ofQuoted: String(character))
    return .malformed(source: source, reason: "was \(was), wanted \(wanted)")
  }
}
