import OmniEncoding
import OmniKernel
import OmniLedger
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniStorage
import OmniStrategy
import OmniTime
import Synchronization

let share = InstrumentID(0)
let future = InstrumentID(1)
let solo = StrategyID(0)

/// A share and a future; a tick of a lot is a cent of both.
private let things: [Instrument] = [
  thing("share", tickScale: 2, lotScale: 0, .cash),
  thing("future", tickScale: 1, lotScale: 1, .margined),
].compactMap { $0 }

private func thing(
  _ symbol: String, tickScale: Int, lotScale: Int, _ settlement: Settlement
) -> Instrument? {
  InstrumentTerms(
    tick: FixedDecimal(coefficient: 1, scale: tickScale),
    lot: FixedDecimal(coefficient: 1, scale: lotScale), currency: .usd, settlement: settlement,
    costs: InstrumentTerms.Costs(
      makerFee: Rate(billionths: -100_000), takerFee: Rate(billionths: 500_000), leverageMax: 10)
  ).map { Instrument(symbol: symbol, name: symbol, terms: $0) }
}

/// One strategy with 10,000 dollars that trades both things.
func plan(limits: RiskLimits = .research, trades: [InstrumentID] = [share, future]) -> RunPlan {
  RunPlan(
    instruments: things,
    strategies: [
      RunPlan.StrategyPlan(
        label: "script", strategy: "script", parameters: [], instruments: trades,
        capital: 10_000_00)
    ], policy: .omni, limits: limits, currency: .usd)
}

func limits(_ change: (inout RiskLimits) -> Void) -> RiskLimits {
  var limits = RiskLimits()
  change(&limits)
  return limits
}

func price(_ ticks: Int64) -> Price { Price(ticks: ticks) }
func lots(_ count: Int64) -> Quantity { Quantity(lots: count) }

/// A bar that closes so many minutes after the epoch.
func bar(
  _ minute: Int64, _ close: Int64, high: Int64? = nil, low: Int64? = nil,
  of instrument: InstrumentID = share
) -> Bar {
  Bar(
    instrument: instrument, closedAt: Timestamp(nanoseconds: minute * 60_000_000_000),
    prices: OpenHighLowClose(
      open: price(close), high: price(high ?? close), low: price(low ?? close),
      close: price(close)),
    volume: 0)
}

// MARK: - A strategy that does what it is told

/// What a scripted strategy asks for.
enum Wish: Sendable {
  case submit(InstrumentID, OrderIntent.Terms)
  case bracket(OrderIntent.Terms, stop: Int64, target: Int64)
  case cancel(UInt64)
}

/// What a strategy heard, for the test to read afterwards.
final class Heard: Sendable {
  private let lines = Mutex<[String]>([])
  func note(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
}

/// Asks, at its n-th bar, for the n-th of its wishes.
struct Script: Strategy {
  var wishes: [[Wish]]
  var onDenial: Wish?
  var heard = Heard()
  private var bars = 0

  init(_ wishes: [[Wish]], onDenial: Wish? = nil) {
    self.wishes = wishes
    self.onDenial = onDenial
  }

  mutating func onBar(_ bar: Bar, desk: inout Desk) {
    heard.note("bar \(bar.close.ticks) holds \(desk.position(bar.instrument).lots)")
    if bars < wishes.count { wishes[bars].forEach { ask($0, &desk) } }
    bars += 1
  }

  mutating func onOrder(_ id: OrderID, _ event: OrderEvent, desk: inout Desk) {
    if onDenial == nil { heard.note("\(id.value) \(event.word)") }
    if event == .denied, let onDenial { ask(onDenial, &desk) }
  }

  mutating func onAction(_ action: CorporateAction, desk: inout Desk) {
    let last = desk.price(action.instrument)?.ticks ?? 0
    heard.note("action at \(last) holds \(desk.position(action.instrument).lots)")
  }

  private func ask(_ wish: Wish, _ desk: inout Desk) {
    switch wish {
    case .submit(let instrument, let terms): desk.submit(instrument, terms)
    case .bracket(let entry, let stop, let target):
      desk.submitBracket(share, entry: entry, stop: price(stop), target: price(target))
    case .cancel(let id): desk.cancel(OrderID(id))
    }
  }
}

extension OrderEvent {
  var word: String {
    if case .filled(let quantity) = self { return "filled \(quantity.lots)" }
    return "\(self)"
  }
}

// MARK: - An observer that writes down what it sees

struct Recorder: RunObserver {
  var lines: [String] = []
  var trades: [ClosedTrade] = []
  var denials: [Denial] = []
  var unbalanced = 0
  var postings: [String] = []

  mutating func posted(_ ledger: borrowing Ledger, sequence: SequenceNumber, at time: Timestamp) {
    let amounts = (0..<ledger.postedCount).map { "\(ledger.postedLeg($0).amount)" }
    let instant = time == .distantPast ? "opening" : "\(time.nanoseconds / 60_000_000_000)"
    postings.append("\(sequence.value) \(instant): \(amounts.joined(separator: "+"))")
  }

  mutating func actionBooked(
    _ action: CorporateAction, _ strategy: StrategyID, _ outcome: ActionOutcome
  ) {
    outcome.trade.map { trades.append($0) }
  }

  mutating func orderAdjusted(_ order: OrderIntent, at time: Timestamp) {
    lines.append("adjusted \(order.id.value)")
  }

  mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    lines.append("bar \(bar.close.ticks)")
    if !portfolio.ledger.isBalanced { unbalanced += 1 }
  }

  mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {
    lines.append("submitted \(order.id.value)")
  }

  mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {
    lines.append("denied \(order.id.value) \(denial.rule)")
    denials.append(denial)
  }

  mutating func orderReported(_ order: OrderIntent, _ report: VenueReport, at time: Timestamp) {
    let word =
      switch report {
      case .accepted: "accepted"
      case .rejected: "rejected"
      case .triggered: "triggered"
      case .filled: "filled"
      case .cancelled: "cancelled"
      case .cancelRejected: "cancel rejected"
      }
    lines.append("\(word) \(order.id.value)")
  }

  mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at time: Timestamp
  ) {
    lines.append("booked \(order.id.value): \(fill.quantity.lots) at \(fill.price.ticks)")
    trade.map { trades.append($0) }
  }
}

// MARK: - A journal that keeps the kinds

struct KindJournal: Journal {
  var kinds: [RecordKind] = []
  var capacity = Int.max

  mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    let number = SequenceNumber(UInt64(kinds.count))
    guard kinds.count < capacity, let known = RecordKind(rawValue: kind) else {
      throw .ended(at: number)
    }
    var sink = WordArray()
    payload.encode(into: &sink)
    precondition(sink.words.count == payload.wordCount, "as many words as were promised")
    kinds.append(known)
    return number
  }

  mutating func commit() throws(JournalFailure) {}
}

typealias ScriptNode = TradingNode<SoloRoster<Script>, KindJournal, Recorder>

func node(_ script: Script, _ plan: RunPlan = plan()) throws -> ScriptNode {
  try ScriptNode(
    plan: plan, roster: SoloRoster(script), journal: KindJournal(), observer: Recorder())
}
