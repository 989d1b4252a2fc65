public import OmniMoney

/// A fact about one order, as decided by us or reported by a venue.
///
/// Events are facts in the past tense; they are the only thing that moves an order on.
@frozen
public enum OrderEvent: Sendable, Hashable {
  /// Risk refused the order; the venue never heard of it.
  case denied
  /// We hold the order ourselves, because the venue has no such type.
  case emulated
  /// The order is on its way to the venue.
  case submitted
  /// The venue has it.
  case accepted
  /// The venue refused it.
  case rejected
  /// The market touched its trigger.
  case triggered
  /// So much of it was traded.
  case filled(Quantity)
  /// We asked the venue to cancel it.
  case cancelRequested
  /// The venue refused to cancel it.
  case cancelRejected
  /// It was cancelled; what had not been traded will not be.
  case cancelled
  /// Its time ended.
  case expired
  /// We asked the venue to change it.
  case modifyRequested
  /// The venue refused the change.
  case modifyRejected
  /// It was changed.
  case modified
  /// We lost touch: nobody knows until the venue has been asked.
  case lost

  /// The event without its quantity, as a row of the transition table.
  @frozen
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// See ``OrderEvent``; a fill is split by whether anything remains.
    case denied, emulated, submitted, accepted, rejected, triggered, filledInPart, filledWhole
    /// See ``OrderEvent``.
    case cancelRequested, cancelRejected, cancelled, expired
    /// See ``OrderEvent``.
    case modifyRequested, modifyRejected, modified, lost
  }
}
