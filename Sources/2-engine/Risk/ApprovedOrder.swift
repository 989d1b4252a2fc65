public import OmniModel

/// An order that the gate has let by.
///
/// Only ``PreTradeGate`` can make one, it cannot be copied, and handing it to Execution uses it up:
/// an order that was not checked, or was checked once and sent twice, does not compile.
@frozen
public struct ApprovedOrder: ~Copyable, Sendable {
  /// The order.
  public let order: OrderIntent

  @usableFromInline
  init(_ order: OrderIntent) { self.order = order }
}
