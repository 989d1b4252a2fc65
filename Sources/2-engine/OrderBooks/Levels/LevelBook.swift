public import OmniModel
public import OmniMoney

/// A level of a book: a price and the size that waits there.
@frozen
public struct PriceLevel: Sendable, Hashable {
  /// The price.
  public let price: Price
  /// The size of all orders there.
  public let size: Quantity

  /// Groups price and size.
  @inlinable
  public init(price: Price, size: Quantity) {
    self.price = price
    self.size = size
  }
}

/// A book of price levels (L2) of one instrument.
///
/// It holds what its events say. Prices of both sides may cross for a moment, as they do between the
/// first and the last event of one message: ``isCrossed`` tells, and nothing is repaired.
///
///     var book = LevelBook()
///     for event in events { book.apply(event) }
///     if let bid = book.bestBid, let ask = book.bestAsk { … }
///
/// - Complexity: a change near the market is O(1) with no allocation, see ``LevelSide``.
@frozen
public struct LevelBook: ~Copyable, Sendable {
  @usableFromInline var bids: LevelSide
  @usableFromInline var asks: LevelSide
  /// Whether an event said that something is missing, and no snapshot came since.
  public internal(set) var isSuspect = false

  /// How many ticks a side's window has if nothing else is said.
  @inlinable
  public static var windowDefault: Int { 65_536 }

  /// How many levels a side holds outside of its window if nothing else is said.
  @inlinable
  public static var outsideMaxDefault: Int { 65_536 }

  /// Creates an empty book.
  ///
  /// - Precondition: `window` is a multiple of 4,096 from 4,096 to 262,144, and `outsideMax` is above
  ///   zero.
  @inlinable
  public init(
    window: Int = LevelBook.windowDefault, outsideMax: Int = LevelBook.outsideMaxDefault
  ) {
    bids = LevelSide(window: window, outsideMax: outsideMax)
    asks = LevelSide(window: window, outsideMax: outsideMax)
  }

  /// Applies a change of a level, a side or the best price; other kinds of events change nothing.
  ///
  /// A best price takes away all better levels of its side, which it says are gone. An event marked
  /// as following a gap makes the book suspect, one of a snapshot trusted again.
  @inlinable @inline(__always)
  public mutating func apply(_ event: borrowing MarketEvent) {
    if event.flags.rawValue & Self.notable != 0 { note(event.flags) }
    if event.kind == .level {
      set(event.side, event.price, to: event.size)
    } else if event.kind.rawValue <= MarketEvent.Kind.clear.rawValue {
      applyRare(event.kind, event.side, event.price, event.size)
    }
  }

  /// Sets the size at a price, zero to take the level away, and returns the one that was there.
  ///
  /// - Precondition: the price is within 2⁶² ticks of zero.
  @inlinable @inline(__always)
  @discardableResult
  public mutating func set(
    _ side: MarketEvent.BookSide, _ price: Price, to size: Quantity
  ) -> Quantity {
    switch side {
    case .bid: Quantity(lots: bids.set(price.ticks, to: size.lots))
    case .ask: Quantity(lots: asks.set(-price.ticks, to: size.lots))
    case .none: .zero
    }
  }

  /// Empties a side, or the book if `side` is `none`.
  public mutating func clear(_ side: MarketEvent.BookSide = .none) {
    if side != .ask { bids.removeAll() }
    if side != .bid { asks.removeAll() }
  }

  /// The highest price that somebody bids, or nil.
  @inlinable
  public var bestBid: Price? {
    bids.best == LevelSide.none ? nil : Price(ticks: bids.best)
  }

  /// The lowest price that somebody asks, or nil.
  @inlinable
  public var bestAsk: Price? {
    asks.best == LevelSide.none ? nil : Price(ticks: -asks.best)
  }

  /// The size at a price; zero for a price without a level, and for no side.
  @inlinable
  public func size(_ side: MarketEvent.BookSide, at price: Price) -> Quantity {
    switch side {
    case .bid: Quantity(lots: bids.lots(at: price.ticks))
    case .ask: Quantity(lots: asks.lots(at: -price.ticks))
    case .none: .zero
    }
  }

  /// How many levels a side has, or both if `side` is `none`.
  @inlinable
  public func levelCount(_ side: MarketEvent.BookSide = .none) -> Int {
    (side == .ask ? 0 : bids.count) + (side == .bid ? 0 : asks.count)
  }

  /// Levels that were forgotten because their side had more of them than it may hold.
  @inlinable
  public var forgottenCount: UInt64 { bids.forgottenCount + asks.forgottenCount }

  @inlinable
  static var notable: UInt8 {
    MarketEvent.Flags.gap.rawValue | MarketEvent.Flags.snapshot.rawValue
  }

  @usableFromInline
  mutating func note(_ flags: MarketEvent.Flags) { isSuspect = flags.contains(.gap) }

  @usableFromInline @inline(never)
  mutating func applyRare(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ price: Price, _ size: Quantity
  ) {
    guard kind == .best else { return clear(side) }
    if side == .none { return }
    if size == .zero { return clear(side) }
    if side == .bid {
      bids.removeAll(above: price.ticks)
    } else {
      asks.removeAll(above: -price.ticks)
    }
    set(side, price, to: size)
  }
}
