public import OmniCollections
public import OmniModel
public import OmniMoney

/// The orders of one instrument as its venue publishes them, one by one: "level 3".
///
/// It follows the venue and never matches: what trades is what the venue says. An event that
/// contradicts the book is refused and leaves it as it was, so that whoever feeds it decides whether
/// to go on or to ask for a snapshot. A snapshot is a `clear` and the orders that follow it.
///
///     var book = OrderBook(of: instrument)
///     for event in events { if case .refused(let why) = book.apply(event) { … } }
///
/// - Invariant: each order stands at one price, and has something left.
/// - Complexity: an event is O(1) inside of the window of prices (see ``OrderLadder``), and allocates
///   only while there are more orders than ever before.
@frozen
public struct OrderBook: ~Copyable {
  /// What became of an event.
  @frozen
  public enum Outcome: Sendable, Hashable {
    /// The book is another one.
    case applied
    /// The event says nothing of single orders; the book is as it was.
    case ignored
    /// The event contradicts the book, which is as it was.
    case refused(Refusal)
  }

  /// Why an event was refused.
  @frozen
  public enum Refusal: UInt8, Error, Sendable, CaseIterable {
    /// No order with this number is in the book.
    case unknownOrder
    /// An order with this number is in the book already.
    case doubledOrder
    /// The order has less left than it is said to have lost.
    case belowZero
    /// An order of no size enters.
    case zeroSize
    /// A new order is on neither side.
    case noSide
    /// The order is on the other side.
    case otherSide
    /// The event is of another instrument.
    case otherInstrument
    /// No order can stand at the largest or smallest number of ticks.
    case priceOutOfRange
    /// A side would have more lots than can be counted.
    case sizeOutOfRange
    /// There are as many orders as a book may hold.
    case full

    /// The stable code, as `docs/reference/errors.md` lists it.
    public var code: String {
      switch self {
      case .unknownOrder: "ORB-001"
      case .doubledOrder: "ORB-002"
      case .belowZero: "ORB-003"
      case .zeroSize: "ORB-004"
      case .noSide: "ORB-005"
      case .otherSide: "ORB-006"
      case .otherInstrument: "ORB-007"
      case .priceOutOfRange: "ORB-008"
      case .sizeOutOfRange: "ORB-009"
      case .full: "ORB-010"
      }
    }
  }

  /// How large a book is.
  @frozen
  public struct Configuration: Sendable, Hashable {
    /// How many prices of a side lie in an array; a multiple of 64 up to 2¹⁸.
    public var window = 8_192
    /// For how many orders memory is taken at the start.
    public var orderCapacity = 4_096
    /// The most orders.
    public var orderCountMax = OrderPool.orderCountMax

    /// Creates the usual configuration.
    @inlinable
    public init() {}
  }

  /// Whose book it is.
  public let instrument: InstrumentID
  @usableFromInline var pool: OrderPool
  /// That of the bids and that of the asks.
  @usableFromInline var ladders: OwnedBuffer<OrderLadder>
  @usableFromInline let orderCountMax: Int
  @usableFromInline var hasGap = false

  /// Whether events were lost since the book was last cleared.
  @inlinable
  public var isSuspect: Bool { hasGap }

  /// How many orders there are.
  @inlinable
  public var orderCount: Int { pool.count }

  /// Creates an empty book.
  ///
  /// - Precondition: The window is a multiple of 64 from 64 to 2¹⁸, and the capacity at most the
  ///   most orders, which is at most ``OrderPool/orderCountMax``.
  @inlinable
  public init(of instrument: InstrumentID, _ configuration: Configuration = Configuration()) {
    precondition(
      configuration.orderCapacity <= configuration.orderCountMax
        && configuration.orderCountMax <= OrderPool.orderCountMax, "room for the most orders")
    self.instrument = instrument
    pool = OrderPool(capacity: configuration.orderCapacity)
    ladders = OwnedBuffer(count: 2) { _ in OrderLadder(window: configuration.window) }
    orderCountMax = configuration.orderCountMax
  }

  /// Lets an event change the book.
  @inlinable
  @discardableResult
  public mutating func apply(_ event: MarketEvent) -> Outcome {
    guard event.instrument == instrument else { return .refused(.otherInstrument) }
    if event.flags.contains(.gap) { hasGap = true }
    switch event.kind {
    case .best, .level, .trade, .state: return .ignored
    case .clear:
      clear(event.side)
      return .applied
    case .orderAdded: return add(event)
    case .orderChanged, .orderReduced, .orderRemoved, .orderExecuted:
      let place = pool.find(event.id)
      if place == 0 { return .refused(.unknownOrder) }
      let node = pool[place]
      guard event.side == .none || event.side.rawValue == node.side.rawValue else {
        return .refused(.otherSide)
      }
      switch event.kind {
      case .orderChanged: return change(place, node, event)
      case .orderRemoved: take(place, node)
      default:
        let left = node.quantity - event.size.lots
        if left < 0 { return .refused(.belowZero) }
        if left == 0 {
          take(place, node)
        } else {
          ladders[Int(node.side.rawValue)].resize(place, to: left, in: &pool)
        }
      }
      return .applied
    }
  }

  /// Takes all orders of a side, or of both, out.
  @inlinable
  public mutating func clear(_ side: MarketEvent.BookSide = .none) {
    switch side {
    case .none:
      hasGap = false
      pool.removeAll()
      ladders[0].removeAll()
      ladders[1].removeAll()
    case .bid, .ask:
      let index = Int(side.rawValue)
      while !ladders[index].isEmpty {
        let place = ladders[index].level(at: ladders[index].best).head
        take(place, pool[place])
      }
    }
  }

  @inlinable
  mutating func add(_ event: MarketEvent) -> Outcome {
    if event.side == .none { return .refused(.noSide) }
    if event.size == .zero { return .refused(.zeroSize) }
    if pool.find(event.id) != 0 { return .refused(.doubledOrder) }
    let side: Side = event.side == .bid ? .buy : .sell
    let key = OrderNode.key(side, ticks: event.price.ticks)
    if key == .max { return .refused(.priceOutOfRange) }
    if !canHold(side, event.size.lots) { return .refused(.sizeOutOfRange) }
    if pool.count >= orderCountMax { return .refused(.full) }
    let place = pool.insert(
      OrderNode(id: event.id, side: side, key: key, quantity: event.size.lots))
    ladders[Int(side.rawValue)].append(place, key: key, quantity: event.size.lots, in: &pool)
    return .applied
  }

  /// Gives an order another price and size; with no size it is gone, and at another price no turn
  /// can be kept.
  @inlinable
  mutating func change(_ place: UInt32, _ node: OrderNode, _ event: MarketEvent) -> Outcome {
    let size = event.size.lots
    let key = OrderNode.key(node.side, ticks: event.price.ticks)
    if size == 0 {
      take(place, node)
      return .applied
    }
    if key == .max { return .refused(.priceOutOfRange) }
    if size > node.quantity, !canHold(node.side, size - node.quantity) {
      return .refused(.sizeOutOfRange)
    }
    let index = Int(node.side.rawValue)
    if key == node.key, event.flags.contains(.keepsTurn) {
      ladders[index].resize(place, to: size, in: &pool)
    } else {
      ladders[index].remove(place, in: &pool)
      ladders[index].append(place, key: key, quantity: size, in: &pool)
    }
    return .applied
  }

  @inlinable
  mutating func take(_ place: UInt32, _ node: OrderNode) {
    ladders[Int(node.side.rawValue)].remove(place, in: &pool)
    pool.remove(place)
  }

  /// Whether `size` more on a side can be counted.
  @inlinable
  func canHold(_ side: Side, _ size: Int64) -> Bool {
    !ladders[Int(side.rawValue)].quantity.addingReportingOverflow(size).overflow
  }
}
