public import OmniMoney
public import OmniTime

/// The numbers that the rules hold orders against; nil means that a rule is off.
///
/// Rules without a number here are always on.
public struct RiskLimits: Sendable, Hashable {
  /// How old the last price may be.
  public var priceAgeMax: Interval?
  /// How far a limit may be from the last price.
  public var priceCollar: Rate?
  /// The largest order, in lots.
  public var orderLotsMax: Int64?
  /// The most valuable order, in minor units.
  public var orderNotionalMax: Int128?
  /// The largest position that could come about, in lots.
  public var positionLotsMax: Int64?
  /// The most valuable position that could come about, in minor units.
  public var positionNotionalMax: Int128?
  /// The largest gross exposure of a strategy, in minor units.
  public var grossNotionalMax: Int128?
  /// Whether orders need margin or cash behind them.
  public var needsMargin = true
  /// How far a strategy may fall from its peak before it may only reduce.
  public var strategyDrawdownMax: Rate?
  /// How far all strategies together may fall from their peak before they may only reduce.
  public var totalDrawdownMax: Rate?
  /// How much of its capital a strategy may lose in one UTC day before it may only reduce.
  public var dailyLossMax: Rate?
  /// How many orders a strategy may send within one minute.
  public var ordersPerMinuteMax: Int?
  /// How many orders of a strategy may work at once.
  public var workingOrdersMax: Int?
  /// Whether an order equal to the one before, at the same instant, is refused.
  public var refusesDuplicates = false

  /// Creates limits with every optional rule off and margin on, for research.
  public init() {}

  /// Limits for research: what makes no sense is refused, and what has no margin behind it.
  public static var research: RiskLimits { RiskLimits() }
}
