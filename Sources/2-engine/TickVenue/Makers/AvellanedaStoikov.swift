import OmniModel
public import OmniMoney
import OmniOrderBooks

/// Quotes around a price that leans against its own position.
///
/// Source: Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative
/// Finance 8 (2008), (3.17) and (3.18): with the middle price s, the position q, the risk aversion γ,
/// the variance σ² and the time τ that is left,
///
///     r = s − q γ σ² τ          the price at which it is indifferent
///     δ = γ σ² τ + (2 / γ) ln(1 + γ / k)   the distance between its two quotes
///
/// where k says how quickly orders farther away are filled less often. The paper's day ends; this
/// keeps τ constant, as one does in markets that do not close. The variance is that of the middle
/// price's changes from step to step, exponentially weighted. Prices are ticks and positions are
/// orders of its size, so that γ and k are in 1 / tick.
///
/// What is estimated is a statistic; orders are whole ticks and lots, the bid rounded down and the
/// ask up, and never beyond the other side's best price.
public struct AvellanedaStoikov: TickStrategy {
  /// What it is told.
  public struct Configuration: Sendable {
    /// The size of each order.
    public var quantity: Quantity
    /// The position at which its side is not quoted any more.
    public var positionMax: Quantity
    /// γ.
    public var riskAversion = 0.05  // statistic: a taste, not money
    /// k.
    public var arrivalDecay = 0.3  // statistic: an estimate of how fills thin out
    /// τ, in steps.
    public var horizonSteps = 10.0  // statistic: the horizon of a model
    /// How much of the variance's estimate a step replaces.
    public var varianceWeight = 0.02  // statistic: weight of an average

    /// The usual numbers for these sizes.
    public init(quantity: Quantity, positionMax: Quantity) {
      self.quantity = quantity
      self.positionMax = positionMax
    }
  }

  private let configuration: Configuration
  private var quotes = TwoSidedQuotes()
  private var middle: Int64?
  private let spread: Double  // statistic: (2 / γ) ln(1 + γ / k)
  /// σ² in ticks² a step.
  public private(set) var variance = 0.0  // statistic: an estimate

  /// Quotes as `configuration` says.
  ///
  /// - Precondition: the quantity is above zero, γ and k are from 10⁻⁶ to 10⁶, τ is from 0 to 10⁶, the
  ///   weight from 0 to 1.
  public init(_ configuration: Configuration) {
    let range = 1e-6...1e6  // statistic: sensible parameters
    precondition(
      configuration.quantity > .zero && range.contains(configuration.riskAversion)
        && range.contains(configuration.arrivalDecay)
        && (0...1e6).contains(configuration.horizonSteps)
        && (0...1).contains(configuration.varianceWeight), "parameters within their ranges")
    self.configuration = configuration
    let gamma = configuration.riskAversion  // statistic: γ
    spread = 2 / gamma * Self.logarithm(1 + gamma / configuration.arrivalDecay)
  }

  /// Learns from the middle's last change, and wants the model's prices.
  public mutating func step(_ desk: inout TickDesk) {
    guard let bid = desk.market.bestBid, let ask = desk.market.bestAsk, bid < ask else {
      return quotes.want(bid: nil, ask: nil, configuration.quantity, &desk)
    }
    learn(bid.ticks + ask.ticks)
    let held = desk.account.position.lots
    let (low, high) = prices(halfTicks: bid.ticks + ask.ticks, position: held)
    let maximum = configuration.positionMax.lots
    quotes.want(
      bid: held < maximum ? Price(ticks: min(low, ask.ticks - 1)) : nil,
      ask: held > -maximum ? Price(ticks: max(high, bid.ticks + 1)) : nil,
      configuration.quantity, &desk)
  }

  /// The two prices in ticks around a middle in half ticks, for a position in lots.
  ///
  /// At most 2⁴⁰ ticks from the middle, wherever the numbers lead.
  public func prices(halfTicks: Int64, position: Int64) -> (bid: Int64, ask: Int64) {
    // statistic: γ σ² τ
    let risk = configuration.riskAversion * variance * configuration.horizonSteps
    let orders = Double(position) / Double(configuration.quantity.lots)  // statistic: q
    let width = risk + spread  // statistic: δ
    let lean = -orders * risk  // statistic: r − s
    // Whole and half ticks of the middle stay whole numbers; only the distances are estimated.
    return (
      (halfTicks + Self.halfTicks(lean - width / 2, .down)) >> 1,
      (halfTicks + Self.halfTicks(lean + width / 2, .up) + 1) >> 1
    )
  }

  /// ln(x) of a number above zero: its power of two, and the series of the area tangent for the rest.
  private static func logarithm(_ x: Double) -> Double {  // statistic: of a model's parameters
    let ratio = (x.significand - 1) / (x.significand + 1)  // statistic: below 1/3
    var term = ratio  // statistic: ratio ^ (2 n + 1)
    var sum = 0.0  // statistic: of the series
    for index in 0..<24 {
      sum += term / Double(2 * index + 1)
      term *= ratio * ratio
    }
    return Double(x.exponent) * 0.693_147_180_559_945_3 + 2 * sum  // statistic: ln 2
  }

  private mutating func learn(_ halfTicks: Int64) {
    defer { middle = halfTicks }
    guard let middle else { return }
    let change = Double(halfTicks - middle) / 2  // statistic: a change of price, in ticks
    variance += configuration.varianceWeight * (change * change - variance)
  }

  /// A distance in ticks as half ticks.
  private static func halfTicks(
    _ ticks: Double, _ rule: FloatingPointRoundingRule  // statistic: an estimated distance
  ) -> Int64 {
    let bound = 0x1p41  // statistic: a bound of a distance
    return Int64(min(max((ticks * 2).rounded(rule), -bound), bound))
  }
}
