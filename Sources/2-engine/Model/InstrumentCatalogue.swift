/// Instruments by their symbols; the built-in ones cover the sample files.
///
/// - Invariant: symbols are unique, in lower case, and stand in the order of the alphabet.
public struct InstrumentCatalogue: Sendable, Equatable {
  /// The instruments, by symbol.
  public let instruments: [Instrument]

  /// Creates a catalogue; of two instruments with one symbol the later one stays.
  public init(_ instruments: [Instrument]) {
    var bySymbol: [String: Instrument] = [:]
    for instrument in instruments { bySymbol[instrument.symbol] = instrument }
    self.instruments = bySymbol.values.sorted { $0.symbol < $1.symbol }
  }

  /// Why a symbol finds nothing.
  public struct Miss: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was looked for.
    public let symbol: String
    /// The symbol that is spelled most like it, when one is near.
    public let nearest: String?

    /// The stable code.
    public var code: String { "INS-001" }

    /// One line: what was, and what was wanted.
    public var description: String { "error[\(code)]: \(sentence)" }

    /// The description without its code.
    public var sentence: String {
      let hint = nearest.map { "did you mean \($0)?" } ?? "a symbol of the catalogue was wanted"
      return "there is no instrument \(symbol); \(hint)"
    }
  }

  /// The instrument of `symbol`, without regard to case.
  ///
  /// - Throws: ``Miss``, with the nearest name as a suggestion.
  /// - Complexity: O(number of instruments).
  public func instrument(_ symbol: String) throws(Miss) -> Instrument {
    let wanted = symbol.lowercased()
    if let found = instruments.first(where: { $0.symbol == wanted }) { return found }
    throw Miss(symbol: String(symbol.prefix(64)), nearest: nearest(to: wanted))
  }

  private func nearest(to wanted: String) -> String? {
    let letters = Array(wanted.utf8.prefix(64))
    var best: (symbol: String, distance: Int)?
    for instrument in instruments {
      let distance = Self.distance(letters, Array(instrument.symbol.utf8))
      if distance < best?.distance ?? .max { best = (instrument.symbol, distance) }
    }
    // A third of the letters may be wrong; beyond that a suggestion would be a guess.
    guard let best, best.distance * 3 <= max(letters.count, 3) else { return nil }
    return best.symbol
  }

  /// How many letters must be put in, taken out or replaced (Levenshtein, 1966).
  private static func distance(_ lhs: [UInt8], _ rhs: [UInt8]) -> Int {
    var row = Array(0...rhs.count)
    for (i, letter) in lhs.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in rhs.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[rhs.count]
  }
}
