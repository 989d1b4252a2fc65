public import OmniCollections
public import OmniModel
public import OmniMoney

/// What taking a size from one side of a book would cost, exactly.
@frozen
public struct PriceImpact: Sendable, Hashable {
  /// What the book could give; less than what was asked for if the side is too thin.
  public var filled = Quantity.zero
  /// The sum of price × size, in ticks × lots: divided by ``filled`` it is the average price.
  public var tickLots: Int128 = 0
  /// The best price, with which the taking begins.
  public var first = Price.zero
  /// The worst price that is touched.
  public var last = Price.zero
  /// How many levels are touched.
  public var levelCount = 0

  /// Nothing taken.
  @inlinable
  public init() {}

  /// The average price, rounded to a tick by `rounding`, or nil if nothing was taken.
  @inlinable
  public func averagePrice(_ rounding: Rounding) -> Price? {
    guard filled > .zero else { return nil }
    return Price(ticks: Int64(rounding.quotient(tickLots, Int128(filled.lots))))
  }
}

/// How much waits on either side.
@frozen
public struct BookImbalance: Sendable, Hashable {
  /// The size of the bids that were counted.
  public let bid: Quantity
  /// The size of the asks that were counted.
  public let ask: Quantity

  /// Groups the two sizes.
  @inlinable
  public init(bid: Quantity, ask: Quantity) {
    self.bid = bid
    self.ask = ask
  }

  /// (bid − ask) / (bid + ask), from −1 to 1, rounded towards zero; 0 if both sides are empty.
  @inlinable
  public var rate: Rate {
    let sum = Int128(bid.lots) + Int128(ask.lots)
    if sum == 0 { return .zero }
    let difference = (Int128(bid.lots) - Int128(ask.lots)) * 1_000_000_000
    return Rate(billionths: Int64(Rounding.towardZero.quotient(difference, sum)))
  }
}

extension LevelBook {
  /// Whether the highest bid is at or above the lowest ask.
  @inlinable
  public var isCrossed: Bool {
    guard let bid = bestBid, let ask = bestAsk else { return false }
    return bid >= ask
  }

  /// The distance from the best bid up to the best ask, below zero in a crossed book, or nil.
  @inlinable
  public var spread: PriceOffset? {
    guard let bid = bestBid, let ask = bestAsk else { return nil }
    return ask - bid
  }

  /// The price in the middle, in half ticks so that it is exact, or nil.
  @inlinable
  public var middleHalfTicks: Int64? {
    guard let bid = bestBid, let ask = bestAsk else { return nil }
    return bid.ticks + ask.ticks
  }

  /// Copies the first levels of a side into `buffer`, the best one first, and returns how many.
  ///
  /// - Complexity: O(n) in the size of the buffer, with no allocation.
  @inlinable
  public func copyLevels(
    _ side: MarketEvent.BookSide, into buffer: inout OwnedBuffer<PriceLevel>
  ) -> Int {
    var number = 0
    forEachLevel(side) { level in
      if number == buffer.count { return false }
      buffer[number] = level
      number += 1
      return true
    }
    return number
  }

  /// The size of all levels of a side that are at most `distance` from its best one.
  ///
  /// - Complexity: O(n) in the levels counted.
  @inlinable
  public func depth(_ side: MarketEvent.BookSide, within distance: PriceOffset) -> Quantity {
    var lots: Int64 = 0
    var best: Price?
    forEachLevel(side) { level in
      let from = best ?? level.price
      best = from
      if abs((level.price - from).ticks) > distance.ticks { return false }
      lots += level.size.lots
      return true
    }
    return Quantity(lots: lots)
  }

  /// How much waits on the first `count` levels of either side.
  @inlinable
  public func imbalance(levels count: Int) -> BookImbalance {
    BookImbalance(bid: total(.bid, levels: count), ask: total(.ask, levels: count))
  }

  /// What an order that takes `quantity` would get, if nobody else moved.
  ///
  /// - Complexity: O(n) in the levels touched.
  @inlinable
  public func impact(of taker: Side, _ quantity: Quantity) -> PriceImpact {
    var impact = PriceImpact()
    forEachLevel(taker == .buy ? .ask : .bid) { level in
      let left = quantity - impact.filled
      if left == .zero { return false }
      let taken = min(left, level.size)
      if impact.levelCount == 0 { impact.first = level.price }
      impact.filled = impact.filled + taken
      impact.tickLots += Int128(level.price.ticks) * Int128(taken.lots)
      impact.last = level.price
      impact.levelCount += 1
      return true
    }
    return impact
  }

  /// Calls `body` with the levels of a side, the best one first, until it returns false.
  @inlinable
  public func forEachLevel(
    _ side: MarketEvent.BookSide, _ body: (PriceLevel) -> Bool
  ) {
    switch side {
    case .bid:
      bids.forEach { key, lots in
        body(PriceLevel(price: Price(ticks: key), size: Quantity(lots: lots)))
      }
    case .ask:
      asks.forEach { key, lots in
        body(PriceLevel(price: Price(ticks: -key), size: Quantity(lots: lots)))
      }
    case .none: break
    }
  }

  /// A number that equal books have in common, and different ones hardly ever: of all levels, in
  /// their order.
  ///
  /// - Complexity: O(n) in the levels. Source of the mixing: SplitMix64, whose arithmetic wraps.
  public var stateHash: UInt64 {
    var hash: UInt64 = 0
    for side in [MarketEvent.BookSide.bid, .ask] {
      hash = Self.mixed(hash ^ UInt64(side.rawValue))
      forEachLevel(side) { level in
        hash = Self.mixed(hash ^ UInt64(bitPattern: level.price.ticks))
        hash = Self.mixed(hash ^ UInt64(bitPattern: level.size.lots))
        return true
      }
    }
    return hash
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    var bits = word &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  @inlinable
  func total(_ side: MarketEvent.BookSide, levels count: Int) -> Quantity {
    var lots: Int64 = 0
    var left = count
    forEachLevel(side) { level in
      if left == 0 { return false }
      left -= 1
      lots += level.size.lots
      return true
    }
    return Quantity(lots: lots)
  }
}

extension LevelSide {
  /// Calls `body` with key and lots of each level, the highest key first, until it returns false.
  @inlinable
  func forEach(_ body: (Int64, Int64) -> Bool) {
    var key = best
    while key != Self.none {
      if !body(key, lots(at: key)) { return }
      key = highest(below: key)
    }
  }
}

extension LevelBook {
  /// The next level of a side that is worse than `price`, or the best one if `price` is nil.
  ///
  /// - Complexity: O(1) near the market, with no allocation.
  @inlinable
  public func level(
    _ side: MarketEvent.BookSide, after price: Price? = nil
  ) -> PriceLevel? {
    switch side {
    case .bid:
      let key = price.map { bids.highest(below: $0.ticks) } ?? bids.best
      if key == LevelSide.none { return nil }
      return PriceLevel(price: Price(ticks: key), size: Quantity(lots: bids.lots(at: key)))
    case .ask:
      let key = price.map { asks.highest(below: -$0.ticks) } ?? asks.best
      if key == LevelSide.none { return nil }
      return PriceLevel(price: Price(ticks: -key), size: Quantity(lots: asks.lots(at: key)))
    case .none: return nil
    }
  }
}
