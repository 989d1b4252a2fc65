import OmniCollections
public import OmniEncoding
import OmniLedger
import OmniModel
import OmniMoney
import OmniTime

extension Portfolio {
  /// Puts the canonical form of all positions, sums and balances.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    ledger.encode(into: &sink)
    sink.put(totalEquity)
    sink.put(totalPeak)
    for index in sums.indices {
      for value in sums[index].words { sink.put(value) }
    }
    for index in positions.indices { positions[index].encode(into: &sink) }
  }

  /// Replaces everything by what was encoded before; the books must have the same accounts.
  ///
  /// When it throws, the portfolio is to be thrown away: it may hold parts of both.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try ledger.decode(from: &source)
    totalEquity = try source.takeWide()
    totalPeak = try source.takeWide()
    for index in sums.indices {
      var sum = StrategySum()
      sum.capital = try source.takeWide()
      sum.realised = try source.takeWide()
      sum.unrealised = try source.takeWide()
      sum.fees = try source.takeWide()
      sum.peak = try source.takeWide()
      sum.gross = try source.takeWide()
      sums[index] = sum
    }
    for index in positions.indices { positions[index] = try Position(decoding: &source) }
  }
}

extension Portfolio.StrategySum {
  var words: [Int128] { [capital, realised, unrealised, fees, peak, gross] }
}

extension Position {
  func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(net.lots)
    for value in [cost, realised, fees, unrealised] { sink.put(value) }
    sink.put(mark.ticks)
    for value in [cycle.openedAt.nanoseconds, cycle.peakLots, cycle.openedLots, cycle.closedLots] {
      sink.put(value)
    }
    for value in [
      cycle.openedValue, cycle.openedTickLots, cycle.closedValue, cycle.closedTickLots,
      cycle.realised, cycle.fees,
    ] { sink.put(value) }
    sink.put(cycle.highest.ticks)
    sink.put(cycle.lowest.ticks)
  }

  init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    self.init()
    net = NetQuantity(lots: try source.takeSigned())
    cost = try source.takeWide()
    realised = try source.takeWide()
    fees = try source.takeWide()
    unrealised = try source.takeWide()
    mark = Price(ticks: try source.takeSigned())
    cycle.openedAt = Timestamp(nanoseconds: try source.takeSigned())
    cycle.peakLots = try source.takeSigned()
    cycle.openedLots = try source.takeSigned()
    cycle.closedLots = try source.takeSigned()
    cycle.openedValue = try source.takeWide()
    cycle.openedTickLots = try source.takeWide()
    cycle.closedValue = try source.takeWide()
    cycle.closedTickLots = try source.takeWide()
    cycle.realised = try source.takeWide()
    cycle.fees = try source.takeWide()
    cycle.highest = Price(ticks: try source.takeSigned())
    cycle.lowest = Price(ticks: try source.takeSigned())
  }
}
