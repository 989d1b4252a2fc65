/// What a venue says about an order.
@frozen
public enum VenueReport: Sendable, Hashable {
  /// The order rests, or waits for its parent.
  case accepted(OrderID)
  /// The order was refused.
  case rejected(OrderID, RejectReason)
  /// The order's stop was touched.
  case triggered(OrderID)
  /// The order was traded.
  case filled(Fill)
  /// The order was cancelled: by request, or because its sibling was filled.
  case cancelled(OrderID)
  /// A cancel came too late, or for an order that the venue does not know.
  case cancelRejected(OrderID)

  /// Of which order.
  @inlinable
  public var order: OrderID {
    switch self {
    case .accepted(let order), .rejected(let order, _), .triggered(let order),
      .cancelled(let order), .cancelRejected(let order):
      order
    case .filled(let fill): fill.order
    }
  }
}

/// Why a venue refused an order.
@frozen
public enum RejectReason: UInt8, Sendable, CaseIterable {
  /// The venue has seen no price of the instrument yet.
  case noMarket = 1
  /// The venue's book of working orders is full.
  case tooManyOrders = 2
  /// The order names a parent that the venue does not hold.
  case unknownParent = 3
}
