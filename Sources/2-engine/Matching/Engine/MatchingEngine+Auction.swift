public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks

/// What an auction came to.
@frozen
public struct AuctionResult: Sendable, Hashable {
  /// The price of all trades, or nil if no order could trade.
  public let price: Price?
  /// How much traded.
  public let volume: Quantity
  /// What at this price wanted to buy and could not, or below zero to sell; in lots.
  public let imbalance: Int64

  /// Creates a result.
  @inlinable
  public init(price: Price?, volume: Quantity, imbalance: Int64) {
    self.price = price
    self.volume = volume
    self.imbalance = imbalance
  }
}

/// What buyers and sellers would do over a stretch of prices.
struct AuctionStep {
  let prices: ClosedRange<Int64>
  let demand: Int64
  let supply: Int64

  var volume: Int64 { min(demand, supply) }
  var imbalance: Int64 { demand - supply }
}

extension MatchingEngine {
  /// Begins an auction: from now on orders are collected, and do not trade.
  ///
  /// Only orders that rest are taken; they may be moved, resized and cancelled.
  @inlinable
  public mutating func beginAuction() { isCollecting = true }

  /// The price at which an auction would end now, and what would trade, without ending it.
  ///
  /// Of all prices those at which most trades; of these, those at which least is left over; of
  /// these, the one nearest to `reference`. These prices have no gap between them, since demand only
  /// falls with the price and supply only rises, so that there is one nearest price.
  ///
  /// - Complexity: O(crossing levels).
  public func indication(reference: Price) -> AuctionResult {
    let steps = steps()
    let volume = steps.lazy.map(\.volume).max() ?? 0
    let least = steps.lazy.filter { $0.volume == volume }.map(\.imbalance.magnitude).min() ?? 0
    let good = steps.filter { $0.volume == volume && $0.imbalance.magnitude == least }
    guard let first = good.first, let last = good.last else {
      return AuctionResult(price: nil, volume: .zero, imbalance: 0)
    }
    let ticks = min(max(reference.ticks, first.prices.lowerBound), last.prices.upperBound)
    let step = good.first { $0.prices.contains(ticks) } ?? first
    return AuctionResult(
      price: Price(ticks: ticks), volume: Quantity(lots: volume), imbalance: step.imbalance)
  }

  /// Ends an auction, with all trades at one price.
  ///
  /// The best price and the earliest order go first; orders of one owner trade with each other.
  ///
  /// - Returns: What it came to, or nil if there was no auction; see ``indication(reference:)``.
  @inlinable
  @discardableResult
  public mutating func uncross(
    reference: Price, into sink: inout some MatchSink & ~Copyable
  ) -> AuctionResult? {
    guard isCollecting else { return nil }
    let result = indication(reference: reference)
    isCollecting = false
    guard let price = result.price else { return result }
    var left = result.volume.lots
    while left > 0 {
      let bid = ladders[0].level(at: ladders[0].best).head
      let ask = ladders[1].level(at: ladders[1].best).head
      let traded = min(left, pool[bid].quantity, pool[ask].quantity)
      let trade = MatchTrade(
        maker: OrderID(pool[ask].id), taker: OrderID(pool[bid].id), price: price,
        quantity: Quantity(lots: traded), takerSide: .none)
      take(traded, from: bid, .buy)
      take(traded, from: ask, .sell)
      left -= traded
      sink.traded(trade)
    }
    return result
  }

  /// Takes `quantity` from a resting order, which is gone with nothing left.
  @inlinable
  mutating func take(_ quantity: Int64, from place: UInt32, _ side: Side) {
    let rest = pool[place].quantity - quantity
    if rest == 0 {
      ladders[side.index].remove(place, in: &pool)
      pool.remove(place)
    } else {
      ladders[side.index].resize(place, to: rest, in: &pool)
    }
  }

  /// The stretches of prices from the best ask to the best bid over which neither demand nor supply
  /// changes, from the lowest on; none if no order could trade.
  func steps() -> [AuctionStep] {
    let low = ladders[1].best
    // Bids are turned round in their ladder: its best key is the highest price.
    guard !ladders[0].isEmpty, !ladders[1].isEmpty, low <= ~ladders[0].best else { return [] }
    let high = ~ladders[0].best
    var buyers: [(ticks: Int64, quantity: Int64)] = []
    var bid = ladders[0].best
    while bid <= ~low {
      buyers.append((~bid, ladders[0].level(at: bid).quantity))
      bid = ladders[0].key(after: bid)
    }
    var demand = buyers.reduce(0) { $0 + $1.quantity }
    var supply = ladders[1].level(at: low).quantity
    var ask = ladders[1].key(after: low)
    var steps: [AuctionStep] = []
    var first = low
    while let buyer = buyers.last {
      // A bid still buys at its own price; an ask sells from its own price on.
      let last = ask > high ? buyer.ticks : min(buyer.ticks, ask - 1)
      steps.append(AuctionStep(prices: first...last, demand: demand, supply: supply))
      if last == buyer.ticks {
        demand -= buyer.quantity
        buyers.removeLast()
      }
      if ask <= high, last == ask - 1 {
        supply += ladders[1].level(at: ask).quantity
        ask = ladders[1].key(after: ask)
      }
      first = last + 1
    }
    return steps
  }
}
