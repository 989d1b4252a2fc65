import OmniEncoding
import OmniMatching
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

@Suite("BarVenue along random paths")
struct BarVenuePathTests {
  // MARK: Model

  @Test func `the sweep agrees with a walk over every tick of the path`() throws {
    let entry = try OrderEntry(terms())
    var numbers = Numbers()
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      let policy = randomPolicy(&random, sweeps: [.openHighLowClose, .openLowHighClose])
      let bench = try VenueBench(policy, entry, isOpen: false)
      var walker = TickWalker(policy: policy)

      for (number, step) in script(&random, &numbers, bars: 10).enumerated() {
        let (found, wanted) = (try bench.take(step), walker.take(step))
        if found != wanted {
          Issue.record("seed \(seed), step \(number), \(step): \(found), wanted \(wanted)")
          break
        }
      }
      bench.forgetAll()
    }
  }

  // MARK: Properties

  @Test func `each order is answered first, ends at most once, and never with its sibling`()
    throws
  {
    let entry = try OrderEntry(terms())
    var numbers = Numbers()
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed)
      let policy = randomPolicy(&random, sweeps: FillPolicy.Sweep.allCases)
      let bench = try VenueBench(policy, entry, isOpen: false)
      let steps = script(&random, &numbers, bars: 8)
      for step in steps { _ = try bench.take(step) }

      check(bench.reports, of: steps, "seed \(seed)")
      bench.forgetAll()
    }
  }

  @Test func `a venue that was read back goes on as the one that was written`() throws {
    // Two of everything, since the same commands go to both.
    let (entry, otherEntry) = (try OrderEntry(terms()), try OrderEntry(terms()))
    var numbers = Numbers()
    for seed in UInt64(0)..<80 {
      var random = SeededRandom(seed: seed)
      let policy = randomPolicy(&random, sweeps: FillPolicy.Sweep.allCases)
      let bench = try VenueBench(policy, entry, isOpen: false)
      let steps = script(&random, &numbers, bars: 8)
      let half = steps.count / 2
      let witness = try VenueBench(policy, otherEntry, isOpen: false)
      for step in steps[..<half] { #expect(try bench.take(step) == witness.take(step)) }

      let copy = try VenueBench(policy, entry, isOpen: false)
      var source = WordArrayReader(bench.words)
      try copy.venue.decode(from: &source)
      #expect(source.isAtEnd)
      #expect(copy.words == bench.words, "seed \(seed)")
      for step in steps[half...] {
        #expect(try copy.take(step) == witness.take(step), "seed \(seed)")
      }
      #expect(copy.words == witness.words, "seed \(seed)")
      for bench in [bench, copy, witness] { bench.forgetAll() }
    }
  }
}

// MARK: - The naive venue

/// Walks every tick of a bar's path, and fills what the walking price touches, the oldest first.
private struct TickWalker {
  struct Waiting {
    let order: OrderIntent
    var isAwake: Bool
    var isNew = true
  }

  let policy: FillPolicy
  var waiting: [Waiting] = []
  var close: Int64?
  var held: Int64 = 0
  var said: [String] = []

  mutating func take(_ step: Step) -> [String] {
    said = []
    switch step {
    case .bar(let prices): walk(prices)
    case .orders(let orders): submit(orders)
    case .cancel(let id): cancel(id)
    }
    return said
  }

  private mutating func submit(_ orders: [OrderIntent]) {
    for order in orders {
      said.append("accepted \(order.id.value)")
      waiting.append(Waiting(order: order, isAwake: order.contingency.parent == .none))
    }
    guard policy.marketTiming == .atClose, let close else { return }
    while let index = waiting.firstIndex(where: { $0.isNew && isTouched($0, close, by: 0) }) {
      fill(index, at: close)
    }
    for index in waiting.indices { waiting[index].isNew = false }
  }

  private mutating func cancel(_ id: UInt64) {
    guard let index = waiting.firstIndex(where: { $0.order.id.value == id }) else {
      said.append("cancel of \(id) rejected")
      return
    }
    let order = waiting.remove(at: index).order
    said.append("cancelled \(id)")
    for child in waiting where !child.isAwake && child.order.contingency.parent == order.id {
      drop(child.order.id)
    }
    drop(order.contingency.sibling)
  }

  private mutating func drop(_ id: OrderID) {
    guard let index = waiting.firstIndex(where: { $0.order.id == id }) else { return }
    waiting.remove(at: index)
    said.append("cancelled \(id.value)")
  }

  private mutating func walk(_ prices: OpenHighLowClose) {
    let (open, high) = (prices.open.ticks, prices.high.ticks)
    let (low, close) = (prices.low.ticks, prices.close.ticks)
    if policy.marketTiming == .nextOpen {
      while let index = waiting.firstIndex(where: { $0.isAwake && $0.order.type == .market }) {
        fill(index, at: open)
      }
    }
    let turns = policy.sweep == .openHighLowClose ? [high, low, close] : [low, high, close]
    fillTouched(at: open, isOpen: true)
    var price = open
    for turn in turns {
      while price != turn {
        price += price < turn ? 1 : -1
        fillTouched(at: price, isOpen: false)
      }
    }
    self.close = close
  }

  private mutating func fillTouched(at price: Int64, isOpen: Bool) {
    while let index = waiting.firstIndex(where: {
      $0.order.type != .market && isTouched($0, price, by: policy.penetration.ticks)
    }) {
      let order = waiting[index].order
      let own = order.price.ticks
      switch (order.type, isOpen) {
      case (.stop, true): fill(index, at: policy.stopGap == .atOpen ? price : own)
      case (.stop, false): fill(index, at: price)
      case (_, true): fill(index, at: policy.limitGap == .atOpen ? price : own)
      case (_, false): fill(index, at: own)
      }
    }
  }

  private func isTouched(_ one: Waiting, _ price: Int64, by penetration: Int64) -> Bool {
    guard one.isAwake else { return false }
    let own = one.order.price.ticks
    return switch (one.order.type, one.order.side) {
    case (.market, _): true
    case (.limit, .buy): price + penetration <= own
    case (.limit, .sell): price - penetration >= own
    case (.stop, .buy): price >= own
    case (.stop, .sell): price <= own
    }
  }

  private mutating func fill(_ index: Int, at price: Int64) {
    let order = waiting.remove(at: index).order
    let sign = order.side.sign
    // Every order here is of one lot: it reduces all that is asked for, or nothing.
    if order.isReduceOnly && held * sign >= 0 {
      said.append("cancelled \(order.id.value)")
      return drop(order.contingency.sibling)
    }
    if order.type == .stop { said.append("triggered \(order.id.value)") }
    said.append("filled \(order.id.value) at \(price)")
    drop(order.contingency.sibling)
    for place in waiting.indices where waiting[place].order.contingency.parent == order.id {
      waiting[place].isAwake = true
    }
    held += sign
    if held != 0 { return }
    for other in waiting where other.isAwake && other.order.isReduceOnly {
      if other.order.side == order.side { drop(other.order.id) }
    }
  }
}

// MARK: - Scripts

/// What happens to a venue.
private enum Step {
  case bar(OpenHighLowClose)
  case orders([OrderIntent])
  case cancel(UInt64)
}

/// Numbers of orders, which are never used twice.
private struct Numbers {
  var next: UInt64 = 1
}

/// A random series of bars, with orders and cancels between them.
private func script(
  _ random: inout SeededRandom, _ numbers: inout Numbers, bars: Int
) -> [Step] {
  var steps: [Step] = []
  var close: Int64 = 100
  let first = numbers.next
  for _ in 0..<bars {
    let open = close + Int64.random(in: -4...4, using: &random)
    close = open + Int64.random(in: -4...4, using: &random)
    let high = max(open, close) + Int64.random(in: 0...4, using: &random)
    let low = min(open, close) - Int64.random(in: 0...4, using: &random)
    steps.append(.bar(prices(open, high, low, close)))
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let orders = randomOrders(&random, numbers.next, close)
      numbers.next += UInt64(orders.count)
      steps.append(.orders(orders))
    }
    if numbers.next > first, Int.random(in: 0..<4, using: &random) == 0 {
      steps.append(.cancel(UInt64.random(in: first..<numbers.next, using: &random)))
    }
  }
  return steps
}

/// One order, or a bracket whose exits stand on both sides of its entry.
private func randomOrders(
  _ random: inout SeededRandom, _ id: UInt64, _ close: Int64
) -> [OrderIntent] {
  let side = Bool.random(using: &random) ? Side.buy : .sell
  let price = close + Int64.random(in: -5...5, using: &random)
  let choice = Int.random(in: 0..<5, using: &random)
  let entry =
    choice == 0
    ? market(id, side) : choice < 3 ? limit(id, side, price) : stop(id, side, price)
  guard Bool.random(using: &random) else { return [entry] }
  let reference = choice == 0 ? close : price
  let loss = Int64.random(in: 1...5, using: &random) * side.sign
  let gain = Int64.random(in: 1...5, using: &random) * side.sign
  return bracket(entry, stop: reference - loss, target: reference + gain)
}

private func randomPolicy(
  _ random: inout SeededRandom, sweeps: [FillPolicy.Sweep]
) -> FillPolicy {
  FillPolicy(
    name: "random",
    marketTiming: Bool.random(using: &random) ? .atClose : .nextOpen,
    sweep: sweeps.randomElement(using: &random) ?? .openHighLowClose,
    gaps: .init(
      stops: Bool.random(using: &random) ? .atOpen : .atOwnPrice,
      limits: Bool.random(using: &random) ? .atOpen : .atOwnPrice),
    penetration: PriceOffset(ticks: max(0, Int64.random(in: -2...2, using: &random))))
}

extension VenueBench {
  fileprivate func take(_ step: Step) throws -> [String] {
    switch step {
    case .bar(let prices): bar(prices)
    case .orders(let orders): try submit(orders)
    case .cancel(let id): cancel(id)
    }
  }

  /// Everything that the venue remembers.
  fileprivate var words: [UInt64] {
    var sink = WordArray()
    venue.encode(into: &sink)
    return sink.words
  }

  /// Lets go of every order, so that the next venue finds room in the manager.
  fileprivate func forgetAll() {
    for report in reports { entry.forget(report.order) }
  }
}

/// Holds what a venue said against what it promises.
private func check(_ reports: [VenueReport], of steps: [Step], _ name: String) {
  var orders: [OrderID: OrderIntent] = [:]
  for case .orders(let some) in steps { for order in some { orders[order.id] = order } }
  var answered: Set<OrderID> = []
  var ended: Set<OrderID> = []
  var filled: Set<OrderID> = []
  var lastTrade: UInt64 = 0
  for report in reports {
    switch report {
    case .accepted(let id):
      if !answered.insert(id).inserted { Issue.record("\(name): two answers to \(id)") }
    case .rejected(let id, _):
      let isFirst = answered.insert(id).inserted && ended.insert(id).inserted
      if !isFirst { Issue.record("\(name): two answers to \(id)") }
    case .triggered(let id):
      if !answered.contains(id) || ended.contains(id) || orders[id]?.type != .stop {
        Issue.record("\(name): \(id) triggered")
      }
    case .filled(let fill):
      let isFirst = answered.contains(fill.order) && ended.insert(fill.order).inserted
      if !isFirst { Issue.record("\(name): \(fill.order) ended twice") }
      if fill.trade.value <= lastTrade { Issue.record("\(name): trades do not rise") }
      lastTrade = fill.trade.value
      filled.insert(fill.order)
      if let sibling = orders[fill.order]?.contingency.sibling, filled.contains(sibling) {
        Issue.record("\(name): both \(fill.order) and its sibling were filled")
      }
    case .cancelled(let id):
      let isFirst = answered.contains(id) && ended.insert(id).inserted
      if !isFirst { Issue.record("\(name): \(id) ended twice") }
    case .cancelRejected(let id):
      if answered.contains(id) && !ended.contains(id) {
        Issue.record("\(name): cancel of working \(id) rejected")
      }
    }
  }
  if answered.count != orders.count { Issue.record("\(name): orders without an answer") }
}
