public import OmniCrypto
public import OmniEncoding
import OmniExecution
import OmniMarketData
import OmniMatching
import OmniModel
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTime

extension TradingNode where Roster: ~Copyable, Sink: ~Copyable, Observer: ~Copyable {
  /// Puts the canonical form of the whole state.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sequencer.encode(into: &sink)
    for count in [
      counts.bars, counts.orders, counts.denials, counts.fills, counts.strayReports,
    ] { sink.put(count) }
    board.encode(into: &sink)
    venue.encode(into: &sink)
    orders.encode(into: &sink)
    gate.encode(into: &sink)
    desk.encode(into: &sink)
    portfolio.encode(into: &sink)
    roster.encode(into: &sink)
  }

  /// Takes back what a node of the same plan has put, into a node that has taken nothing yet.
  ///
  /// When it throws, the node is to be thrown away.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    precondition(sequencer.count == 0, "a node that has taken nothing yet")
    try sequencer.decode(from: &source)
    counts.bars = try source.take()
    counts.orders = try source.take()
    counts.denials = try source.take()
    counts.fills = try source.take()
    counts.strayReports = try source.take()
    try board.decode(from: &source)
    try venue.decode(from: &source)
    try orders.decode(from: &source)
    try gate.decode(from: &source)
    try desk.decode(from: &source)
    try portfolio.decode(from: &source)
    try roster.decode(from: &source)
  }

  /// The SHA-256 of the whole state: equal digests, equal states.
  ///
  /// - Complexity: O(state); for the end of a run and for snapshots, not for each event.
  public func digest() -> Digest256 {
    var sink = DigestSink()
    encode(into: &sink)
    return sink.finish()
  }

  /// Journals what the run is made of; to be called once, before the first bar.
  public mutating func start(_ plan: RunPlan) throws(Failure) {
    var words = WordArray()
    plan.encode(into: &words)
    do throws(Sequencer<Sink>.Failure) {
      try sequencer.sequence(
        kind: RecordKind.runStarted.rawValue, time: .distantPast,
        payload: PreparedRecord(words.words))
    } catch {
      throw .sequencer(error)
    }
  }

  /// Journals the digest of the state, as the run's last record.
  ///
  /// - Returns: The digest of the state before that record.
  public mutating func end() throws(Failure) -> Digest256 {
    let digest = digest()
    try record(
      .runEnded, PreparedRecord([digest.words.0, digest.words.1, digest.words.2, digest.words.3]))
    return digest
  }
}
