public import OmniLedger
public import OmniModel
public import OmniPortfolio
public import OmniRisk
public import OmniTime

/// Watches a node without touching it: results, reports, tests.
///
/// It is told facts after they are in the books, and cannot answer.
public protocol RunObserver: ~Copyable {
  /// A bar and all that followed from it is done.
  mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio)
  /// Risk let an order by.
  mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp)
  /// Risk refused an order.
  mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp)
  /// The venue reported on an order.
  mutating func orderReported(_ order: OrderIntent, _ report: VenueReport, at time: Timestamp)
  /// A fill was booked; `trade` is the round trip that it finished, if it did.
  mutating func fillBooked(_ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at: Timestamp)
  /// A corporate action was booked for one strategy, which held something.
  mutating func actionBooked(
    _ action: CorporateAction, _ strategy: StrategyID, _ outcome: ActionOutcome)
  /// A working order has another size and price because of a corporate action.
  mutating func orderAdjusted(_ order: OrderIntent, at time: Timestamp)
  /// The books committed a transaction; its legs are the last posted ones of `ledger`.
  ///
  /// - Parameters:
  ///   - ledger: The books.
  ///   - sequence: The number of the record that it follows from.
  ///   - time: When; `distantPast` for what the books are opened with.
  mutating func posted(_ ledger: borrowing Ledger, sequence: SequenceNumber, at time: Timestamp)
}

extension RunObserver where Self: ~Copyable {
  /// Does nothing.
  @inlinable
  public mutating func actionBooked(
    _ action: CorporateAction, _ strategy: StrategyID, _ outcome: ActionOutcome
  ) {}
  /// Does nothing.
  @inlinable
  public mutating func orderAdjusted(_ order: OrderIntent, at time: Timestamp) {}
  /// Does nothing.
  @inlinable
  public mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {}
  /// Does nothing.
  @inlinable
  public mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {}
  /// Does nothing.
  @inlinable
  public mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {}
  /// Does nothing.
  @inlinable
  public mutating func orderReported(
    _ order: OrderIntent, _ report: VenueReport, at time: Timestamp
  ) {}
  /// Does nothing.
  @inlinable
  public mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at: Timestamp
  ) {}
  /// Does nothing.
  @inlinable
  public mutating func posted(
    _ ledger: borrowing Ledger, sequence: SequenceNumber, at time: Timestamp
  ) {}
}

/// Watches nothing.
@frozen
public struct NoObserver: RunObserver {
  /// Creates an observer that does nothing.
  @inlinable
  public init() {}
}
