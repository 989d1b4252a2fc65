import OmniModel
import OmniMoney

/// One buy and one sell order that are kept at the prices that are wanted.
///
/// An order at the wanted price is left alone, and keeps its turn; any other is cancelled, and a new
/// one sent without waiting, so that for a while both may be at the venue. The gate counts both.
struct TwoSidedQuotes: Sendable {
  private var bid = Quote()
  private var ask = Quote()

  private struct Quote: Sendable {
    var order = OrderID.none
    var price = Price.zero
  }

  /// Wants these prices; nil wants no order on that side.
  mutating func want(
    bid: Price?, ask: Price?, _ quantity: Quantity, _ desk: inout TickDesk
  ) {
    Self.want(bid, .buy, quantity, &self.bid, &desk)
    Self.want(ask, .sell, quantity, &self.ask, &desk)
  }

  private static func want(
    _ price: Price?, _ side: Side, _ quantity: Quantity, _ quote: inout Quote,
    _ desk: inout TickDesk
  ) {
    if case .working = desk.standing(quote.order) {
      if quote.price == price { return }
      desk.cancel(quote.order)
    }
    guard let price else { return }
    quote = Quote(order: desk.nextOrder(), price: price)
    desk.submit(quote.order, side, quantity, at: price)
  }
}
