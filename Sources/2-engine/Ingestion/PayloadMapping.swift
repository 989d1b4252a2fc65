public import OmniLedger

/// How the rows of a foreign table become transactions; read from YAML.
///
/// `docs/reference/payload-format.md` lists the keys; `Examples/mappings` has mappings of real sets.
public struct PayloadMapping: Sendable {
  /// Text with the values of columns in it, such as `customer:{customer_id}`.
  struct Template: Sendable, Equatable {
    enum Piece: Sendable, Equatable {
      case text(String)
      case column(String)
    }
    let pieces: [Piece]
  }

  /// How a row's identifier is made.
  enum Identifier: Sendable {
    /// A digest of the namespace and this text.
    case digest(namespace: String, Template)
    /// 32 hexadecimal digits, or a UUID.
    case digits(Template)
  }

  /// How a row's instant is made.
  enum Instant: Sendable {
    /// A text of a day and perhaps a time; without a distance from UTC it is UTC.
    case text(column: String)
    /// So many steps of `nanoseconds` behind `start`.
    case steps(column: String, nanoseconds: Int64, start: Int64)
  }

  /// What a leg is made of; a case may say it anew.
  struct Fields: Sendable {
    var sender: Template?
    var debit: Template?
    var credit: Template?
  }

  /// On what terms a name that is not known is opened.
  public struct Opening: Sendable, Equatable {
    /// On which side its balance is positive.
    public let normal: NormalSide
    /// How far below zero it may go in minor units, or nil for any distance.
    public let limit: Int128?
  }

  let identifier: Identifier
  let fields: Fields
  let amountColumn: String
  let rounds: Bool
  let asset: Template
  let instant: Instant
  /// Nil when rows have no nonces: then they are imported, outside of any series.
  let nonceColumn: String?
  let flags: TransactionFlags
  /// Which values of a column are wanted; others are left out.
  let wanted: [String: [String]]
  /// By whose values ``cases`` are chosen.
  let caseColumn: String?
  let cases: [String: Fields]
  /// On what terms unknown names are opened, or nil to open none.
  public let opening: Opening?
}

extension PayloadMapping.Template {
  /// Reads text with columns in braces.
  init?(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let brace = rest.firstIndex(of: "{") {
      if brace > rest.startIndex { pieces.append(.text(String(rest[..<brace]))) }
      guard let end = rest[brace...].firstIndex(of: "}") else { return nil }
      let name = String(rest[rest.index(after: brace)..<end])
      guard !name.isEmpty, !name.contains("{") else { return nil }
      pieces.append(.column(name))
      rest = rest[rest.index(after: end)...]
    }
    guard !rest.contains("}") else { return nil }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    guard !pieces.isEmpty else { return nil }
    self.pieces = pieces
  }

  var columns: [String] {
    pieces.compactMap { if case .column(let name) = $0 { name } else { nil } }
  }
}
