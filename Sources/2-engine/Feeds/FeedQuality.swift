public import OmniModel
import OmniMoney
public import OmniTime

/// Judges the events of a feed: what is wrong with the stream, though each record was right.
///
/// Nothing is repaired. A fault of one event that can be left out, a trade that came before or whose
/// price is an outlier, is for whoever reads to set aside (``Fault/isOfOneEvent``); a fault of the
/// stream is counted and kept in the score.
public struct FeedQuality: ~Copyable {
  /// By which rules events are judged.
  public struct Rules: Sendable, Equatable {
    /// After how long without an event the feed was stale.
    public var staleAfter = Interval(nanoseconds: 60_000_000_000)
    /// The prices that an outlier is compared with; odd, 3 to 1,001.
    public var outlierWindow = 101
    /// How many deviations make an outlier.
    public var outlierFactor: Int64 = 10
    /// The least deviation, in basis points of the price.
    public var outlierFloorBasisPoints: Int64 = 5
    /// Whether an event with a fault of its own is set aside, or only counted.
    public var setsEventsAside = true

    /// Creates the usual rules.
    public init() {}
  }

  /// What can be wrong.
  public enum Fault: Int, Sendable, CaseIterable {
    /// The time of receipt is before that of the event before.
    case receivedGoesBack
    /// A trade is older than the trade before.
    case tradeGoesBack
    /// A trade has the number of the one before, or a lower one in a feed that counts them.
    case doubledTrade
    /// A trade's number shows that trades are missing before it, in a feed that counts them.
    case missingTrades
    /// Updates are missing; the book is suspect from here on.
    case gap
    /// A bid is not below an ask behind a complete message.
    case crossed
    /// Nothing came for longer than it may take.
    case stale
    /// A trade's price is far from those before.
    case outlier

    /// Whether the event can be left out, and nothing else is touched.
    public var isOfOneEvent: Bool { self == .doubledTrade || self == .outlier }

    /// What is wrong, in a few words.
    public var meaning: String {
      switch self {
      case .receivedGoesBack: "the time of receipt goes back"
      case .tradeGoesBack: "a trade is older than the one before"
      case .doubledTrade: "a trade's number is not above the one before"
      case .missingTrades: "trades are missing before this one"
      case .gap: "updates of the book are missing"
      case .crossed: "the book is crossed"
      case .stale: "the feed was silent for too long"
      case .outlier: "the price is far from those before"
      }
    }
  }

  /// The rules.
  public let rules: Rules
  /// How many events were judged.
  public private(set) var events = 0
  /// How many events have a fault.
  public private(set) var faultyEvents = 0
  private var faults = [Int](repeating: 0, count: Fault.allCases.count)
  private var filter: HampelFilter
  private var book = CrossCheck()
  private var lastReceived = Timestamp.distantPast
  private var lastTrade = Timestamp.distantPast
  private var lastTradeID: UInt64 = 0
  /// Trades whose number was the one behind the one before; until there are some, numbers are not
  /// taken for a count.
  private var consecutiveTrades = 0

  /// Whether the numbers of trades are theirs, and not those of orders or messages.
  private let checksTradeNumbers: Bool

  /// Creates a judge that has seen nothing, for events of `format`.
  public init(_ rules: Rules = Rules(), for format: FeedFormat = .binance) {
    self.rules = rules
    switch format {
    case .binance, .bybit, .hyperliquid, .table: checksTradeNumbers = true
    case .orders, .lobster: checksTradeNumbers = false
    }
    filter = HampelFilter(
      window: rules.outlierWindow, factor: rules.outlierFactor,
      floorBasisPoints: rules.outlierFloorBasisPoints)
  }

  /// How often `fault` was found.
  public func count(_ fault: Fault) -> Int { faults[fault.rawValue] }

  /// Events without a fault among a million; a million if there was no event.
  public var score: Int {
    events == 0 ? 1_000_000 : (events - faultyEvents) * 1_000_000 / events
  }

  /// Judges the next event, and names the fault for which it should be left out, or else the first.
  ///
  /// - Complexity: O(window) for a trade, else that of a sorted book; it allocates only while the book
  ///   grows.
  public mutating func judge(_ event: MarketEvent) -> Fault? {
    var first: Fault?
    events += 1
    if event.receivedAt < lastReceived {
      note(.receivedGoesBack, &first)
    } else {
      if lastReceived > .distantPast,
        event.receivedAt.nanoseconds.subtractingReportingOverflow(lastReceived.nanoseconds)
          .partialValue > rules.staleAfter.nanoseconds
      {
        note(.stale, &first)
      }
      lastReceived = event.receivedAt
    }
    if event.flags.contains(.gap) { note(.gap, &first) }
    if event.kind == .trade { judgeTrade(event, &first) }
    if book.isCrossed(event) { note(.crossed, &first) }
    if first != nil { faultyEvents += 1 }
    return first
  }

  private mutating func judgeTrade(_ event: MarketEvent, _ first: inout Fault?) {
    if checksTradeNumbers, event.id != 0, lastTradeID != 0 {
      if event.id == lastTradeID || (consecutiveTrades >= 16 && event.id < lastTradeID) {
        first = nil
        note(.doubledTrade, &first)
        return
      }
      if event.id == lastTradeID &+ 1 {
        consecutiveTrades += 1
      } else if consecutiveTrades >= 16 {
        note(.missingTrades, &first)
      }
    }
    if event.id != 0 { lastTradeID = event.id }
    if event.occurredAt < lastTrade { note(.tradeGoesBack, &first) }
    lastTrade = max(lastTrade, event.occurredAt)
    // Hidden trades and auctions are judged like the others: a price is a price.
    if filter.isOutlier(event.price.ticks) {
      var own: Fault?
      note(.outlier, &own)
      first = own
    }
  }

  private mutating func note(_ fault: Fault, _ first: inout Fault?) {
    faults[fault.rawValue] += 1
    if first == nil { first = fault }
  }
}
