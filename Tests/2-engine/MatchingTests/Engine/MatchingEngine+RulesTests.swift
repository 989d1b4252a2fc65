import OmniMatching
import OmniModel
import Testing

@Suite("MatchingEngine+Rules")
struct MatchingEngineRulesTests {
  @Test func `an order that is to be filled or killed trades all or nothing`() {
    var venue = Venue()
    venue.submit(order(1, .sell, 5, at: 100))
    venue.submit(order(2, .sell, 5, at: 101))
    venue.submit(order(3, .sell, 5, at: 90_000))

    let above = venue.submit(order(4, .buy, 11, at: 101, .fillOrKill))
    let untouched = venue.facts.isEmpty && venue.count == 3
    let exact = venue.submit(order(5, .buy, 10, at: 101, .fillOrKill))
    let far = venue.submit(order(6, .buy, 5, at: 90_000, .fillOrKill))

    #expect(above == .refused(.cannotFill) && untouched)
    #expect(exact == done(10, 0, 0) && far == done(5, 0, 0) && venue.count == 0)
  }

  @Test func `a post-only order rests beside the other side, and never trades`() {
    for side in Side.allCases {
      let sign = side.sign
      var venue = Venue()
      venue.submit(order(1, side.opposite, 5, at: 100))

      let touching = venue.submit(order(2, side, 5, at: 100, .postOnly))
      let through = venue.submit(order(3, side, 5, at: 100 + sign, .postOnly))
      let beside = venue.submit(order(4, side, 5, at: 100 - sign, .postOnly))

      #expect(touching == .refused(.wouldTrade) && through == .refused(.wouldTrade))
      #expect(beside == done(0, 5, 0) && venue.facts.isEmpty)
    }
  }

  /// Each mode × an own order that is met first, behind another's, or never.
  @Test func `orders of one owner do what the mode says`() {
    let wanted: [SelfTradePrevention: (MatchOutcome, [Int64])] = [
      .none: (done(8, 0, 0), [2, 1]),
      .cancelNewest: (done(5, 0, 3), [5, 1]),
      .cancelOldest: (done(5, 3, 0), [0, 0]),
      .cancelBoth: (done(5, 0, 3), [0, 0]),
    ]
    for mode in SelfTradePrevention.allCases {
      var venue = Venue(mode)
      venue.submit(order(1, .sell, 5, at: 100).owned(by: 8))
      venue.submit(order(2, .sell, 5, at: 100).owned(by: 7))

      let outcome = venue.submit(order(3, .buy, 8, at: 100).owned(by: 7))

      #expect(outcome == wanted[mode]?.0, "\(mode)")
      #expect(venue.resting(.sell, at: 100) == wanted[mode]?.1, "\(mode)")
      let told = venue.facts.contains(prevented(2, 5))
      #expect(told == (mode == .cancelOldest || mode == .cancelBoth), "\(mode)")
    }
  }

  @Test func `orders without an owner trade with each other in every mode`() {
    for mode in SelfTradePrevention.allCases {
      var venue = Venue(mode)
      venue.submit(order(1, .sell, 5, at: 100))
      let outcome = venue.submit(order(2, .buy, 5, at: 100))
      #expect(outcome == done(5, 0, 0), "\(mode)")
    }
  }

  @Test func `a move into an own order is prevented too`() {
    var venue = Venue(.cancelNewest)
    venue.submit(order(1, .sell, 5, at: 100).owned(by: 7))
    venue.submit(order(2, .buy, 4, at: 99).owned(by: 7))

    let outcome = venue.move(2, to: 100)

    #expect(outcome == done(0, 0, 4) && venue.count == 1 && venue.best(.buy) == nil)
  }

  @Test func `fill or kill counts no lot of its owner`() {
    let wanted: [SelfTradePrevention: MatchOutcome] = [
      .none: done(8, 0, 0), .cancelNewest: .refused(.cannotFill), .cancelOldest: done(8, 0, 0),
      .cancelBoth: .refused(.cannotFill),
    ]
    for mode in SelfTradePrevention.allCases {
      var venue = Venue(mode)
      venue.submit(order(1, .sell, 5, at: 100).owned(by: 8))
      venue.submit(order(2, .sell, 5, at: 100).owned(by: 7))
      venue.submit(order(3, .sell, 5, at: 101).owned(by: 8))

      let outcome = venue.submit(order(4, .buy, 8, at: 101, .fillOrKill).owned(by: 7))

      #expect(outcome == wanted[mode], "\(mode)")
      if case .refused = outcome { #expect(venue.count == 3, "\(mode)") }
    }
  }
}
