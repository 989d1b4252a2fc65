public import OmniModel
public import OmniTime

/// Instruments with their versions in time, found by our symbol or by a venue's.
///
/// - Invariant: the versions of a symbol do not overlap.
/// - Complexity: a look-up is O(log versions), by a venue's name O(versions of that name).
public struct ReferenceCatalogue: Sendable, Equatable {
  /// What held of an instrument for a time.
  public struct Version: Sendable, Hashable {
    /// The first instant.
    public let from: Timestamp
    /// The instant behind the last, or nil when it still holds.
    public let until: Timestamp?
    /// What held.
    public let definition: InstrumentDefinition

    /// Creates a version; for always unless told.
    public init(
      _ definition: InstrumentDefinition, from: Timestamp = .distantPast,
      until: Timestamp? = nil
    ) {
      self.definition = definition
      self.from = from
      self.until = until
    }

    /// Whether it holds at `instant`.
    public func holds(at instant: Timestamp) -> Bool {
      from <= instant && until.map { instant < $0 } ?? true
    }
  }

  /// The versions, by symbol and time.
  public let versions: [Version]
  private let byVenue: [InstrumentDefinition.VenueName: [Int]]

  /// Creates a catalogue, or refuses definitions that make no sense and versions that overlap.
  public init(_ versions: [Version]) throws(ReferenceError) {
    self.versions = versions.sorted {
      ($0.definition.symbol, $0.from) < ($1.definition.symbol, $1.from)
    }
    var byVenue: [InstrumentDefinition.VenueName: [Int]] = [:]
    for (place, version) in self.versions.enumerated() {
      try version.definition.check()
      let symbol = version.definition.symbol
      if let until = version.until, until <= version.from {
        throw .senseless(symbol: symbol, what: "a version that ends behind its begin was wanted")
      }
      if place > 0, self.versions[place - 1].definition.symbol == symbol,
        self.versions[place - 1].until.map({ $0 > version.from }) ?? true
      {
        throw .overlap(symbol: symbol, at: version.from)
      }
      for name in version.definition.venueNames { byVenue[name, default: []].append(place) }
    }
    self.byVenue = byVenue
  }

  /// What held of `symbol` at `instant`, without regard to case.
  public func definition(
    _ symbol: String, at instant: Timestamp
  ) throws(ReferenceError) -> InstrumentDefinition {
    let wanted = symbol.lowercased()
    var (low, high) = (0, versions.count)
    while low < high {
      let middle = (low + high) / 2
      if versions[middle].definition.symbol < wanted { low = middle + 1 } else { high = middle }
    }
    guard low < versions.count, versions[low].definition.symbol == wanted else {
      throw .unknownSymbol(String(symbol.prefix(64)))
    }
    while low < versions.count, versions[low].definition.symbol == wanted {
      if versions[low].holds(at: instant) { return versions[low].definition }
      low += 1
    }
    throw .notValid(symbol: wanted, at: instant)
  }

  /// Our definition of what `venue` calls `symbol` at `instant`.
  ///
  /// - Throws: ``ReferenceError/unknownVenueSymbol(venue:symbol:)`` also when the name was another's
  ///   at another time; ``ReferenceError/ambiguous(venue:symbol:candidates:)`` when it is of several.
  public func definition(
    of symbol: String, at venue: String, on instant: Timestamp
  ) throws(ReferenceError) -> InstrumentDefinition {
    let places = byVenue[InstrumentDefinition.VenueName(venue, symbol)] ?? []
    let found = places.filter { versions[$0].holds(at: instant) }
    guard let only = found.first else { throw .unknownVenueSymbol(venue: venue, symbol: symbol) }
    if found.count > 1 {
      throw .ambiguous(
        venue: venue, symbol: symbol, candidates: found.map { versions[$0].definition.symbol })
    }
    return versions[only].definition
  }

  /// What `venue` calls our `symbol` at `instant`.
  public func venueSymbol(
    of symbol: String, at venue: String, on instant: Timestamp
  ) throws(ReferenceError) -> String {
    let definition = try definition(symbol, at: instant)
    guard let name = definition.venueNames.first(where: { $0.venue == venue }) else {
      throw .unknownVenueSymbol(venue: venue, symbol: definition.symbol)
    }
    return name.symbol
  }

  /// The instruments that can be run at `instant`.
  public func instruments(at instant: Timestamp) -> InstrumentCatalogue {
    InstrumentCatalogue(
      versions.filter { $0.holds(at: instant) }.compactMap(\.definition.instrument))
  }
}
