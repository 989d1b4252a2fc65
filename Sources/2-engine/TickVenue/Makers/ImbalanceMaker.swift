import OmniModel
public import OmniMoney
import OmniOrderBooks

/// Quotes at the best prices, and steps back on the side towards which the book leans.
///
/// When much more waits to buy than to sell, the next change of price is more often up (Cont,
/// Kukanov and Stoikov, "The price impact of order book events", 2014): who sells at the best ask
/// then is often sold out right before the price rises. So the quote on the thin side is moved away.
/// All in whole numbers: prices in ticks, the imbalance as a ``Rate``.
public struct ImbalanceMaker: TickStrategy {
  /// What it is told.
  public struct Configuration: Sendable {
    /// The size of each order.
    public var quantity: Quantity
    /// The position at which its side is not quoted any more.
    public var positionMax: Quantity
    /// How many levels of each side are counted.
    public var levelCount = 5
    /// The imbalance from which on the thin side is left, from 0 to 1.
    public var threshold = Rate(billionths: 500_000_000)
    /// How many ticks it steps back.
    public var stepTicks: Int64 = 2

    /// The usual numbers for these sizes.
    public init(quantity: Quantity, positionMax: Quantity) {
      self.quantity = quantity
      self.positionMax = positionMax
    }
  }

  private let configuration: Configuration
  private var quotes = TwoSidedQuotes()

  /// Quotes as `configuration` says.
  ///
  /// - Precondition: it counts at least one level, and steps back by no less than nothing.
  public init(_ configuration: Configuration) {
    precondition(
      configuration.levelCount > 0 && configuration.stepTicks >= 0, "levels above zero, steps back")
    self.configuration = configuration
  }

  /// Wants the best prices, or one that has stepped back.
  public mutating func step(_ desk: inout TickDesk) {
    guard let bid = desk.market.bestBid, let ask = desk.market.bestAsk, bid < ask else {
      return quotes.want(bid: nil, ask: nil, configuration.quantity, &desk)
    }
    let lean = desk.market.imbalance(levels: configuration.levelCount).rate
    let back = PriceOffset(ticks: configuration.stepTicks)
    let isUp = lean >= configuration.threshold
    let isDown = lean.billionths <= -configuration.threshold.billionths
    let position = desk.account.position.lots
    let maximum = configuration.positionMax.lots
    quotes.want(
      bid: position < maximum ? (isDown ? bid - back : bid) : nil,
      ask: position > -maximum ? (isUp ? ask + back : ask) : nil, configuration.quantity, &desk)
  }
}
