/// What a record of the journal is.
///
/// The numbers are the file format: they are never given another meaning, and new ones are added at
/// the end of their group.
@frozen
public enum RecordKind: UInt16, Sendable, CaseIterable {
  /// What the run is made of: instruments, strategies, limits, policy. The first record.
  case runStarted = 1
  /// A bar was closed. An input.
  case barClosed = 2
  /// An issuer split, paid, renamed or ended an instrument. An input.
  case corporateAction = 3
  /// Risk let an order by, and it goes to the venue next.
  case orderSubmitted = 16
  /// Risk refused an order.
  case orderDenied = 17
  /// A strategy asked for a cancel, and the venue hears of it next.
  case cancelRequested = 18
  /// The venue has an order.
  case orderAccepted = 32
  /// The venue refused an order.
  case orderRejected = 33
  /// A stop was touched.
  case orderTriggered = 34
  /// An order was traded, in part or whole.
  case orderFilled = 35
  /// An order was cancelled.
  case orderCancelled = 36
  /// The venue refused to cancel.
  case cancelRejected = 37
  /// An order has another size and price because of a corporate action.
  case orderAdjusted = 38
  /// The run's last record: the digest of the state.
  case runEnded = 48

  /// Whether the record came from outside and is fed to a replay, rather than derived by it.
  public var isInput: Bool {
    self == .runStarted || self == .barClosed || self == .corporateAction
  }
}
