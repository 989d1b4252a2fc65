import OmniCollections
public import OmniModel
import OmniMoney

extension OrderManager {
  /// Gives a working order another size and price because of a corporate action.
  ///
  /// What was filled before keeps its share of the size, in whole lots.
  ///
  /// - Returns: The order as it is now; nil, and nothing is changed, when it does not work or
  ///   nothing would be left of it.
  public mutating func adjust(_ intent: OrderIntent) -> Order? {
    guard let handle = handle(of: intent.id), let order = orders[handle] else { return nil }
    let (before, size) = (order.intent.quantity.lots, intent.quantity.lots)
    let filled = Int64(
      Int128(order.lifecycle.filled.lots) * Int128(size) / Int128(before))
    guard filled < size,
      let lifecycle = OrderLifecycle(
        life: order.lifecycle.life, isModifyPending: order.lifecycle.isModifyPending,
        isCancelPending: order.lifecycle.isCancelPending, filled: Quantity(lots: filled),
        of: intent.quantity)
    else { return nil }
    let adjusted = Order(intent: intent, lifecycle: lifecycle)
    count(
      intent, lots: lifecycle.remaining.lots - order.lifecycle.remaining.lots, orders: 0)
    orders[handle] = adjusted
    return adjusted
  }
}
