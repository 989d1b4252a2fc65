import OmniModel
import OmniMoney
import OmniNumerics
import OmniOrderBooks
import OmniRisk
import OmniTickVenue
import OmniTime
import Testing

/// What a desk does at some steps, as told.
private struct Script: TickStrategy {
  var acts: [Int: [Act]]
  var seen: [(bid: Int64?, ask: Int64?, position: Int64)] = []
  private var steps = 0

  enum Act {
    case send(TickOrder)
    case cancel(UInt64)
    case replace(UInt64, Int64, Int64)
  }

  init(_ acts: [Int: [Act]]) { self.acts = acts }

  mutating func step(_ desk: inout TickDesk) {
    seen.append(
      (desk.market.bestBid?.ticks, desk.market.bestAsk?.ticks, desk.account.position.lots))
    for act in acts[steps] ?? [] {
      switch act {
      case .send(let order): desk.send(order)
      case .cancel(let id): desk.cancel(OrderID(id))
      case .replace(let id, let price, let lots):
        desk.replace(OrderID(id), Price(ticks: price), Quantity(lots: lots))
      }
    }
    steps += 1
  }
}

/// Sends, cancels and replaces at random.
private struct Monkey: TickStrategy {
  var random: SplitMix64
  var ids: [OrderID] = []

  mutating func step(_ desk: inout TickDesk) {
    for _ in 0..<random.below(4) {
      let price = 95 + Int64(random.below(12))
      let lots = 1 + Int64(random.below(9))
      switch random.below(6) {
      case 0 where !ids.isEmpty: desk.cancel(ids[Int(random.below(UInt64(ids.count)))])
      case 1 where !ids.isEmpty:
        desk.replace(
          ids[Int(random.below(UInt64(ids.count)))], Price(ticks: price), Quantity(lots: lots))
      default:
        let id = desk.nextOrder()
        ids.append(id)
        var order = TickOrder(
          id, random.below(2) == 0 ? .buy : .sell, Quantity(lots: lots), at: Price(ticks: price))
        order.timeInForce = TimeInForce.allCases[Int(random.below(4))]
        desk.send(random.below(8) == 0 ? order.atMarket : order)
      }
    }
  }
}

private func tape(_ events: [MarketEvent]) -> TickTape { Makers.tape(events) }

private let constant = Makers.latency

@Suite struct TickSimulationTests {
  @Test func `an order arrives after its latency, and its report after that of the way back`()
    throws
  {
    let tape = tape([
      Ticks.event(.level, .bid, 99, 5, at: 0).heard(5),
      Ticks.event(.level, .ask, 102, 5, at: 0).heard(5),
      // Too early for the order, which is sent at 100 and there at 110.
      Ticks.event(.trade, .ask, 90, 5, at: 109).heard(115),
      Ticks.event(.trade, .ask, 98, 5, at: 111).heard(115),
      Ticks.event(.level, .bid, 99, 6, at: 500).heard(505),
    ])
    var simulation = TickSimulation(
      try Makers.replay(), Script([0: [.send(Ticks.buy(1, 2, at: 99))]]), keepsFills: true)

    let steps = try simulation.run(tape, every: .milliseconds(100))

    let fills = simulation.fills
    let positions = simulation.strategy.seen.map(\.position)
    #expect(steps == 5)
    #expect(fills.map(Ticks.word) == ["1: maker 2@99"])
    #expect(fills.first?.occurredAt == Ticks.at(111))
    #expect(fills.first?.receivedAt == Ticks.at(121))
    #expect(positions == [0, 2, 2, 2, 2])
  }

  @Test func `the strategy sees nothing before it was heard`() throws {
    let tape = tape([
      Ticks.event(.level, .bid, 99, 5, at: 0).heard(0),
      Ticks.event(.level, .bid, 100, 5, at: 100).heard(301),
      Ticks.event(.level, .bid, 98, 5, at: 400).heard(400),
      Ticks.event(.level, .bid, 98, 6, at: 600).heard(600),
    ])
    var simulation = TickSimulation(try Makers.replay(), Script([:]))

    _ = try simulation.run(tape, every: .milliseconds(100))

    let seen = simulation.strategy.seen.map(\.bid)
    #expect(seen == [99, 99, 99, 100, 100])
  }

  @Test func `events that are overtaken are taken in their order on either side`() throws {
    // Heard first, but happened last.
    let tape = tape([
      Ticks.event(.level, .bid, 99, 7, at: 50).heard(60),
      Ticks.event(.level, .bid, 99, 5, at: 10).heard(70),
      Ticks.event(.level, .bid, 90, 1, at: 400).heard(400),
    ])
    var simulation = TickSimulation(try Makers.replay(), Script([:]))

    _ = try simulation.advance(tape, to: Ticks.at(100))

    let venue = simulation.replay.venue.withBook { $0.size(.bid, at: Price(ticks: 99)).lots }
    let desk = simulation.replay.desk.market.size(.bid, at: Price(ticks: 99)).lots
    #expect(venue == 7)
    #expect(desk == 5)
  }

  @Test func `the gate refuses what is over its limits, and the venue never hears of it`() throws {
    let tape = tape([
      Ticks.event(.level, .bid, 99, 5), Ticks.event(.level, .ask, 102, 5),
      Ticks.event(.level, .ask, 103, 5, at: 900),
    ])
    let orders: [Script.Act] = [
      .send(Ticks.buy(1, 11, at: 99)), .send(Ticks.buy(2, 9, at: 99)),
      .send(Ticks.buy(3, 9, at: 99)),
    ]
    var simulation = TickSimulation(
      try Makers.replay { _, desk in
        desk.limits.orderLotsMax = 10
        desk.limits.positionLotsMax = 15
      }, Script([0: orders]))

    _ = try simulation.run(tape, every: .milliseconds(100))

    let denials = simulation.replay.desk.denialCount
    let last = simulation.replay.desk.lastDenial?.rule
    let count = simulation.replay.venue.orderCount
    #expect(denials == 2)
    #expect(last == .positionQuantity)
    #expect(count == 1)
  }

  @Test func `an order stands as it is known, and a cancel is asked for once`() throws {
    let tape = tape([
      Ticks.event(.level, .bid, 99, 5), Ticks.event(.level, .ask, 102, 5),
      Ticks.event(.level, .ask, 103, 5, at: 900),
    ])
    var simulation = TickSimulation(try Makers.replay(), Script([:]))
    _ = try simulation.advance(tape, to: Ticks.at(100))
    var standings = [simulation.replay.desk.standing(OrderID(1))]

    simulation.replay.desk.send(Ticks.buy(1, 2, at: 99))
    standings.append(simulation.replay.desk.standing(OrderID(1)))
    _ = try simulation.advance(tape, to: Ticks.at(200))
    let asked = [
      simulation.replay.desk.cancel(OrderID(1)), simulation.replay.desk.cancel(OrderID(1)),
    ]
    standings.append(simulation.replay.desk.standing(OrderID(1)))
    _ = try simulation.advance(tape, to: Ticks.at(300))
    standings.append(simulation.replay.desk.standing(OrderID(1)))

    #expect(standings == [.gone, .working(Quantity(lots: 2)), .cancelling, .gone])
    #expect(asked == [true, false])
  }

  // MARK: Properties

  /// Whatever is sent, in whatever market: lots and money are kept, on both sides of the wire.
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `position and cash are the sums of the fills, fees and funding`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let models: [QueueModel] = [
      .riskAverse, .sharedQueue, .probability(.power(3)), .probability(.logarithm(unitLots: 4)),
    ]
    let latencies: [LatencyModel] = [
      constant,
      .jittered(
        order: .milliseconds(1), response: .milliseconds(2), spread: .milliseconds(40), seed: seed),
    ]
    let events = market(&random)
    let tape = tape(events)
    let replay = try Makers.replay(latencies[Int(random.below(2))]) { venue, _ in
      venue.queue = models[Int(random.below(4))]
      venue.fillsInPart = random.below(2) == 0
      venue.holdsWhenHalted = random.below(2) == 0
      venue.makerFee = Rate(billionths: Int64(random.below(3_000_000)) - 1_000_000)
      venue.takerFee = Rate(billionths: 5_000_000)
      venue.orderCountMax = 8
      venue.funding = (1...5).map {
        FundingRate(
          at: Ticks.at(400 * $0),
          rate: Rate(billionths: Int64(random.below(20_000_000)) - 9_000_000))
      }
    }
    var simulation = TickSimulation(
      replay, Monkey(random: SplitMix64(seed: seed ^ 77)), keepsFills: true)

    _ = try simulation.run(tape, every: .milliseconds(20))

    let booked = simulation.replay.venue.account(StrategyID(0))
    let known = simulation.replay.desk.account
    var position: Int64 = 0
    var cash: Int128 = 0
    var fees: Int128 = 0
    var filled: [OrderID: Int64] = [:]
    for report in simulation.fills {
      guard case .filled(let fill) = report.kind else { continue }
      position += report.side.sign * fill.quantity.lots
      cash -= Int128(report.side.sign * fill.quantity.lots * fill.price.ticks)
      fees += fill.fee
      filled[fill.order, default: 0] += fill.quantity.lots
    }
    #expect(booked == known, "seed \(seed)")
    #expect(booked.position.lots == position)
    #expect(booked.cash == cash - fees - booked.funding)
    #expect(booked.fees == fees)
    #expect(booked.fillCount == simulation.fills.count)
    // Nine lots are the most that are asked for at once; a replacement may only lower what is left.
    #expect(filled.values.allSatisfy { $0 > 0 && $0 <= 9 })
  }

  /// Levels, trades, halts and clears around 100.
  private func market(_ random: inout SplitMix64) -> [MarketEvent] {
    var events: [MarketEvent] = []
    var instant: Int64 = 0
    for _ in 0..<1_500 {
      instant += Int64(random.below(4))
      let heard = instant + Int64(random.below(30))
      let isBid = random.below(2) == 0
      let ticks = isBid ? 96 + Int64(random.below(5)) : 100 + Int64(random.below(5))
      let lots = Int64(random.below(12))
      switch random.below(40) {
      case 0: events.append(Ticks.state(.allCases[Int(random.below(4))], at: instant))
      case 1...6: events.append(Ticks.state(.continuous, at: instant))
      case 7...16:
        let taker: MarketEvent.BookSide = isBid ? .ask : .bid
        events.append(Ticks.event(.trade, taker, ticks, lots + 1, at: instant).heard(heard))
      case 17: events.append(Ticks.event(.clear, isBid ? .bid : .ask, 0, 0, at: instant))
      case 18: events.append(Ticks.event(.best, isBid ? .bid : .ask, ticks, lots, at: instant))
      default:
        events.append(
          Ticks.event(.level, isBid ? .bid : .ask, ticks, lots, at: instant).heard(heard))
      }
    }
    return events
  }
}
