import OmniCollections
import OmniModel
import OmniMoney
import OmniTickVenue
import OmniTime

/// Words that the tests of the venue share.
///
/// Prices are ticks, sizes lots, instants milliseconds; one
/// tick of one lot is worth one minor unit.
enum Ticks {
  static let unit = NotionalUnit(
    tick: FixedDecimal(coefficient: 1, scale: 0), lot: FixedDecimal(coefficient: 1, scale: 0),
    minorDigits: 0)!

  static func at(_ milliseconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: milliseconds * 1_000_000)
  }

  static func event(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ ticks: Int64, _ lots: Int64,
    at milliseconds: Int64 = 0
  ) -> MarketEvent {
    MarketEvent(
      kind, side, of: InstrumentID(0),
      at: MarketTimes(occurredAt: at(milliseconds), receivedAt: at(milliseconds)),
      .init(price: Price(ticks: ticks), size: Quantity(lots: lots)))
  }

  /// An event of the order `id` of a recording.
  static func order(
    _ kind: MarketEvent.Kind, _ id: UInt64, _ side: MarketEvent.BookSide = .none,
    _ ticks: Int64 = 0, _ lots: Int64 = 0
  ) -> MarketEvent {
    var event = event(kind, side, ticks, lots)
    event.id = id
    return event
  }

  static func state(_ state: TradingState, at milliseconds: Int64 = 0) -> MarketEvent {
    var event = event(.state, .none, 0, 0, at: milliseconds)
    event.id = UInt64(state.rawValue)
    return event
  }

  /// A venue whose book is 5 at 99 and 9 at 98, against 4 at 102 and 6 at 103.
  static func venue(_ change: (inout TickVenue.Configuration) -> Void = { _ in }) -> TickVenue {
    var configuration = TickVenue.Configuration(unit: unit)
    configuration.bookWindow = 4_096
    change(&configuration)
    var venue = TickVenue(configuration)
    for event in [
      event(.level, .bid, 99, 5), event(.level, .bid, 98, 9), event(.level, .ask, 102, 4),
      event(.level, .ask, 103, 6),
    ] { venue.apply(event) }
    return venue
  }

  static func buy(_ id: UInt64, _ lots: Int64, at ticks: Int64, of strategy: UInt32 = 0)
    -> TickOrder
  {
    TickOrder(
      OrderID(id), of: StrategyID(strategy), .buy, Quantity(lots: lots), at: Price(ticks: ticks))
  }

  static func sell(_ id: UInt64, _ lots: Int64, at ticks: Int64, of strategy: UInt32 = 0)
    -> TickOrder
  {
    TickOrder(
      OrderID(id), of: StrategyID(strategy), .sell, Quantity(lots: lots), at: Price(ticks: ticks))
  }

  /// The reports that are on their way, in words: `order: what`.
  static func words(_ venue: inout TickVenue) -> [String] {
    var words: [String] = []
    while let report = venue.takeReport(until: .distantFuture) { words.append(word(report)) }
    return words
  }

  static func word(_ report: TickReport) -> String {
    let what =
      switch report.kind {
      case .accepted: "accepted"
      case .rejected(let reason): "rejected \(reason)"
      case .expired(let reason): "expired \(reason)"
      case .cancelled: "cancelled"
      case .replaced: "replaced"
      case .refused(let reason): "refused \(reason)"
      case .funded(let payment): "funded \(payment)"
      case .filled(let fill):
        "\(fill.liquidity) \(fill.quantity.lots)@\(fill.price.ticks)"
          + (fill.fee == 0 ? "" : " fee \(fill.fee)")
      }
    return "\(report.order.value): \(what)"
  }
}

extension MarketEvent {
  /// The same event, heard at this millisecond.
  func heard(_ milliseconds: Int64) -> Self {
    var event = self
    event.receivedAt = Ticks.at(milliseconds)
    return event
  }

  /// The same event of an order that keeps its turn.
  var keepingTurn: Self {
    var event = self
    event.flags.insert(.keepsTurn)
    return event
  }
}
