public import OmniMarketColumns
public import OmniTime

/// One file of a store, as the catalogue lists it.
public struct StoredPartition: Sendable, Equatable {
  /// Of which instrument the rows are.
  public let symbol: String
  /// What the rows are.
  public let rows: MarketRowKind
  /// Which days the file is of.
  public let span: PartitionSpan
  /// The number of this revision of the span, from 1.
  public let revision: Int
  /// From when on it was known.
  public let knownAt: Timestamp
  /// How many bytes the file has.
  public let byteCount: Int
  /// What is known of its rows.
  public let quality: PartitionQuality
  /// Where the rows are from.
  public let source: String
  /// Where the file is, from the store's folder on.
  public let file: String

  init(_ facts: PartitionFacts, file: String) {
    let header = facts.header
    self.init(
      symbol: header.instrument.symbol, rows: header.rows, span: header.span,
      version: (header.revision, header.knownAt), byteCount: facts.byteCount,
      quality: facts.footer.quality, source: header.source, file: file)
  }

  init(
    symbol: String, rows: MarketRowKind, span: PartitionSpan,
    version: (revision: Int, knownAt: Timestamp), byteCount: Int, quality: PartitionQuality,
    source: String, file: String
  ) {
    self.symbol = symbol
    self.rows = rows
    self.span = span
    revision = version.revision
    knownAt = version.knownAt
    self.byteCount = byteCount
    self.quality = quality
    self.source = source
    self.file = file
  }

  /// The order in which files are listed: by symbol, kind, day and revision.
  static func isBefore(_ lhs: Self, _ rhs: Self) -> Bool {
    if lhs.symbol != rhs.symbol {
      return lhs.symbol.utf8.lexicographicallyPrecedes(rhs.symbol.utf8)
    }
    return (lhs.rows.rawValue, lhs.span, lhs.revision) < (rhs.rows.rawValue, rhs.span, rhs.revision)
  }
}

extension MarketRowKind {
  /// The kind as a folder is called.
  public var word: String {
    switch self {
    case .events: "events"
    case .bars: "bars"
    }
  }

  /// The kind that `word` names, or nil.
  public init?(word: String) {
    guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = kind
  }
}
