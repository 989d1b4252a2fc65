import OmniMatching
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

@Suite("MatchingEngine")
struct MatchingEngineTests {
  @Test func `the better price goes first, and at a price the earlier order`() {
    var venue = Venue()
    venue.submit(order(1, .sell, 5, at: 102))
    venue.submit(order(2, .sell, 5, at: 101))
    venue.submit(order(3, .sell, 5, at: 101))

    let outcome = venue.submit(order(4, .buy, 12, at: 102))

    #expect(outcome == .done(MatchResult(traded: lots(12))))
    #expect(
      venue.facts == [
        trade(2, 4, 101, 5, .bid), trade(3, 4, 101, 5, .bid), trade(1, 4, 102, 2, .bid),
      ])
    #expect(venue.resting(.sell, at: 102) == [3, 1])
    #expect(venue.best(.sell) == 102 && venue.best(.buy) == nil)
  }

  @Test func `a limit order rests with what does not trade, on either side`() {
    for side in Side.allCases {
      var venue = Venue()
      venue.submit(order(1, side.opposite, 5, at: 100))

      let outcome = venue.submit(order(2, side, 8, at: 100))

      #expect(outcome == .done(MatchResult(traded: lots(5), resting: lots(3))))
      #expect(venue.resting(side, at: 100) == [3, 1] && venue.best(side.opposite) == nil)
    }
  }

  @Test func `an immediate order, and a market order, never rests`() {
    var venue = Venue()
    venue.submit(order(1, .sell, 5, at: 100))
    venue.submit(order(2, .sell, 5, at: 900))

    let first = venue.submit(order(3, .buy, 8, at: 100, .immediateOrCancel))
    let second = venue.submit(.market(OrderID(4), .buy, lots(8)))
    let third = venue.submit(.market(OrderID(5), .sell, lots(8)))

    #expect(first == .done(MatchResult(traded: lots(5), cancelled: lots(3))))
    #expect(second == .done(MatchResult(traded: lots(5), cancelled: lots(3))))
    #expect(third == .done(MatchResult(cancelled: lots(8))))
    #expect(venue.count == 0)
  }

  @Test func `an order that is moved stands last, also at its old price, and may trade`() {
    var venue = Venue()
    venue.submit(order(1, .buy, 5, at: 99))
    venue.submit(order(2, .buy, 5, at: 99))
    venue.submit(order(3, .sell, 2, at: 101))

    let stay = venue.move(1, to: 99)
    venue.submit(order(4, .sell, 5, at: 99))
    let cross = venue.move(1, to: 101)

    #expect(stay == .done(MatchResult(resting: lots(5))))
    #expect(cross == .done(MatchResult(traded: lots(2), resting: lots(3))))
    #expect(venue.facts == [trade(2, 4, 99, 5, .ask), trade(3, 1, 101, 2, .bid)])
    #expect(venue.resting(.buy, at: 101) == [3, 1])
  }

  @Test func `an order that is resized keeps its turn, and with nothing left it is gone`() {
    var venue = Venue()
    venue.submit(order(1, .buy, 5, at: 99))
    venue.submit(order(2, .buy, 5, at: 99))

    let less = venue.resize(1, to: 2)
    let more = venue.resize(1, to: 7)
    venue.submit(order(3, .sell, 8, at: 99))
    let nothing = venue.resize(2, to: 0)

    #expect(less == .done(MatchResult(resting: lots(2), cancelled: lots(3))))
    #expect(more == .done(MatchResult(resting: lots(7))))
    #expect(venue.facts == [trade(1, 3, 99, 7, .ask), trade(2, 3, 99, 1, .ask)])
    #expect(nothing == .done(MatchResult(cancelled: lots(4))) && venue.count == 0)
  }

  /// Every state of a number and of the market × every operation.
  @Test func `each operation is done or refused as the table says`() {
    let rests = done(0, 5, 0)
    let unknown = MatchOutcome.refused(.unknownOrder)
    let doubled = MatchOutcome.refused(.doubledOrder)
    let none = MatchOutcome.refused(.zeroQuantity)
    let noPrice = MatchOutcome.refused(.priceOutOfRange)
    let kill = MatchOutcome.refused(.cannotFill)
    let free: [MatchOutcome] = [
      rests, done(0, 0, 5), kill, rests, none, noPrice, unknown, unknown, unknown, unknown,
    ]
    let taken: [MatchOutcome] = [
      doubled, doubled, doubled, doubled, none, doubled, done(0, 0, 5), rests, noPrice,
      done(0, 2, 3),
    ]
    let wanted: [[MatchOutcome]] = [
      free, taken, free,
      [
        done(3, 2, 0), done(3, 0, 2), kill, .refused(.wouldTrade), none, noPrice, unknown, unknown,
        unknown, unknown,
      ],
      taken,
    ]
    for (state, row) in zip(Self.states, wanted) {
      for (operation, outcome) in zip(Self.operations, row) {
        var venue = Venue()
        state.prepare(&venue)
        let before = venue.picture
        let found = operation.run(&venue)
        #expect(found == outcome, "\(state.name), \(operation.name)")
        if case .refused = outcome {
          #expect(venue.picture == before, "\(state.name), \(operation.name)")
        }
      }
    }
  }

  @Test func `an auction takes only orders that rest`() {
    var venue = Venue()
    venue.engine.beginAuction()
    for lifetime in MatchOrder.Lifetime.allCases where lifetime != .goodTillCancelled {
      let outcome = venue.submit(order(1, .buy, 5, at: 100, lifetime))
      #expect(outcome == .refused(.inAuction), "\(lifetime)")
    }
    #expect(venue.count == 0)
  }

  @Test func `the engine holds no more orders, and no more lots, than it may`() {
    var configuration = MatchingEngine.Configuration()
    configuration.orderCapacity = 1
    configuration.orderCountMax = 2
    var venue = Venue(configuration)
    venue.submit(order(1, .buy, .max - 1, at: 99))

    let lotsTooMany = venue.submit(order(2, .buy, 2, at: 98))
    let growth = venue.resize(1, to: .max)
    let other = venue.submit(order(3, .sell, .max, at: 101))
    let orderTooMany = venue.submit(order(4, .buy, 1, at: 98))

    #expect(lotsTooMany == .refused(.quantityOutOfRange))
    #expect(growth == done(0, .max, 0))
    #expect(other == done(0, .max, 0))
    #expect(orderTooMany == .refused(.full))
  }

  @Test func `orders at the ends of all prices are matched like others`() {
    var venue = Venue()
    venue.submit(order(1, .buy, 1, at: .min + 1))
    venue.submit(order(2, .buy, 1, at: 0))
    venue.submit(order(3, .sell, 1, at: .max - 1))
    venue.submit(order(4, .sell, 1, at: 1_000_000_000_000))

    venue.submit(.market(OrderID(5), .sell, lots(3)))
    venue.submit(order(6, .buy, 3, at: .max))
    venue.submit(order(7, .sell, 2, at: .min))

    #expect(
      venue.facts == [
        trade(2, 5, 0, 1, .ask), trade(1, 5, .min + 1, 1, .ask),
        trade(4, 6, 1_000_000_000_000, 1, .bid), trade(3, 6, .max - 1, 1, .bid),
        trade(6, 7, .max, 1, .ask),
      ])
    #expect(venue.resting(.sell, at: .min) == [1, 1])
  }

  @Test func `the stream of the generator gives the hash of the C++ ladder`() {
    var stream = MatchingStream(seed: 42)
    stream.run(200_000)

    #expect(stream.tally.trades == 11_546)
    #expect(stream.tally.volume == 303_315)
    #expect(stream.engine.orderCount == 953)
    #expect(stream.tally.hash == 0x23a8_1a8e_89c0_e18b)
  }

  @Test func `every refusal has a code of its own`() {
    let codes = MatchRefusal.allCases.map(\.code)
    #expect(Set(codes).count == codes.count && codes.allSatisfy { $0.hasPrefix("MAT-") })
  }

  /// 200,000 operations; `make soak` does ten million.
  @Test func `the fast engine does what a naive one does, and loses no lot`() throws {
    for seed in 0..<16 as Range<UInt64> {
      var trial = MatchingTrial(seed: seed)
      try trial.run(12_500)
      #expect(trial.tradeCount > 500, "seed \(seed)")
    }
  }

  private static let states: [(name: String, prepare: @Sendable (inout Venue) -> Void)] = [
    ("nothing rests", { _ in }),
    ("it rests", { $0.submit(order(1, .buy, 5, at: 99)) }),
    (
      "it is gone",
      { venue in
        venue.submit(order(1, .buy, 5, at: 99))
        venue.cancel(1)
      }
    ),
    ("another could trade", { $0.submit(order(9, .sell, 3, at: 100)) }),
    (
      "it rests in an auction",
      { venue in
        venue.submit(order(1, .buy, 5, at: 99))
        venue.engine.beginAuction()
      }
    ),
  ]

  private static let operations: [(name: String, run: @Sendable (inout Venue) -> MatchOutcome)] = [
    ("limit", { $0.submit(order(1, .buy, 5, at: 100)) }),
    ("immediate", { $0.submit(order(1, .buy, 5, at: 100, .immediateOrCancel)) }),
    ("fill or kill", { $0.submit(order(1, .buy, 5, at: 100, .fillOrKill)) }),
    ("post-only", { $0.submit(order(1, .buy, 5, at: 100, .postOnly)) }),
    ("nothing", { $0.submit(order(1, .buy, 0, at: 100)) }),
    ("no price", { $0.submit(order(1, .buy, 5, at: .min)) }),
    ("cancel", { $0.cancel(1) }),
    ("move", { $0.move(1, to: 100) }),
    ("move to no price", { $0.move(1, to: .min) }),
    ("resize", { $0.resize(1, to: 2) }),
  ]
}
