import OmniCollections
public import OmniEncoding
import OmniModel
import OmniMoney

extension BarVenue {
  /// Puts every working order, by instrument and age, the last closes, and the last trade's number;
  /// reports have all been taken by then.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(tradeNumber)
    holdings.encode(into: &sink)
    for index in closes.indices {
      sink.put(closes[index] != nil)
      sink.put(closes[index]?.ticks ?? 0)
      var place = book.first(index)
      while place != RestingOrder.none, let resting = book.places[place] {
        sink.put(true)
        resting.order.encode(into: &sink)
        sink.put(resting.isActive)
        sink.put(resting.isFresh)
        place = resting.younger
      }
      sink.put(false)
    }
  }

  /// Takes back what an equal venue has put, into a venue without orders.
  ///
  /// When it throws, the venue is to be thrown away.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    precondition(workingOrderCount == 0, "a venue without orders")
    tradeNumber = try source.take()
    try holdings.decode(from: &source)
    for index in closes.indices {
      let isSeen = try source.takeFlag()
      let ticks = try source.takeSigned()
      closes[index] = isSeen ? Price(ticks: ticks) : nil
      while try source.takeFlag() {
        let order = try OrderIntent(decoding: &source)
        let isActive = try source.takeFlag()
        let isFresh = try source.takeFlag()
        guard Int(order.instrument.index) == index, book.place(of: order.id) == nil,
          let place = book.insert(order, isActive: isActive)
        else { throw .senseless(word: order.id.value, what: "order of this venue") }
        book.places[place]?.isFresh = isFresh
      }
    }
  }
}
