/// A topic, as a dense number: family × 64 + the topic's place in its family.
///
/// The number travels with each event; names are for people and for the edges, and are looked up in
/// a ``TopicRegistry``.
@frozen
public struct BusTopic: Sendable, Hashable, Comparable {
  /// The number, from 0 to ``idMax``.
  public let id: UInt16

  /// The largest number.
  public static let idMax: UInt16 = 511

  /// The topic numbered `id`, or nil beyond ``idMax``.
  ///
  /// Whether the number has a name is the registry's to say.
  @inlinable
  public init?(id: UInt16) {
    guard id <= 511 else { return nil }
    self.id = id
  }

  /// The topic at place `index` of `family`.
  ///
  /// - Precondition: `index` is from 0 to 63.
  @inlinable
  public init(_ family: BusFamily, _ index: UInt8) {
    precondition(index < 64, "one of a family's 64 topics")
    id = UInt16(family.rawValue) << 6 | UInt16(index)
  }

  /// A number that was a topic's when it was written, and is read where damage is checked elsewhere.
  @inlinable
  init(masking id: UInt16) { self.id = id & 511 }

  /// The family.
  @inlinable
  public var family: BusFamily { BusFamily(rawValue: UInt8(id >> 6)) ?? .system }

  /// The place in the family.
  @inlinable
  public var index: UInt8 { UInt8(id & 63) }

  /// The Kafka topic that events of this topic go to.
  public var kafkaTopic: KafkaTopic { family.kafkaTopic }

  /// Whether `lhs` has the smaller number.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.id < rhs.id }
}

extension BusTopic {
  /// A transaction is in the ledger: `transaction.commit`.
  public static let transactionCommit = Self(.transaction, 0)
  /// A transaction was undone: `transaction.rollback`.
  public static let transactionRollback = Self(.transaction, 1)
  /// A trade at a venue: `market.trade`.
  public static let marketTrade = Self(.market, 0)
  /// A change of an order book: `market.book`.
  public static let marketBook = Self(.market, 1)
  /// A bar has closed: `market.bar`.
  public static let marketBar = Self(.market, 2)
  /// A best bid and offer: `market.quote`.
  public static let marketQuote = Self(.market, 3)
  /// A market opened, halted or closed: `market.status`.
  public static let marketStatus = Self(.market, 4)
  /// A strategy has something to say: `signal.generated`.
  public static let signalGenerated = Self(.signal, 0)
  /// A signal holds no longer: `signal.expired`.
  public static let signalExpired = Self(.signal, 1)
  /// An order went out: `order.submitted`.
  public static let orderSubmitted = Self(.order, 0)
  /// A venue took an order: `order.accepted`.
  public static let orderAccepted = Self(.order, 1)
  /// An order was filled, in part or in full: `order.filled`.
  public static let orderFilled = Self(.order, 2)
  /// An order was cancelled: `order.canceled`.
  public static let orderCanceled = Self(.order, 3)
  /// An order was refused: `order.rejected`.
  public static let orderRejected = Self(.order, 4)
  /// A limit was broken: `risk.breach`.
  public static let riskBreach = Self(.risk, 0)
  /// A limit was set anew: `risk.limit-changed`.
  public static let riskLimitChanged = Self(.risk, 1)
  /// Trading was stopped: `risk.halted`.
  public static let riskHalted = Self(.risk, 2)
  /// A position changed: `portfolio.position`.
  public static let portfolioPosition = Self(.portfolio, 0)
  /// A balance changed: `portfolio.balance`.
  public static let portfolioBalance = Self(.portfolio, 1)
  /// A portfolio was valued: `portfolio.valuation`.
  public static let portfolioValuation = Self(.portfolio, 2)
  /// How the node is: `system.health`.
  public static let systemHealth = Self(.system, 0)
  /// The node has started: `system.started`.
  public static let systemStarted = Self(.system, 1)
  /// The node is about to stop: `system.stopping`.
  public static let systemStopping = Self(.system, 2)
  /// A key was replaced: `security.key-rotated`.
  public static let securityKeyRotated = Self(.security, 0)
  /// Somebody was refused: `security.access-denied`.
  public static let securityAccessDenied = Self(.security, 1)

  /// The topics that every registry knows, with their names.
  static let wellKnown: [(BusTopic, String)] = [
    (transactionCommit, "commit"), (transactionRollback, "rollback"),
    (marketTrade, "trade"), (marketBook, "book"), (marketBar, "bar"), (marketQuote, "quote"),
    (marketStatus, "status"),
    (signalGenerated, "generated"), (signalExpired, "expired"),
    (orderSubmitted, "submitted"), (orderAccepted, "accepted"), (orderFilled, "filled"),
    (orderCanceled, "canceled"), (orderRejected, "rejected"),
    (riskBreach, "breach"), (riskLimitChanged, "limit-changed"), (riskHalted, "halted"),
    (portfolioPosition, "position"), (portfolioBalance, "balance"),
    (portfolioValuation, "valuation"),
    (systemHealth, "health"), (systemStarted, "started"), (systemStopping, "stopping"),
    (securityKeyRotated, "key-rotated"), (securityAccessDenied, "access-denied"),
  ]
}
