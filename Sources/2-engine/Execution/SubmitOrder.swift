public import OmniModel

/// The command that sends an order to a venue.
///
/// Only ``OrderManager`` makes one, from an order that the gate let by; a venue takes nothing else.
@frozen
public struct SubmitOrder: ~Copyable, Sendable {
  /// The order.
  public let order: OrderIntent

  @usableFromInline
  init(_ order: OrderIntent) { self.order = order }
}
