import OmniCollections
import OmniEncoding
import OmniModel

/// What each strategy holds of each instrument, as far as the venue has filled.
struct Holdings: ~Copyable {
  private var lots = WordMap(capacity: 64)
  /// The pairs that were ever held, so that they can be written down in order.
  private var pairs: [UInt64] = []

  func lots(_ strategy: StrategyID, _ instrument: InstrumentID) -> Int64 {
    lots[Self.pair(strategy, instrument)].map { Int64(bitPattern: $0) } ?? 0
  }

  mutating func set(_ value: Int64, _ strategy: StrategyID, _ instrument: InstrumentID) {
    let pair = Self.pair(strategy, instrument)
    if lots.set(pair, to: UInt64(bitPattern: value)) == nil { pairs.append(pair) }
  }

  private static func pair(_ strategy: StrategyID, _ instrument: InstrumentID) -> UInt64 {
    UInt64(strategy.index) << 32 | UInt64(instrument.index)
  }

  func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(UInt64(pairs.count))
    for pair in pairs.sorted() {
      sink.put(pair)
      sink.put(lots[pair] ?? 0)
    }
  }

  /// Takes back what was put, into a value without holdings.
  mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    for _ in 0..<(try source.takeCount(limit: 1 << 24)) {
      let pair = try source.take()
      guard lots[pair] == nil else { throw .senseless(word: pair, what: "holding, named once") }
      lots.set(pair, to: try source.take())
      pairs.append(pair)
    }
  }
}
