public import OmniCrypto
public import OmniEncoding
import OmniExecution
import OmniMarketData
import OmniMatching
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTime

extension TradingNode where Roster: ~Copyable, Sink: ~Copyable, Observer: ~Copyable {
  /// Puts the canonical form of the whole state.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(sequencer.count)
    sink.put(sequencer.now.nanoseconds)
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

  /// The SHA-256 of the whole state: equal digests, equal states.
  ///
  /// - Complexity: O(state); for the end of a run and for snapshots, not for each event.
  public func digest() -> Digest256 {
    var sink = DigestSink()
    encode(into: &sink)
    return sink.finish()
  }
}
