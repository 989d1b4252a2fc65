import OmniMatching
import OmniModel
import OmniMoney
import OmniTestKit

/// The stream of operations of `gen.cpp`, made while it is matched, with the hash of its trades.
///
/// About a thousand orders rest: 9 % come, 3 % take and go, 6 % are cancelled, the rest are moved.
struct MatchingStream: ~Copyable {
  struct Tally: MatchSink {
    var trades = 0
    var volume: Int64 = 0
    var hash: UInt64 = 1_469_598_103_934_665_603

    mutating func traded(_ trade: MatchTrade) {
      trades += 1
      volume += trade.quantity.lots
      let word = UInt64(trade.price.ticks) * 1_000_003 + UInt64(trade.quantity.lots)
      hash = (hash ^ word) &* 1_099_511_628_211  // A hash wraps by design.
    }
    mutating func selfTradePrevented(_ id: OrderID, cancelled quantity: Quantity) {}
  }

  private var random: SeededRandom
  private(set) var engine = MatchingEngine(MatchingEngine.Configuration())
  private(set) var tally = Tally()
  private var sides: [Side] = [.buy]
  private var live: [UInt64] = []
  private var middle: Int64 = 2_000
  private var count = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func run(_ total: Int) {
    for index in 0..<1_000 { add(index % 2 == 0 ? .buy : .sell, isCrossing: false) }
    while count < total { step() }
  }

  private mutating func step() {
    let dice = random.below(100)
    if random.below(50) == 0 {
      middle = min(3_200, max(800, middle + (random.below(2) == 1 ? 1 : -1)))
    }
    if dice < 9 || engine.orderCount < 900 {
      let side = side()
      add(side, isCrossing: random.below(100) < 25)
    } else if dice < 12 {
      let side = side()
      let price = price(side, isCrossing: true)
      submit(side, price, .immediateOrCancel)
    } else if dice < 18, engine.orderCount > 950 {
      guard let id = pick() else { return }
      engine.cancel(OrderID(id))
      count += 1
    } else {
      guard let id = pick() else { return }
      let price = price(sides[Int(id)], isCrossing: random.below(100) < 2)
      engine.move(OrderID(id), to: price, into: &tally)
      count += 1
    }
  }

  private mutating func side() -> Side { random.below(2) == 0 ? .buy : .sell }

  private mutating func add(_ side: Side, isCrossing: Bool) {
    let price = price(side, isCrossing: isCrossing)
    live.append(submit(side, price, .goodTillCancelled))
  }

  @discardableResult
  private mutating func submit(
    _ side: Side, _ price: Price, _ lifetime: MatchOrder.Lifetime
  ) -> UInt64 {
    let id = UInt64(sides.count)
    sides.append(side)
    let quantity = Quantity(lots: 1 + Int64(random.below(100)))
    engine.submit(MatchOrder(OrderID(id), side, quantity, at: price, lifetime), into: &tally)
    count += 1
    return id
  }

  private mutating func price(_ side: Side, isCrossing: Bool) -> Price {
    let distance = isCrossing ? -Int64(1 + random.below(3)) : 1 + Int64(random.below(375))
    return Price(ticks: side == .buy ? middle - distance : middle + distance)
  }

  private mutating func pick() -> UInt64? {
    while !live.isEmpty {
      let index = Int(random.below(UInt64(live.count)))
      if engine.remaining(of: OrderID(live[index])) != nil { return live[index] }
      live[index] = live[live.count - 1]
      live.removeLast()
    }
    return nil
  }
}
