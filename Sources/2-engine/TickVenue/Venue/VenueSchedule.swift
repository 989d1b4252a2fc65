public import OmniMoney
public import OmniTime

/// A payment between holders: at an instant, longs pay shorts this part of their position's value.
public struct FundingRate: Sendable, Hashable {
  /// When.
  public let at: Timestamp
  /// Which part of the value; below zero, shorts pay.
  public let rate: Rate
  /// The price at which positions are valued, or nil for the venue's last trade.
  public let mark: Price?

  /// Groups instant, rate and price.
  public init(at: Timestamp, rate: Rate, mark: Price? = nil) {
    self.at = at
    self.rate = rate
    self.mark = mark
  }
}

/// A span of time in which the venue is open.
public struct OpenHours: Sendable, Hashable {
  /// The first instant.
  public let from: Timestamp
  /// The first instant after it.
  public let until: Timestamp

  /// Creates a span.
  ///
  /// - Precondition: it ends after it begins.
  public init(from: Timestamp, until: Timestamp) {
    precondition(from < until, "hours that end after they begin")
    self.from = from
    self.until = until
  }
}

/// What happens by the clock: payments, and the venue's opening and closing.
struct VenueSchedule: Sendable {
  enum Item: Sendable {
    case funding(FundingRate)
    case opens
    case closes
  }

  private let items: [(at: Timestamp, item: Item)]
  private var next = 0

  /// Orders everything by time; what happens at one instant, in this order: closing, opening, payments.
  init(_ funding: [FundingRate], _ hours: [OpenHours]) {
    let all =
      hours.map { ($0.until, Item.closes) } + hours.map { ($0.from, Item.opens) }
      + funding.map { ($0.at, Item.funding($0)) }
    items = all.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
      .map { (at: $0.element.0, item: $0.element.1) }
  }

  /// When the next item is due.
  var due: Timestamp { next < items.count ? items[next].at : .distantFuture }

  /// The next item, which is then past.
  mutating func take() -> Item {
    next += 1
    return items[next - 1].item
  }
}
