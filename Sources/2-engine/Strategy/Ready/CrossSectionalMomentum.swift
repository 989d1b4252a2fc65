public import OmniEncoding
import OmniIndicators
public import OmniModel
public import OmniMoney
import OmniTime

/// Holds the instruments that rose most over the past year, in equal parts, and changes monthly.
///
/// The last month is left out of the ranking, since short-term winners tend to fall back
/// (N. Jegadeesh and S. Titman, "Returns to Buying Winners and Selling Losers", 1993). Long only.
/// It decides on the first day of a month on which every instrument has closed a bar.
public struct CrossSectionalMomentum: Strategy {
  private let instruments: [InstrumentID]
  private let top: Int
  private let skip: Int
  private let invested: Rate
  private var histories: [History]
  private var present = 0
  private var instant = Timestamp.distantPast
  private var month = Int.min

  /// An instrument's last closes, the oldest overwritten first.
  struct History: Sendable {
    var closes: [Int64]
    var next = 0
    var count = 0
  }

  /// Creates the strategy.
  ///
  /// - Parameters:
  ///   - instruments: What it chooses from.
  ///   - lookback: Over how many bars the rise is measured.
  ///   - skip: How many of the latest bars are left out.
  ///   - top: How many instruments it holds.
  ///   - invested: Which share of equity is invested.
  /// - Precondition: `skip` < `lookback`, and `top` is from 1 to the count of instruments.
  public init(instruments: [InstrumentID], lookback: Int, skip: Int, top: Int, invested: Rate) {
    precondition(skip >= 0 && skip < lookback, "fewer bars left out than looked at")
    precondition((1...max(1, instruments.count)).contains(top), "no more than there are")
    self.instruments = instruments
    self.top = top
    self.skip = skip
    self.invested = invested
    histories = instruments.map { _ in
      History(closes: [Int64](repeating: 0, count: lookback + 1))
    }
  }

  /// Notes the close, and rebalances when the month is new and all are here.
  public mutating func onBar(_ bar: Bar, desk: inout Desk) {
    guard let place = instruments.firstIndex(of: bar.instrument) else { return }
    if bar.closedAt != instant {
      instant = bar.closedAt
      present = 0
    }
    present += 1
    let capacity = histories[place].closes.count
    histories[place].closes[histories[place].next] = bar.close.ticks
    histories[place].next = (histories[place].next + 1) % capacity
    histories[place].count = min(histories[place].count + 1, capacity)
    // A bar carries the instant of its close, midnight: the day that ended is the one before.
    let date = (bar.closedAt + Interval(nanoseconds: -1)).date
    let now = date.year * 12 + date.month
    guard present == instruments.count, now != month,
      histories.allSatisfy({ $0.count == $0.closes.count })
    else { return }
    month = now
    rebalance(&desk)
  }

  /// Sells what is no longer among the best, then buys what is missing.
  private func rebalance(_ desk: inout Desk) {
    let best = Set(ranking().prefix(top))
    let share = invested.of(desk.equity, rounding: .towardZero) / Int128(top)
    var purchases: [(InstrumentID, Int64)] = []
    for (place, instrument) in instruments.enumerated() {
      guard let price = desk.price(instrument) else { continue }
      let wanted =
        best.contains(place) ? desk.terms(instrument).unit.lots(for: share, at: price) : 0
      let change = wanted - desk.position(instrument).lots
      if change < 0 {
        desk.submit(instrument, .init(.sell, .market, Quantity(lots: -change)))
      } else if change > 0 {
        purchases.append((instrument, change))
      }
    }
    for (instrument, lots) in purchases {
      desk.submit(instrument, .init(.buy, .market, Quantity(lots: lots)))
    }
  }

  /// The places of the instruments, the largest rise first; equals keep their order.
  private func ranking() -> [Int] {
    let rises = histories.map { history -> Double in
      let capacity = history.closes.count
      let first = history.closes[history.next % capacity]
      let last = history.closes[(history.next + capacity - 1 - skip) % capacity]
      return first > 0 ? Double(last) / Double(first) : 0
    }
    return instruments.indices.sorted {
      rises[$0] != rises[$1] ? rises[$0] > rises[$1] : $0 < $1
    }
  }

  /// Puts closes and the last month.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(UInt64(histories.count))
    for history in histories {
      sink.put(UInt64(history.next))
      sink.put(UInt64(history.count))
      for close in history.closes { sink.put(close) }
    }
    sink.put(UInt64(present))
    sink.put(instant.nanoseconds)
    sink.put(Int64(month))
  }

  /// Takes closes and the last month back.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let count = try source.take()
    guard count == UInt64(histories.count) else {
      throw .senseless(word: count, what: "count of this strategy's instruments")
    }
    for index in histories.indices {
      let capacity = histories[index].closes.count
      histories[index].next = try source.takeCount(limit: capacity - 1)
      histories[index].count = try source.takeCount(limit: capacity)
      // Until there are as many closes as are kept, they are written from the start on.
      guard histories[index].count == capacity || histories[index].next == histories[index].count
      else { throw .senseless(word: UInt64(histories[index].next), what: "place of a close") }
      for place in 0..<capacity { histories[index].closes[place] = try source.takeSigned() }
    }
    present = try source.takeCount(limit: instruments.count)
    instant = Timestamp(nanoseconds: try source.takeSigned())
    month = Int(try source.takeSigned())
  }
}
