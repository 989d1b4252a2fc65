public import OmniMoney
public import OmniTime

/// One change that a venue reported: of its best prices, its levels or its orders, or a trade.
///
/// All kinds have one layout, so that streams of several kinds and instruments are one flat array. A
/// message with several changes is several events, of which the last has ``Flags/last``.
@frozen
public struct MarketEvent: Sendable, Hashable {
  /// What changed.
  @frozen
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// The best price of a side and its size are these; size 0 says that the side is empty.
    case best
    /// The size at a price of a side is this one; 0 takes the level away.
    case level
    /// A side, or the book if ``MarketEvent/side`` is `none`, is empty.
    case clear
    /// An order entered the book.
    case orderAdded
    /// An order has this price and size now; its venue says whether it keeps its turn.
    case orderChanged
    /// An order lost this size without a trade; with nothing left it is gone.
    case orderReduced
    /// An order left the book.
    case orderRemoved
    /// An order of the book traded this size, as the one that waited.
    case orderExecuted
    /// A trade; `side` is that of whoever took, `none` if unknown or of an auction.
    case trade
    /// The venue's state is another one; `id` is a ``TradingState``.
    case state
  }

  /// A side of the book.
  @frozen
  public enum BookSide: UInt8, Sendable, CaseIterable {
    /// Who wants to buy.
    case bid
    /// Who wants to sell.
    case ask
    /// Neither, both, or unknown.
    case none
  }

  /// Marks of an event.
  @frozen
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The last event of its message: the book is consistent behind it.
    @inlinable
    public static var last: Self { Self(rawValue: 1) }
    /// Part of a snapshot, and not news.
    @inlinable
    public static var snapshot: Self { Self(rawValue: 2) }
    /// The size is not known to be visible: a hidden order was executed.
    @inlinable
    public static var hidden: Self { Self(rawValue: 4) }
    /// The book of this instrument is suspect from here to the next snapshot.
    @inlinable
    public static var gap: Self { Self(rawValue: 8) }
    /// An order that was changed keeps its turn.
    @inlinable
    public static var keepsTurn: Self { Self(rawValue: 16) }
  }

  /// When the venue says that it happened.
  public var occurredAt: Timestamp
  /// When its bytes reached the recorder, by a clock that is corrected so that it is not earlier.
  public var receivedAt: Timestamp
  /// The price, where the kind has one.
  public var price: Price
  /// The size, where the kind has one.
  public var size: Quantity
  /// The order's number, or a trade's, or that of an update; 0 if there is none.
  public var id: UInt64
  /// Of which instrument.
  public var instrument: InstrumentID
  /// What changed.
  public var kind: Kind
  /// On which side.
  public var side: BookSide
  /// The marks.
  public var flags: Flags

  /// Creates an event.
  @inlinable
  public init(
    _ kind: Kind, _ side: BookSide, of instrument: InstrumentID, at times: MarketTimes,
    _ content: Content
  ) {
    occurredAt = times.occurredAt
    receivedAt = times.receivedAt
    price = content.price
    size = content.size
    id = content.id
    self.instrument = instrument
    self.kind = kind
    self.side = side
    flags = content.flags
  }

  /// What an event says beside its kind and side.
  @frozen
  public struct Content: Sendable, Hashable {
    /// The price.
    public var price: Price
    /// The size.
    public var size: Quantity
    /// The number.
    public var id: UInt64
    /// The marks.
    public var flags: Flags

    /// Groups price, size, number and marks.
    @inlinable
    public init(
      price: Price = .zero, size: Quantity = .zero, id: UInt64 = 0, flags: Flags = []
    ) {
      self.price = price
      self.size = size
      self.id = id
      self.flags = flags
    }
  }
}

/// When something happened, and when it was heard of.
@frozen
public struct MarketTimes: Sendable, Hashable {
  /// When the venue says that it happened.
  public var occurredAt: Timestamp
  /// When it reached the recorder.
  public var receivedAt: Timestamp

  /// Groups the two instants.
  @inlinable
  public init(occurredAt: Timestamp, receivedAt: Timestamp) {
    self.occurredAt = occurredAt
    self.receivedAt = receivedAt
  }
}

/// What one may do at a venue at the moment.
@frozen
public enum TradingState: UInt8, Sendable, CaseIterable {
  /// Orders are matched as they come.
  case continuous
  /// Orders are collected, and matched at one price when the auction ends.
  case auction
  /// Nothing is matched; what waits may be cancelled.
  case halted
  /// Nothing is accepted.
  case closed
}
