import OmniBus
import OmniCrypto
import OmniEncoding
import OmniEvents
import OmniKernel
import OmniModel
import OmniMoney
import OmniRisk
import OmniTime

/// Events of a run as lines of text, or of JSON.
struct EventPrinter {
  private typealias Member = (String, JSONText)

  private let topics: TopicRegistry
  private let plan: RunPlan?
  private let isJSON: Bool
  /// The orders of which only a number is told later, and the lots that are not filled yet.
  private var orders: [OrderID: (intent: OrderIntent, lots: Int64)] = [:]
  /// The order of which no more is told after the present event.
  private var ended: OrderID?

  /// Prints events of a run of `plan`, or, without it, numbers for what it would name.
  init(_ topics: TopicRegistry, plan: RunPlan?, isJSON: Bool) {
    self.topics = topics
    self.plan = plan
    self.isJSON = isJSON
  }

  /// Notes what the event and later ones are about; to be told of each, in order.
  mutating func note(_ event: NodeEvent) {
    if let id = ended { orders[id] = nil }
    ended = nil
    switch event {
    case .submitted(let order), .adjusted(let order):
      orders[order.id] = (order, order.quantity.lots)
    case .cancelled(let id), .rejected(let id, _): ended = id
    case .filled(let fill):
      orders[fill.order]?.lots -= fill.quantity.lots
      if let left = orders[fill.order]?.lots, left <= 0 { ended = fill.order }
    default: break
    }
  }

  /// The line of the event that was noted last.
  func line(_ event: NodeEvent, _ frame: FrameHeader) -> String {
    let topic = EventTypes.topic(of: event.kind)
    var members: [Member] = [
      ("record", .count(frame.sequence.value)),
      ("time", frame.time == .distantPast ? .null : .text("\(frame.time)")),
      ("topic", .text(topics.name(of: topic) ?? "\(topic.id)")),
    ]
    members += details(event)
    if isJSON { return JSONText.object(members).text }
    return members.map { name, value in
      ["record", "time", "topic"].contains(name) ? value.plain : "\(name)=\(value.plain)"
    }.joined(separator: "  ")
  }

  private func details(_ event: NodeEvent) -> [Member] {
    switch event {
    case .started(let plan):
      [
        ("strategies", .list(plan.strategies.map { .text($0.label) })),
        ("instruments", .list(plan.instruments.map { .text($0.symbol) })),
        ("currency", .text(plan.currency.code)),
      ]
    case .bar(let bar): details(bar)
    case .action(let action): details(action)
    case .submitted(let order), .adjusted(let order): details(order)
    case .denied(let order, let denial):
      details(order) + [
        ("rule", .text("\(denial.rule)")), ("limit", .count(denial.limit)),
        ("value", .count(denial.value)),
      ]
    case .rejected(let id, let reason): owner(id) + [("reason", .text("\(reason)"))]
    case .filled(let fill): details(fill)
    case .ended(let digest): [("digest", .text("\(digest)"))]
    case .cancelRequested(let id), .accepted(let id), .triggered(let id), .cancelled(let id),
      .cancelRejected(let id):
      owner(id)
    }
  }

  private func details(_ bar: Bar) -> [Member] {
    [
      ("instrument", symbol(bar.instrument)), ("open", price(bar.open, bar.instrument)),
      ("high", price(bar.high, bar.instrument)), ("low", price(bar.low, bar.instrument)),
      ("close", price(bar.close, bar.instrument)), ("volume", .count(bar.volume)),
    ]
  }

  private func details(_ action: CorporateAction) -> [Member] {
    let change: [Member] =
      switch action.change {
      case .split(let ratio): [("action", .text("split")), ("ratio", .text("\(ratio)"))]
      case .dividend(let amount):
        [("action", .text("dividend")), ("amount", .text("\(amount)"))]
      case .symbolChange(let symbol):
        [("action", .text("symbol-change")), ("symbol", .text(symbol))]
      case .delisting(let final):
        [("action", .text("delisting")), ("price", price(final, action.instrument))]
      }
    return [("instrument", symbol(action.instrument))] + change
  }

  private func details(_ order: OrderIntent) -> [Member] {
    var members: [Member] = [
      ("order", .count(order.id.value)), ("strategy", label(order.strategy)),
      ("instrument", symbol(order.instrument)), ("side", .text("\(order.side)")),
      ("type", .text("\(order.type)")), ("quantity", quantity(order.quantity, order.instrument)),
    ]
    if order.type != .market { members.append(("price", price(order.price, order.instrument))) }
    if order.isReduceOnly { members.append(("reduce_only", .flag(true))) }
    return members
  }

  private func details(_ fill: Fill) -> [Member] {
    let instrument = orders[fill.order]?.intent.instrument
    var members = owner(fill.order)
    members.append(("trade", .count(fill.trade.value)))
    if let instrument {
      members.append(("quantity", quantity(fill.quantity, instrument)))
      members.append(("price", price(fill.price, instrument)))
    } else {
      members.append(("lots", .count(fill.quantity.lots)))
      members.append(("ticks", .count(fill.price.ticks)))
    }
    members.append(("liquidity", .text("\(fill.liquidity)")))
    members.append(("fee", fee(fill.fee)))
    return members
  }

  /// An order's number, and whose it is if the order was seen.
  private func owner(_ id: OrderID) -> [Member] {
    guard let order = orders[id]?.intent else { return [("order", .count(id.value))] }
    return [
      ("order", .count(id.value)), ("strategy", label(order.strategy)),
      ("instrument", symbol(order.instrument)), ("side", .text("\(order.side)")),
    ]
  }

  private func instrument(_ id: InstrumentID) -> Instrument? {
    guard let plan, id.index < plan.instruments.count else { return nil }
    return plan.instruments[Int(id.index)]
  }

  private func symbol(_ id: InstrumentID) -> JSONText {
    instrument(id).map { .text($0.symbol) } ?? .count(id.index)
  }

  private func label(_ id: StrategyID) -> JSONText {
    guard let plan, id.index < plan.strategies.count else { return .count(id.index) }
    return .text(plan.strategies[Int(id.index)].label)
  }

  private func price(_ price: Price, _ id: InstrumentID) -> JSONText {
    .text(instrument(id)?.terms.text(price) ?? "\(price.ticks)")
  }

  private func quantity(_ quantity: Quantity, _ id: InstrumentID) -> JSONText {
    .text(instrument(id)?.terms.text(quantity) ?? "\(quantity.lots)")
  }

  private func fee(_ units: Int128) -> JSONText {
    .text(plan.map { Figures($0.currency).exact(units) } ?? "\(units)")
  }
}
