public import OmniMoney

/// What is assumed about how orders are filled inside a bar, whose path nobody knows.
///
/// A bar tells four prices and not their order in time. Every backtest on bars assumes something;
/// here it has a name, stands in the report, and can be exchanged to see what depends on it.
public struct FillPolicy: Sendable, Hashable {
  /// When a market order is filled.
  public enum MarketTiming: UInt8, Sendable, CaseIterable {
    /// At once, at the close of the bar that led to it.
    case atClose
    /// At the open of the next bar.
    case nextOpen
  }

  /// In which order the prices inside a bar are assumed to have come.
  public enum Sweep: UInt8, Sendable, CaseIterable {
    /// Open, high, low, close.
    case openHighLowClose
    /// Open, low, high, close.
    case openLowHighClose
    /// No path: all stops are looked at before all limits, which favours losses.
    case stopsBeforeLimits
  }

  /// At which price an order is filled that the open has already passed.
  public enum Gap: UInt8, Sendable, CaseIterable {
    /// At its own price, although the market never traded there.
    case atOwnPrice
    /// At the open, the first price that could be had.
    case atOpen
  }

  /// Which fee a trade pays.
  public enum FeeRule: UInt8, Sendable, CaseIterable {
    /// Maker for limits that rested, taker for the rest.
    case byLiquidity
    /// Taker for all.
    case takerAlways
  }

  /// The name by which it is chosen and reported.
  public let name: String
  /// When a market order is filled.
  public let marketTiming: MarketTiming
  /// The order of the prices inside a bar.
  public let sweep: Sweep
  /// The price of a stop that a gap has passed.
  public let stopGap: Gap
  /// The price of a limit that a gap has passed.
  public let limitGap: Gap
  /// By how much the market must pass a limit before it fills.
  public let penetration: PriceOffset
  /// Which fee a trade pays.
  public let feeRule: FeeRule

  /// What happens at a gap, for stops and for limits.
  public struct Gaps: Sendable, Hashable {
    /// The price of a stop that a gap has passed.
    public let stops: Gap
    /// The price of a limit that a gap has passed.
    public let limits: Gap

    /// Groups the two.
    public init(stops: Gap, limits: Gap) {
      self.stops = stops
      self.limits = limits
    }
  }

  /// Creates a policy.
  ///
  /// - Precondition: `penetration` is not negative.
  public init(
    name: String, marketTiming: MarketTiming, sweep: Sweep, gaps: Gaps,
    penetration: PriceOffset = PriceOffset(ticks: 0), feeRule: FeeRule = .byLiquidity
  ) {
    precondition(penetration.ticks >= 0, "a penetration that is not negative")
    self.name = name
    self.marketTiming = marketTiming
    self.sweep = sweep
    stopGap = gaps.stops
    limitGap = gaps.limits
    self.penetration = penetration
    self.feeRule = feeRule
  }

  /// What we take unless told otherwise.
  ///
  /// Market orders at the close; open, high, low, close; a stop that a gap has passed fills at the
  /// open.
  public static let omni = FillPolicy(
    name: "omni", marketTiming: .atClose, sweep: .openHighLowClose,
    gaps: Gaps(stops: .atOpen, limits: .atOwnPrice))

  /// As nautilus_trader 1.221.0 fills bars, with its stops at their trigger even across a gap.
  public static let nautilus = FillPolicy(
    name: "nautilus-1.221", marketTiming: .atClose, sweep: .openHighLowClose,
    gaps: Gaps(stops: .atOwnPrice, limits: .atOwnPrice))

  /// As backtesting.py 0.6.6 fills bars: the next open, stops before limits, one fee.
  public static let backtestingPy = FillPolicy(
    name: "backtesting.py", marketTiming: .nextOpen, sweep: .stopsBeforeLimits,
    gaps: Gaps(stops: .atOpen, limits: .atOpen), feeRule: .takerAlways)

  /// The policies that can be chosen by name.
  public static let presets: [FillPolicy] = [.omni, .nautilus, .backtestingPy]

  /// The preset called `name`, or nil.
  public static func named(_ name: String) -> FillPolicy? { presets.first { $0.name == name } }

  /// What the policy assumes, a sentence each, for reports.
  public var assumptions: [String] {
    let market =
      marketTiming == .atClose
      ? "Market orders fill at the close of the bar that led to them."
      : "Market orders fill at the open of the next bar."
    let path =
      switch sweep {
      case .openHighLowClose: "Inside a bar the prices come as open, high, low, close."
      case .openLowHighClose: "Inside a bar the prices come as open, low, high, close."
      case .stopsBeforeLimits: "Inside a bar stops are looked at before limits; no path is assumed."
      }
    let stops =
      stopGap == .atOpen
      ? "A stop that the open has passed fills at the open."
      : "A stop that the open has passed fills at its trigger, a price that never traded."
    let limits =
      limitGap == .atOpen
      ? "A limit that the open has passed fills at the open."
      : "A limit that the open has passed fills at its own price, without improvement."
    let touch =
      penetration.ticks == 0
      ? "A limit fills when its price is touched; size is not limited."
      : "A limit fills when the market passes it by \(penetration.ticks) ticks."
    let fees =
      feeRule == .byLiquidity
      ? "Limits that rested pay the maker fee, all else the taker fee."
      : "Every trade pays the taker fee."
    return [market, path, stops, limits, touch, fees, "There is no latency and no slippage."]
  }
}
