public import OmniLedger
public import OmniModel
public import OmniPortfolio
public import OmniRisk
public import OmniTime

/// Two observers in one place; each is told everything, the first one first.
@frozen
public struct ObserverPair<
  First: RunObserver & ~Copyable, Second: RunObserver & ~Copyable
>: RunObserver, ~Copyable {
  /// Is told first.
  public var first: First
  /// Is told second.
  public var second: Second

  /// Puts two observers together.
  @inlinable
  public init(_ first: consuming First, _ second: consuming Second) {
    self.first = first
    self.second = second
  }

  /// Tells both.
  @inlinable
  public mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    first.barDone(bar, portfolio)
    second.barDone(bar, portfolio)
  }

  /// Tells both.
  @inlinable
  public mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {
    first.orderSubmitted(order, at: time)
    second.orderSubmitted(order, at: time)
  }

  /// Tells both.
  @inlinable
  public mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {
    first.orderDenied(order, denial, at: time)
    second.orderDenied(order, denial, at: time)
  }

  /// Tells both.
  @inlinable
  public mutating func orderReported(
    _ order: OrderIntent, _ report: VenueReport, at time: Timestamp
  ) {
    first.orderReported(order, report, at: time)
    second.orderReported(order, report, at: time)
  }

  /// Tells both.
  @inlinable
  public mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at time: Timestamp
  ) {
    first.fillBooked(fill, order, trade: trade, at: time)
    second.fillBooked(fill, order, trade: trade, at: time)
  }

  /// Tells both.
  @inlinable
  public mutating func posted(
    _ ledger: borrowing Ledger, sequence: SequenceNumber, at time: Timestamp
  ) {
    first.posted(ledger, sequence: sequence, at: time)
    second.posted(ledger, sequence: sequence, at: time)
  }

  /// Tells both.
  @inlinable
  public mutating func actionBooked(
    _ action: CorporateAction, _ strategy: StrategyID, _ outcome: ActionOutcome
  ) {
    first.actionBooked(action, strategy, outcome)
    second.actionBooked(action, strategy, outcome)
  }

  /// Tells both.
  @inlinable
  public mutating func orderAdjusted(_ order: OrderIntent, at time: Timestamp) {
    first.orderAdjusted(order, at: time)
    second.orderAdjusted(order, at: time)
  }
}
