/// Reads one YAML document into configuration values.
///
/// A careful part of YAML: plain, quoted and block scalars, lists and maps in both styles,
/// comments. Refused are aliases and anchors (a small text could stand for a huge tree), tags,
/// directives, merge keys, keys that are not scalars, and more than one document. Of the plain
/// scalars, `true` and `false` are booleans, `null`, `~` and nothing are null, JSON's numbers are
/// numbers, and all else is text: `yes`, `off`, `0x1F` and `2026-01-31` among it.
struct YAMLDocumentReader: ~Copyable {
  private let bytes: [UInt8]
  private let label: String
  private var stream: YAMLEventStream
  private var nodeCount = 0

  static func read(
    _ bytes: [UInt8], label: String
  ) throws(ConfigurationError) -> ConfigurationValue {
    try TextDecoding.check(bytes, label: label)
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let content = hasMark ? Array(bytes.dropFirst(3)) : bytes
    guard let stream = YAMLEventStream(content) else {
      throw .malformed(
        source: ConfigurationSource(label: label), reason: "no memory for the parser")
    }
    var reader = YAMLDocumentReader(bytes: content, label: label, stream: stream)
    return try reader.document()
  }

  /// Says what an unquoted scalar is.
  static func content(ofPlain text: String) -> ConfigurationValue.Content {
    switch text {
    case "", "~", "null": .null
    case "true": .bool(true)
    case "false": .bool(false)
    default:
      switch NumberGrammar.kind(of: text) {
      case .integer: .integer(text)
      case .decimal: .decimal(text)
      case nil: .string(text)
      }
    }
  }

  private init(bytes: [UInt8], label: String, stream: consuming YAMLEventStream) {
    self.bytes = bytes
    self.label = label
    self.stream = stream
  }

  private mutating func document() throws(ConfigurationError) -> ConfigurationValue {
    _ = try next()
    let start = try next()
    guard case .documentStart(let hasDirectives) = start.kind else {
      return ConfigurationValue(
        checked: .null, source: ConfigurationSource(label: label, line: 1, column: 1))
    }
    if hasDirectives {
      throw .unsupported(source: source(of: start), feature: "a directive", instead: "none")
    }
    let root = try value(from: try next(), depth: 0)
    _ = try next()
    let end = try next()
    guard end.kind == .streamEnd else {
      throw .unsupported(
        source: source(of: end), feature: "a second document", instead: "one document")
    }
    return root
  }

  private mutating func value(
    from event: YAMLEvent, depth: Int
  ) throws(ConfigurationError) -> ConfigurationValue {
    let source = source(of: event)
    try check(event, at: source)
    let content: ConfigurationValue.Content
    switch event.kind {
    case .scalar(let text, let isPlain):
      content = isPlain ? Self.content(ofPlain: text) : .string(text)
    case .listStart, .mapStart:
      guard depth < ConfigurationLimits.depthMax else {
        throw .tooLarge(
          source: source, what: "levels of nesting", limit: ConfigurationLimits.depthMax)
      }
      content =
        event.kind == .listStart
        ? .list(try items(depth: depth + 1)) : .map(try members(depth: depth + 1))
    default: throw .malformed(source: source, reason: "wanted a value")
    }
    return ConfigurationValue(checked: content, source: source)
  }

  /// Refuses what a node may not have, and counts it.
  private mutating func check(
    _ event: YAMLEvent, at source: ConfigurationSource
  ) throws(ConfigurationError) {
    nodeCount += 1
    guard nodeCount <= ConfigurationLimits.nodeCountMax else {
      throw .tooLarge(source: source, what: "values", limit: ConfigurationLimits.nodeCountMax)
    }
    if event.kind == .alias {
      throw .unsupported(source: source, feature: "an alias", instead: "the value itself")
    }
    if event.hasAnchor {
      throw .unsupported(source: source, feature: "an anchor", instead: "a value without one")
    }
    if event.hasTag {
      throw .unsupported(source: source, feature: "a tag", instead: "a value without one")
    }
  }

  private mutating func items(depth: Int) throws(ConfigurationError) -> [ConfigurationValue] {
    var items: [ConfigurationValue] = []
    while true {
      let event = try next()
      if event.kind == .listEnd { return items }
      items.append(try value(from: event, depth: depth))
    }
  }

  private mutating func members(
    depth: Int
  ) throws(ConfigurationError) -> [ConfigurationValue.Member] {
    var members: [ConfigurationValue.Member] = []
    var sources: [String: ConfigurationSource] = [:]
    while true {
      let event = try next()
      if event.kind == .mapEnd { return members }
      let source = source(of: event)
      let key = try key(from: event, at: source)
      if let first = sources.updateValue(source, forKey: key) {
        throw .duplicateKey(key: key, source: source, first: first)
      }
      let value = try value(from: try next(), depth: depth)
      members.append(.init(key: key, keySource: source, value: value))
    }
  }

  private mutating func key(
    from event: YAMLEvent, at source: ConfigurationSource
  ) throws(ConfigurationError) -> String {
    try check(event, at: source)
    guard case .scalar(let key, let isPlain) = event.kind else {
      throw .unsupported(source: source, feature: "a list or map as key", instead: "text")
    }
    if isPlain && key == "<<" {
      throw .unsupported(source: source, feature: "a merge key", instead: "the keys themselves")
    }
    if isPlain && key.isEmpty {
      throw .unsupported(source: source, feature: "a value without key", instead: "a key")
    }
    return key
  }

  private mutating func next() throws(ConfigurationError) -> YAMLEvent {
    do {
      return try stream.next()
    } catch {
      let source =
        if let offset = error.byteOffset {
          TextDecoding.source(ofByte: offset, in: bytes, label: label)
        } else {
          ConfigurationSource(label: label, line: error.line, column: error.column)
        }
      throw .malformed(source: source, reason: error.reason)
    }
  }

  private func source(of event: YAMLEvent) -> ConfigurationSource {
    ConfigurationSource(label: label, line: event.line, column: event.column)
  }
}
