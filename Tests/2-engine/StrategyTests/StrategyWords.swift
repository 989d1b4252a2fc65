import OmniEncoding
import OmniModel
import OmniMoney
import OmniStrategy
import OmniTestKit
import OmniTime
import Testing

/// A future in tenths of a tether and thousandths of a coin: a tick of a lot is 10,000 units.
func coin() throws -> Instrument {
  let terms = try #require(
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 1), lot: FixedDecimal(coefficient: 1, scale: 3),
      currency: .usdt, settlement: .margined, costs: .init(leverageMax: 10)))
  return Instrument(symbol: "coin", name: "Coin", terms: terms)
}

/// A coin in cents of a dollar and hundred-millionths, so that a lot is worth far below a cent.
func dust() throws -> Instrument {
  let terms = try #require(
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 2), lot: FixedDecimal(coefficient: 1, scale: 8),
      currency: .usd, settlement: .cash, costs: .init()))
  return Instrument(symbol: "dust", name: "Dust", terms: terms)
}

func lots(_ count: Int64) -> Quantity { Quantity(lots: count) }

func bar(
  _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, instrument: UInt32 = 0,
  at instant: Timestamp = .epoch
) -> Bar {
  Bar(
    instrument: InstrumentID(instrument), closedAt: instant,
    prices: OpenHighLowClose(
      open: Price(ticks: open), high: Price(ticks: high), low: Price(ticks: low),
      close: Price(ticks: close)), volume: 0)
}

func flatBar(_ price: Int64) -> Bar { bar(price, price, price, price) }

/// A walk of bars about 1,000 ticks, with quiet stretches, trends and gaps.
func walk(_ count: Int, seed: UInt64) -> [Bar] {
  var random = SeededRandom(seed: seed)
  var close: Int64 = 1_000
  var drift: Int64 = 0
  return (0..<count).map { _ in
    if Int.random(in: 0..<12, using: &random) == 0 {
      drift = Int64.random(in: -4...4, using: &random)
    }
    let open = max(100, close + Int64.random(in: -2...2, using: &random))
    close = max(100, open + drift + Int64.random(in: -8...8, using: &random))
    let high = max(open, close) + Int64.random(in: 0...5, using: &random)
    let low = min(open, close) - Int64.random(in: 0...5, using: &random)
    return bar(open, high, low, close)
  }
}

/// What a strategy wants, without numbers.
enum Wish: Equatable {
  case order(Side, OrderType, lots: Int64, price: Int64)
  case bracket(Side, lots: Int64, stop: Int64, target: Int64)
  case cancel

  init(_ intent: Intent) {
    switch intent {
    case .submit(let order):
      self = .order(order.side, order.type, lots: order.quantity.lots, price: order.price.ticks)
    case .bracket(let entry, let stop, let target):
      self = .bracket(
        entry.side, lots: entry.quantity.lots, stop: stop.price.ticks, target: target.price.ticks)
    case .cancel: self = .cancel
    }
  }

  static func market(_ side: Side, _ lots: Int64) -> Wish {
    .order(side, .market, lots: lots, price: 0)
  }
}

/// What a rule may know besides the bars.
struct World: Equatable {
  var position: Int64 = 0
  var equity: Int128 = 1_000_000_000_000
  /// Orders that work, by number; exits of a bracket name each other.
  var working: [OrderIntent] = []
}

/// A strategy at a desk, and a market that fills market orders at the close, and resting orders
/// where a later bar touches them.
final class Trading<Rule: Strategy> {
  var rule: Rule
  var desk: Desk
  private(set) var world = World()
  private let start: () -> Rule
  private let instrument: Instrument

  init(_ instrument: Instrument, _ start: @escaping () -> Rule) {
    self.instrument = instrument
    self.start = start
    rule = start()
    desk = Desk(strategyCount: 1, instruments: [instrument])
    desk.turn(to: StrategyID(0), now: .epoch)
    desk.note(equity: world.equity)
  }

  /// Fills what rests, asks the strategy, and fills what it wants at once.
  func step(_ bar: Bar) -> [Wish] {
    desk.turn(to: StrategyID(0), now: bar.closedAt)
    desk.note(bar.close, of: bar.instrument)
    for order in world.working where isTouched(order, bar) && world.working.contains(order) {
      fill(order)
    }
    rule.onBar(bar, desk: &desk)
    var wishes: [Wish] = []
    while let intent = desk.nextIntent() {
      wishes.append(Wish(intent))
      switch intent {
      case .submit(let order): take([order])
      case .bracket(let entry, let stop, let target): take([entry, stop, target])
      case .cancel(let id, _): end(id, .cancelled)
      }
    }
    return wishes
  }

  private func isTouched(_ order: OrderIntent, _ bar: Bar) -> Bool {
    (order.type == .limit) == (order.side == .buy)
      ? bar.low <= order.price : bar.high >= order.price
  }

  private func take(_ orders: [OrderIntent]) {
    for order in orders {
      world.working.append(order)
      desk.noteWorking(1, of: order.instrument)
    }
    for order in orders where order.type == .market { fill(order) }
  }

  private func fill(_ order: OrderIntent) {
    world.position += order.side.sign * order.quantity.lots
    // A gain or a loss of some size, so that what is sized by equity changes.
    world.equity += Int128(order.price.ticks % 7 - 3) * 1_000_000_007
    desk.note(NetQuantity(lots: world.position), of: order.instrument)
    desk.note(equity: world.equity)
    end(order.contingency.sibling, .cancelled)
    end(order.id, .filled(order.quantity))
  }

  private func end(_ id: OrderID, _ event: OrderEvent) {
    guard let place = world.working.firstIndex(where: { $0.id == id }) else { return }
    desk.noteWorking(-1, of: world.working.remove(at: place).instrument)
    rule.onOrder(id, event, desk: &desk)
  }

  /// Everything that strategy and desk remember.
  var words: [UInt64] {
    var sink = WordArray()
    rule.encode(into: &sink)
    desk.encode(into: &sink)
    return sink.words
  }

  /// A new one that has read everything back.
  func copy() throws -> Trading {
    let copy = Trading(instrument, start)
    var source = WordArrayReader(words)
    try copy.rule.decode(from: &source)
    try copy.desk.decode(from: &source)
    #expect(source.isAtEnd)
    copy.world = world
    return copy
  }
}

/// Holds a strategy against an obvious rule, bar by bar, and a copy of it from the middle on.
///
/// Returns how many wishes there were, so that a test can see that there were some.
func compare<Rule: Strategy>(
  _ bars: [Bar], seed: UInt64, _ start: @escaping () -> Rule,
  with rule: (_ present: Int, _ world: World) -> [Wish]
) throws -> Int {
  let trading = Trading(try coin(), start)
  var copy: Trading<Rule>?
  var count = 0
  for (index, bar) in bars.enumerated() {
    // The rule is asked about the world as it is after the bar's fills.
    let before = trading.world
    let probe = Touched(before, bar)
    let wanted = rule(index, probe.world)
    let found = trading.step(bar)
    count += found.count
    if found != wanted {
      Issue.record("seed \(seed), bar \(index): \(found), wanted \(wanted)")
      return count
    }
    if let copy {
      let same = copy.step(bar)
      if same != found { Issue.record("seed \(seed), bar \(index): the copy wants \(same)") }
    } else if index == bars.count / 2 {
      copy = try trading.copy()
    }
  }
  if copy?.words != trading.words { Issue.record("seed \(seed): the copy remembers otherwise") }
  return count
}

/// The world after a bar has filled what it touches, computed a second time.
private struct Touched {
  var world: World

  init(_ before: World, _ bar: Bar) {
    world = before
    for order in before.working {
      let isBelow = (order.type == .limit) == (order.side == .buy)
      let isTouched = isBelow ? bar.low <= order.price : bar.high >= order.price
      guard isTouched, world.working.contains(order) else { continue }
      world.position += order.side.sign * order.quantity.lots
      world.equity += Int128(order.price.ticks % 7 - 3) * 1_000_000_007
      world.working.removeAll { $0.id == order.id || $0.id == order.contingency.sibling }
    }
  }
}

/// Changes each word of a snapshot in several ways: it is refused, or what it makes goes on.
func damage<Rule: Strategy>(_ bars: [Bar], _ start: @escaping () -> Rule) throws {
  let trading = Trading(try coin(), start)
  for bar in bars { _ = trading.step(bar) }
  var sink = WordArray()
  trading.rule.encode(into: &sink)
  let words = sink.words

  for length in words.indices {
    var source = WordArrayReader(Array(words.prefix(length)))
    var rule = start()
    #expect(throws: WordFailure.exhausted, "\(length)") { try rule.decode(from: &source) }
  }
  let wrong: [UInt64] = [.max, .max / 2, .max / 2 + 1, 2, 1 << 40, Double.infinity.bitPattern]
  for place in words.indices {
    for word in wrong {
      var changed = words
      changed[place] = word
      let other = Trading(try coin(), start)
      var source = WordArrayReader(changed)
      guard (try? other.rule.decode(from: &source)) != nil else { continue }
      for bar in bars.suffix(3) { _ = other.step(bar) }
    }
  }
}
