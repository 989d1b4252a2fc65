public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks

extension MatchingEngine {
  /// Lets `taker` trade with what waits on the other side.
  ///
  /// - Returns: What is left; below zero if that is cancelled because its owner would trade with
  ///   itself.
  @inlinable @inline(__always)
  mutating func trade(_ taker: Taker, _ sink: inout some MatchSink & ~Copyable) -> Int64 {
    let other = taker.side.opposite.index
    if ladders[other].best > taker.limit { return taker.quantity }
    return Self.trade(taker, with: &ladders[other], &pool, selfTrades, &sink)
  }

  @inlinable
  static func trade(
    _ taker: Taker, with ladder: inout OrderLadder, _ pool: inout OrderPool,
    _ selfTrades: SelfTradePrevention, _ sink: inout some MatchSink & ~Copyable
  ) -> Int64 {
    var left = taker.quantity
    while left > 0, ladder.best <= taker.limit {
      let place = ladder.level(at: ladder.best).head
      let maker = pool[place]
      if maker.owner == taker.owner, taker.owner != 0, selfTrades != .none {
        if selfTrades != .cancelNewest {
          ladder.remove(place, in: &pool)
          pool.remove(place)
          sink.selfTradePrevented(OrderID(maker.id), cancelled: Quantity(lots: maker.quantity))
        }
        if selfTrades != .cancelOldest { return -left }
        continue
      }
      let traded = min(left, maker.quantity)
      if traded == maker.quantity {
        ladder.remove(place, in: &pool)
        pool.remove(place)
      } else {
        ladder.resize(place, to: maker.quantity - traded, in: &pool)
      }
      left -= traded
      sink.traded(
        MatchTrade(
          maker: OrderID(maker.id), taker: OrderID(taker.id), price: Price(ticks: maker.ticks),
          quantity: Quantity(lots: traded), takerSide: taker.side == .buy ? .bid : .ask))
    }
    return left
  }
}
