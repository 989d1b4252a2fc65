public import OmniModel

/// An order that was let by and has a life.
@frozen
public struct Order: Sendable, Hashable {
  /// What was wanted.
  public let intent: OrderIntent
  /// Where it stands.
  public var lifecycle: OrderLifecycle

  /// Creates an order at the beginning of its life.
  @inlinable
  public init(_ intent: OrderIntent) {
    self.intent = intent
    lifecycle = OrderLifecycle(quantity: intent.quantity)
  }

  @usableFromInline
  init(intent: OrderIntent, lifecycle: OrderLifecycle) {
    self.intent = intent
    self.lifecycle = lifecycle
  }
}
