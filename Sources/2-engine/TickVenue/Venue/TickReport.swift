public import OmniModel
public import OmniTime

/// Why the venue does not do what it was asked.
@frozen
public enum TickRefusal: UInt8, Error, Sendable, CaseIterable {
  /// There is nobody on the other side.
  case noMarket
  /// An order that may only rest would take.
  case wouldTake
  /// An order that may not rest has nothing, or nothing more, to take.
  case nothingToTake
  /// The book cannot fill the whole of it at once.
  case notWhole
  /// Trading is halted.
  case halted
  /// An auction runs, and only orders that may rest are collected.
  case auction
  /// The venue is closed.
  case closed
  /// The number is in use.
  case duplicateOrder
  /// There is no such order, or not any more.
  case unknownOrder
  /// The venue holds as many orders as it may.
  case tooManyOrders
  /// A size of nothing, or above the largest.
  case quantityOutOfRange
  /// A price beyond the largest.
  case priceOutOfRange
  /// The order's strategy has no account here.
  case unknownStrategy

  /// The stable code, which the list of errors explains.
  public var code: String {
    switch self {
    case .noMarket: "TIK-001"
    case .wouldTake: "TIK-002"
    case .nothingToTake: "TIK-003"
    case .notWhole: "TIK-004"
    case .halted: "TIK-005"
    case .auction: "TIK-006"
    case .closed: "TIK-007"
    case .duplicateOrder: "TIK-008"
    case .unknownOrder: "TIK-009"
    case .tooManyOrders: "TIK-010"
    case .quantityOutOfRange: "TIK-011"
    case .priceOutOfRange: "TIK-012"
    case .unknownStrategy: "TIK-013"
    }
  }
}

/// What the venue says, and when it is heard.
@frozen
public struct TickReport: Sendable, Hashable {
  /// What is said.
  @frozen
  public enum Kind: Sendable, Hashable {
    /// The order rests, or is held until trading goes on.
    case accepted
    /// The order was refused, and is not there.
    case rejected(TickRefusal)
    /// The order was traded, in part or whole.
    case filled(Fill)
    /// The rest of the order will not be traded any more.
    case expired(TickRefusal)
    /// The order was cancelled as asked.
    case cancelled
    /// The order has another price and size as asked.
    case replaced
    /// A cancel or a replace was refused; the order, if there is one, is as before.
    case refused(TickRefusal)
    /// Money was paid, or received if below zero, for holding a position; in minor units.
    case funded(Int128)
  }

  /// The order, or ``OrderID/none`` if it is about a position.
  public let order: OrderID
  /// Whose.
  public let strategy: StrategyID
  /// Which way the order trades.
  public let side: Side
  /// What is said.
  public let kind: Kind
  /// When it happened at the venue.
  public let occurredAt: Timestamp
  /// When it is heard.
  public let receivedAt: Timestamp
}
