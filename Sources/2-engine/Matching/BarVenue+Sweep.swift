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

  /// Fills what of the new orders can be filled at once at `price`, the oldest first.
  ///
  /// Those are market orders, and limits and stops that the market has already reached. All of
  /// them take.
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
    while let meeting = nearest(instrument, from: cursor, to: end),
      let order = book.places[meeting.place]?.order
    {
      cursor = meeting.price
      fill(meeting.place, at: order.type == .stop ? cursor : order.price)
    }
  }

  /// Fills, in the order in which a falling market meets them, buy limits and sell stops.
  private mutating func fall(_ instrument: InstrumentID, from start: Price, to end: Price) {
    var cursor = start
    while let meeting = nearest(instrument, from: cursor, to: end, isRising: false),
      let order = book.places[meeting.place]?.order
    {
      cursor = meeting.price
      fill(meeting.place, at: order.type == .stop ? cursor : order.price)
    }
  }

  /// Fills every stop that the bar reached, then every limit, until nothing more is reached.
  ///
  /// An exit that wakes inside the bar was not there at the open, so the open's price is not for it.
  private mutating func stopsBeforeLimits(_ bar: Bar) {
    let penetration = policy.penetration
    noteOpen(bar.instrument)
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
      guard let place = next, let resting = book.places[place] else { return }
      let order = resting.order
      let gap = order.type == .stop ? policy.stopGap : policy.limitGap
      let isPassed =
        resting.sawOpen && Self.isReached(order, low: bar.open, high: bar.open, penetration)
      fill(place, at: gap == .atOpen && isPassed ? bar.open : order.price)
      if isPassed { noteOpen(bar.instrument) }
    }
  }

  /// Notes that every awake order of the instrument is there at the open.
  private mutating func noteOpen(_ instrument: InstrumentID) {
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      if resting.isActive { book.places[place]?.sawOpen = true }
      place = resting.younger
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

  /// Where on its way a market meets an order.
  private struct Meeting {
    let place: Int
    let price: Price
  }

  /// The awake order that a market rising (or falling) from `start` to `end` meets first; among
  /// equals, the oldest.
  ///
  /// A limit is met where the market has passed it by the penetration. An order that woke behind
  /// the market is met at once.
  private func nearest(
    _ instrument: InstrumentID, from start: Price, to end: Price, isRising: Bool = true
  ) -> Meeting? {
    var best: Meeting?
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      let order = resting.order
      let isFacing = (order.type == .stop) == ((order.side == .buy) == isRising)
      if resting.isActive && isFacing && order.type != .market {
        let reach = Self.reach(of: order, policy.penetration)
        let price = isRising ? max(reach, start) : min(reach, start)
        let isOnTheWay = isRising ? price <= end : price >= end
        let isNearer = best.map { isRising ? price < $0.price : price > $0.price } ?? true
        if isOnTheWay && isNearer { best = Meeting(place: place, price: price) }
      }
      place = resting.younger
    }
    return best
  }

  /// The price at which the market reaches a limit or a stop.
  private static func reach(of order: OrderIntent, _ penetration: PriceOffset) -> Price {
    switch (order.type, order.side) {
    case (.limit, .buy): order.price - penetration
    case (.limit, .sell): order.price + penetration
    case (.market, _), (.stop, _): order.price
    }
  }

  /// Whether a market that was at `low` and at `high` has reached the order's price.
  private static func isReached(
    _ order: OrderIntent, low: Price, high: Price, _ penetration: PriceOffset
  ) -> Bool {
    let reach = reach(of: order, penetration)
    return switch (order.type, order.side) {
    case (.market, _): false
    case (.limit, .buy), (.stop, .sell): low <= reach
    case (.limit, .sell), (.stop, .buy): high >= reach
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
