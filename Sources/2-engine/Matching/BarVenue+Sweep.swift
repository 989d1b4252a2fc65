import OmniCollections
public import OmniModel
import OmniMoney

// How a bar meets the working orders of its instrument.
extension BarVenue {
  @usableFromInline
  mutating func sweep(_ bar: Bar) {
    let instrument = bar.instrument
    if policy.marketTiming == .nextOpen { fillMarketOrders(instrument, at: bar.open) }
    switch policy.sweep {
    case .openHighLowClose:
      touch(instrument, open: bar.open)
      rise(instrument, from: bar.open, to: bar.high)
      fall(instrument, from: bar.high, to: bar.low)
      rise(instrument, from: bar.low, to: bar.close)
    case .openLowHighClose:
      touch(instrument, open: bar.open)
      fall(instrument, from: bar.open, to: bar.low)
      rise(instrument, from: bar.low, to: bar.high)
      fall(instrument, from: bar.high, to: bar.close)
    case .stopsBeforeLimits: stopsBeforeLimits(bar)
    }
  }

  /// Fills every awake market order, the oldest first.
  private mutating func fillMarketOrders(_ instrument: InstrumentID, at price: Price) {
    while let place = oldest(instrument, where: { $0.type == .market }) {
      fill(place, at: price)
    }
  }

  /// Fills what of the new orders can be filled at once at `price`, the oldest first: market
  /// orders, and limits and stops that the market has already reached. All of them take.
  mutating func fillMarketable(_ instrument: InstrumentID, at price: Price) {
    while let place = oldest(
      instrument, isFresh: true, where: { Self.isMarketable($0, at: price) }),
      let order = book.remove(at: place)
    {
      fill(order, at: price, .taker)
    }
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      book.places[place]?.isFresh = false
      place = resting.younger
    }
  }

  /// Fills what the open has reached or passed, the oldest first.
  private mutating func touch(_ instrument: InstrumentID, open: Price) {
    let penetration = policy.penetration
    while let place = oldest(
      instrument, where: { Self.isReached($0, low: open, high: open, penetration) }),
      let order = book.places[place]?.order
    {
      let gap = order.type == .stop ? policy.stopGap : policy.limitGap
      fill(place, at: gap == .atOpen ? open : order.price)
    }
  }

  /// Fills, in the order in which a rising market meets them, sell limits and buy stops.
  private mutating func rise(_ instrument: InstrumentID, from start: Price, to end: Price) {
    var cursor = start
    while let place = nearest(instrument, low: cursor, high: end, isRising: true),
      let order = book.places[place]?.order
    {
      cursor = max(cursor, order.price)
      fill(place, at: order.type == .stop ? cursor : order.price)
    }
  }

  /// Fills, in the order in which a falling market meets them, buy limits and sell stops.
  private mutating func fall(_ instrument: InstrumentID, from start: Price, to end: Price) {
    var cursor = start
    while let place = nearest(instrument, low: end, high: cursor, isRising: false),
      let order = book.places[place]?.order
    {
      cursor = min(cursor, order.price)
      fill(place, at: order.type == .stop ? cursor : order.price)
    }
  }

  /// Fills every stop that the bar reached, then every limit, until nothing more is reached.
  private mutating func stopsBeforeLimits(_ bar: Bar) {
    let penetration = policy.penetration
    while true {
      let stop = oldest(
        bar.instrument,
        where: {
          $0.type == .stop && Self.isReached($0, low: bar.low, high: bar.high, penetration)
        })
      let next =
        stop
        ?? oldest(
          bar.instrument,
          where: {
            $0.type == .limit && Self.isReached($0, low: bar.low, high: bar.high, penetration)
          })
      guard let place = next, let order = book.places[place]?.order else { return }
      let gap = order.type == .stop ? policy.stopGap : policy.limitGap
      let isPassed = Self.isReached(order, low: bar.open, high: bar.open, penetration)
      fill(place, at: gap == .atOpen && isPassed ? bar.open : order.price)
    }
  }

  /// The oldest awake order of the instrument that `isWanted`, perhaps only of the new ones.
  private func oldest(
    _ instrument: InstrumentID, isFresh: Bool = false, where isWanted: (OrderIntent) -> Bool
  ) -> Int? {
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      if resting.isActive && (resting.isFresh || !isFresh) && isWanted(resting.order) {
        return place
      }
      place = resting.younger
    }
    return nil
  }

  /// The awake order whose price a rising (or falling) market between `low` and `high` meets first;
  /// among equals, the oldest.
  private func nearest(
    _ instrument: InstrumentID, low: Price, high: Price, isRising: Bool
  ) -> Int? {
    var best: Int?
    var bestPrice = Price.zero
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      let order = resting.order
      let isMet =
        (order.type == .stop) == ((order.side == .buy) == isRising) && order.type != .market
      if resting.isActive && isMet && Self.isReached(order, low: low, high: high, policy.penetration)
        && (best == nil || (isRising ? order.price < bestPrice : order.price > bestPrice))
      {
        best = place
        bestPrice = order.price
      }
      place = resting.younger
    }
    return best
  }

  /// Whether a market that was at `low` and at `high` has reached the order's price.
  private static func isReached(
    _ order: OrderIntent, low: Price, high: Price, _ penetration: PriceOffset
  ) -> Bool {
    switch (order.type, order.side) {
    case (.market, _): false
    case (.limit, .buy): low <= order.price - penetration
    case (.limit, .sell): high >= order.price + penetration
    case (.stop, .buy): high >= order.price
    case (.stop, .sell): low <= order.price
    }
  }

  private static func isMarketable(_ order: OrderIntent, at price: Price) -> Bool {
    switch (order.type, order.side) {
    case (.market, _): true
    case (.limit, .buy), (.stop, .sell): price <= order.price
    case (.limit, .sell), (.stop, .buy): price >= order.price
    }
  }
}
