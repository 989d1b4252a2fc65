import OmniModel
public import OmniMoney
import OmniOrderBooks

/// Quotes a fixed size at the best bid and ask, anew at each step: the rule that engines are measured
/// with.
///
/// At each step both orders of the step before are cancelled; then a buy at the best bid is sent while
/// the position is below a bound, and a sell at the best ask while it is above the bound's negative.
/// Orders only rest. It is no strategy to trade with: it neither looks ahead nor cares for its queue.
public struct QuoteAtBest: TickStrategy {
  /// The size of each order.
  public let quantity: Quantity
  /// The position at which its side is not quoted any more.
  public let positionMax: Quantity
  private var bid = OrderID.none
  private var ask = OrderID.none

  /// Quotes `quantity` on each side until the position is `positionMax`.
  public init(_ quantity: Quantity, positionMax: Quantity) {
    self.quantity = quantity
    self.positionMax = positionMax
  }

  /// Cancels both orders, and sends new ones.
  public mutating func step(_ desk: inout TickDesk) {
    desk.cancel(bid)
    desk.cancel(ask)
    let position = desk.account.position.lots
    bid = desk.nextOrder()
    if position < positionMax.lots, let price = desk.market.bestBid {
      desk.submit(bid, .buy, quantity, at: price)
    }
    ask = desk.nextOrder()
    if position > -positionMax.lots, let price = desk.market.bestAsk {
      desk.submit(ask, .sell, quantity, at: price)
    }
  }
}
