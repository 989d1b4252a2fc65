import OmniCollections
public import OmniModel
public import OmniMoney

// What the venue does when a corporate action takes effect.
extension BarVenue {
  /// The numbers of the instrument's orders, awake or asleep, the oldest first.
  ///
  /// - Complexity: O(orders of the instrument); allocates.
  public func orders(of instrument: InstrumentID) -> [OrderID] {
    var found: [OrderID] = []
    var place = book.first(Int(instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      found.append(resting.order.id)
      place = resting.younger
    }
    return found
  }

  /// Gives a working order another size and price; it keeps its turn.
  ///
  /// - Returns: Whether the order works here.
  @discardableResult
  public mutating func adjust(_ order: OrderIntent) -> Bool {
    guard let place = book.place(of: order.id) else { return false }
    book.places[place]?.order = order
    return true
  }

  /// Says the last close of `instrument` in new units, if there is one.
  public mutating func restate(_ instrument: InstrumentID, by ratio: SplitRatio) {
    let index = Int(instrument.index)
    closes[index] = closes[index].flatMap { ratio.price($0, rounding: .halfEven) }
  }

  /// Notes what a strategy holds behind a corporate action.
  public mutating func hold(
    _ net: NetQuantity, _ strategy: StrategyID, _ instrument: InstrumentID
  ) {
    if holdings.lots(strategy, instrument) != net.lots {
      holdings.set(net.lots, strategy, instrument)
    }
  }
}
