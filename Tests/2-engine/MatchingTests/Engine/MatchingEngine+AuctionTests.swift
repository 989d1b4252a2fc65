import OmniMatching
import OmniModel
import OmniMoney
import Testing

@Suite("MatchingEngine+Auction")
struct MatchingEngineAuctionTests {
  @Test func `an auction ends at the price at which most trades`() {
    var venue = Venue()
    venue.engine.beginAuction()
    venue.submit(order(1, .buy, 10, at: 103))
    venue.submit(order(2, .buy, 20, at: 101))
    venue.submit(order(3, .sell, 15, at: 100))
    venue.submit(order(4, .sell, 30, at: 102))

    #expect(venue.facts.isEmpty)
    let result = venue.uncross(reference: 500)

    // At 100 and 101: 30 want to buy and 15 to sell; at 102 and 103 10 to buy and 45 to sell.
    #expect(
      result == AuctionResult(price: Price(ticks: 101), volume: lots(15), imbalance: 15))
    #expect(venue.facts == [trade(3, 1, 101, 10, .none), trade(3, 2, 101, 5, .none)])
    #expect(venue.resting(.buy, at: 101) == [15, 1] && venue.best(.sell) == 102)
    let isOver = !venue.engine.isInAuction
    #expect(isOver)
  }

  @Test func `of prices with the same volume the one with the least left over is taken`() {
    var venue = Venue()
    venue.engine.beginAuction()
    venue.submit(order(1, .buy, 10, at: 105))
    venue.submit(order(2, .buy, 4, at: 102))
    venue.submit(order(3, .sell, 10, at: 100))

    let result = venue.uncross(reference: 0)

    // Up to 102 four more want to buy; from 103 on nothing is left over.
    #expect(result == AuctionResult(price: Price(ticks: 103), volume: lots(10), imbalance: 0))
  }

  @Test func `of prices that are equal in that too the one nearest to the reference is taken`() {
    for (reference, wanted) in [(90, 100), (100, 100), (104, 104), (110, 110), (120, 110)] {
      var venue = Venue()
      venue.engine.beginAuction()
      venue.submit(order(1, .buy, 10, at: 110))
      venue.submit(order(2, .sell, 10, at: 100))

      let result = venue.uncross(reference: Int64(reference))

      #expect(result?.price == Price(ticks: Int64(wanted)), "\(reference)")
    }
  }

  @Test func `left-overs of both signs leave the reference to decide`() {
    for (reference, price, imbalance) in [(100, 101, 5), (105, 105, -5)] as [(Int64, Int64, Int64)]
    {
      var venue = Venue()
      venue.engine.beginAuction()
      venue.submit(order(1, .buy, 10, at: 110))
      venue.submit(order(2, .buy, 5, at: 102))
      venue.submit(order(3, .sell, 10, at: 101))
      venue.submit(order(4, .sell, 5, at: 103))

      let result = venue.uncross(reference: reference)

      #expect(
        result
          == AuctionResult(
            price: Price(ticks: price), volume: lots(10), imbalance: imbalance), "\(reference)")
    }
  }

  @Test func `an indication changes nothing, and an auction in which nobody meets has no price`() {
    var venue = Venue()
    venue.engine.beginAuction()
    venue.submit(order(1, .buy, 10, at: 100))
    venue.submit(order(2, .sell, 4, at: 101))
    let nothing = venue.engine.indication(reference: .zero)
    venue.submit(order(3, .sell, 3, at: 99))

    let indication = venue.engine.indication(reference: .zero)
    let untouched = venue.count == 3 && venue.engine.isInAuction
    let result = venue.uncross(reference: 0)
    let again = venue.uncross(reference: 0)

    #expect(nothing == AuctionResult(price: nil, volume: .zero, imbalance: 0))
    #expect(indication == result && untouched && again == nil)
  }

  @Test func `orders that were moved across in an auction trade at its end`() {
    var venue = Venue()
    venue.submit(order(1, .buy, 10, at: 100))
    venue.submit(order(2, .sell, 10, at: 105))
    venue.engine.beginAuction()

    let moved = venue.move(1, to: 106)
    let result = venue.uncross(reference: 105)

    #expect(moved == done(0, 10, 0) && result?.volume == lots(10) && venue.count == 0)
  }
}
