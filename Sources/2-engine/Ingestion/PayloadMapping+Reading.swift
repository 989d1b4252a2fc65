public import OmniConfiguration
import OmniLedger
import OmniTime

extension PayloadMapping {
  /// Reads a mapping from a document.
  ///
  /// - Throws: a mismatch or an unknown key, with its place.
  public init(_ document: ConfigurationValue) throws(ConfigurationError) {
    let reader = MappingReader(document, .root)
    try reader.allow([
      "id", "sender", "debit", "credit", "amount", "asset", "ts", "nonce", "flags", "where",
      "cases",
      "accounts",
    ])
    identifier = try Self.identifier(try reader.child("id"))
    caseColumn = try reader.optional("cases")?.string("column")
    fields = try Self.fields(reader, needsAll: caseColumn == nil)
    let amount = try reader.child("amount")
    try amount.allow(["column", "round"])
    amountColumn = try amount.string("column")
    rounds = try amount.choice("round", ["none", "half_even"], standard: "none") == "half_even"
    asset = try reader.template("asset")
    instant = try Self.instant(try reader.child("ts"))
    nonceColumn = try Self.nonce(reader)
    flags = try Self.flags(reader)
    wanted = try Self.wanted(reader)
    cases = try Self.cases(reader, fields)
    opening = try Self.opening(reader)
  }

  private static func identifier(_ reader: MappingReader) throws(ConfigurationError) -> Identifier {
    try reader.allow(["digest", "namespace", "digits"])
    if reader.has("digits") { return .digits(try reader.template("digits")) }
    return .digest(namespace: try reader.string("namespace"), try reader.template("digest"))
  }

  private static func fields(
    _ reader: MappingReader, needsAll: Bool
  ) throws(ConfigurationError) -> Fields {
    Fields(
      sender: needsAll || reader.has("sender") ? try reader.template("sender") : nil,
      debit: needsAll || reader.has("debit") ? try reader.template("debit") : nil,
      credit: needsAll || reader.has("credit") ? try reader.template("credit") : nil)
  }

  private static func instant(_ reader: MappingReader) throws(ConfigurationError) -> Instant {
    try reader.allow(["column", "unit", "start"])
    let column = try reader.string("column")
    guard reader.has("unit") else { return .text(column: column) }
    let units: [String: Int64] = [
      "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000,
      "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]
    let unit = try reader.choice("unit", units.keys.sorted(), standard: "s")
    let text = reader.has("start") ? try reader.string("start") : "1970-01-01T00:00:00Z"
    do throws(TimeText.Failure) {
      return .steps(
        column: column, nanoseconds: units[unit] ?? 1,
        start: try TimeText(text, order: .yearMonthDay).instant.nanoseconds)
    } catch {
      throw reader.mismatch("start", wanted: "an instant such as 2017-01-01T00:00:00Z")
    }
  }

  private static func nonce(_ reader: MappingReader) throws(ConfigurationError) -> String? {
    guard reader.has("nonce") else { return nil }
    let child = try reader.child("nonce")
    try child.allow(["column"])
    return try child.string("column")
  }

  private static func flags(_ reader: MappingReader) throws(ConfigurationError) -> TransactionFlags
  {
    var flags: TransactionFlags = []
    for name in try reader.strings("flags") {
      guard let flag = TransactionFlags.names.first(where: { $0.name == name }) else {
        throw reader.mismatch(
          "flags", wanted: TransactionFlags.names.map(\.name).joined(separator: ", "))
      }
      flags.insert(flag.flag)
    }
    return flags
  }

  private static func wanted(
    _ reader: MappingReader
  ) throws(ConfigurationError) -> [String: [String]] {
    guard let child = try reader.optional("where") else { return [:] }
    var wanted: [String: [String]] = [:]
    for key in child.keys { wanted[key] = try child.strings(key) }
    return wanted
  }

  private static func cases(
    _ reader: MappingReader, _ common: Fields
  ) throws(ConfigurationError) -> [String: Fields] {
    guard let child = try reader.optional("cases") else { return [:] }
    var cases: [String: Fields] = [:]
    for key in child.keys where key != "column" {
      let one = try child.child(key)
      try one.allow(["sender", "debit", "credit"])
      let own = try fields(one, needsAll: false)
      let whole = Fields(
        sender: own.sender ?? common.sender, debit: own.debit ?? common.debit,
        credit: own.credit ?? common.credit)
      guard whole.sender != nil, whole.debit != nil, whole.credit != nil else {
        throw child.mismatch(key, wanted: "sender, debit and credit, here or for all cases")
      }
      cases[key] = whole
    }
    return cases
  }

  private static func opening(_ reader: MappingReader) throws(ConfigurationError) -> Opening? {
    guard let child = try reader.optional("accounts") else { return nil }
    try child.allow(["open", "normal", "limit"])
    guard try child.choice("open", ["true", "false"], standard: "false") == "true" else {
      return nil
    }
    let normal = try child.choice("normal", ["debit", "credit"], standard: "credit")
    let limit = try child.choice("limit", ["unlimited", "0"], standard: "unlimited")
    return Opening(
      normal: normal == "debit" ? .debit : .credit, limit: limit == "0" ? 0 : nil)
  }
}

/// A map of the document, with where it is.
private struct MappingReader {
  private let value: ConfigurationValue
  private let path: ConfigurationPath

  init(_ value: ConfigurationValue, _ path: ConfigurationPath) {
    self.value = value
    self.path = path
  }

  var keys: [String] { value.members?.map(\.key) ?? [] }

  func has(_ key: String) -> Bool { value[key] != nil }

  func allow(_ known: [String]) throws(ConfigurationError) {
    guard let members = value.members else {
      throw .mismatch(
        path: path, source: value.source, was: value.summary,
        wanted: "a map of \(known.joined(separator: ", "))")
    }
    for member in members where !known.contains(member.key) {
      throw .unknownKey(
        path: path.appending(key: member.key), source: member.keySource,
        nearest: known.first { $0.first == member.key.first } ?? known.first)
    }
  }

  func mismatch(_ key: String, wanted: String) -> ConfigurationError {
    guard let found = value[key] else {
      return .missing(path: path.appending(key: key), wanted: wanted)
    }
    return .mismatch(
      path: path.appending(key: key), source: found.source, was: found.summary, wanted: wanted)
  }

  func child(_ key: String) throws(ConfigurationError) -> MappingReader {
    guard let found = value[key], found.members != nil else {
      throw mismatch(key, wanted: "a map")
    }
    return MappingReader(found, path.appending(key: key))
  }

  func optional(_ key: String) throws(ConfigurationError) -> MappingReader? {
    has(key) ? try child(key) : nil
  }

  func string(_ key: String) throws(ConfigurationError) -> String {
    switch value[key]?.content {
    case .string(let text), .integer(let text), .decimal(let text): return text
    case .bool(let flag): return "\(flag)"
    default: throw mismatch(key, wanted: "text")
    }
  }

  func strings(_ key: String) throws(ConfigurationError) -> [String] {
    guard let found = value[key] else { return [] }
    guard case .list(let items) = found.content else {
      return [try string(key)]
    }
    var texts: [String] = []
    for item in items {
      guard case .string(let text) = item.content else {
        throw mismatch(key, wanted: "a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  func choice(
    _ key: String, _ known: [String], standard: String
  ) throws(ConfigurationError) -> String {
    guard has(key) else { return standard }
    let text = try string(key)
    guard known.contains(text) else {
      throw mismatch(key, wanted: known.joined(separator: ", "))
    }
    return text
  }

  func template(_ key: String) throws(ConfigurationError) -> PayloadMapping.Template {
    guard let template = PayloadMapping.Template(try string(key)) else {
      throw mismatch(key, wanted: "text with columns in braces, such as customer:{customer_id}")
    }
    return template
  }
}
