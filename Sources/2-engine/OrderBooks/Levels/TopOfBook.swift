public import OmniModel
public import OmniMoney

/// The best prices of one instrument and their sizes (L1).
@frozen
public struct TopOfBook: Sendable, Hashable {
  /// The highest bid, or nil.
  public private(set) var bid: PriceLevel?
  /// The lowest ask, or nil.
  public private(set) var ask: PriceLevel?

  /// Creates one without prices.
  @inlinable
  public init() {}

  /// Takes the best prices of a book of levels.
  public init(of book: borrowing LevelBook) {
    if let price = book.bestBid { bid = PriceLevel(price: price, size: book.size(.bid, at: price)) }
    if let price = book.bestAsk { ask = PriceLevel(price: price, size: book.size(.ask, at: price)) }
  }

  /// Applies a best price or the emptying of a side; other kinds of events change nothing.
  public mutating func apply(_ event: MarketEvent) {
    switch event.kind {
    case .best:
      let level = event.size == .zero ? nil : PriceLevel(price: event.price, size: event.size)
      if event.side == .bid { bid = level }
      if event.side == .ask { ask = level }
    case .clear:
      if event.side != .ask { bid = nil }
      if event.side != .bid { ask = nil }
    default: break
    }
  }

  /// Whether the bid is at or above the ask.
  public var isCrossed: Bool {
    guard let bid, let ask else { return false }
    return bid.price >= ask.price
  }

  /// The distance from bid up to ask, below zero if they cross, or nil.
  public var spread: PriceOffset? {
    guard let bid, let ask else { return nil }
    return ask.price - bid.price
  }

  /// The price in the middle, in half ticks so that it is exact, or nil.
  public var middleHalfTicks: Int64? {
    guard let bid, let ask else { return nil }
    return bid.price.ticks + ask.price.ticks
  }
}
