/// A rule of the pre-trade gate; its number stands in the journal and in reports.
///
/// The rules are grouped by the ten layers of the gate; layers that need what a bar does not tell
/// (quotes, value at risk, self-trade) join with the systems that they watch.
@frozen
public enum RiskRule: UInt16, Sendable, CaseIterable {
  // 1: market data
  /// No price of the instrument has been seen.
  case noPrice = 101
  /// The last price is older than the limit, in nanoseconds.
  case stalePrice = 102
  /// The instrument is paused, because its data were found bad.
  case instrumentPaused = 103

  // 2: validity
  /// The instrument is not one of the run's.
  case unknownInstrument = 201
  /// The quantity is zero.
  case quantityZero = 202
  /// The price of a limit or stop is beyond what the instrument can quote.
  case priceOutOfRange = 203
  /// A reduce-only order would open or turn the position.
  case wouldNotReduce = 204
  /// The bracket's stop or target is on the wrong side of its entry.
  case bracketInverted = 205
  /// Another order of the same bracket was denied.
  case bracketIncomplete = 206

  // 3: price
  /// The limit is further from the last price than the collar allows, in billionths.
  case priceCollar = 301

  // 4: size
  /// The quantity is above the limit, in lots.
  case orderQuantity = 401
  /// The order's value is above the limit, in minor units.
  case orderNotional = 402

  // 5: position
  /// The position could become larger than the limit, in lots.
  case positionQuantity = 501
  /// The position could become more valuable than the limit, in minor units.
  case positionNotional = 502
  /// The instrument is on the restricted list, or not on the list of what the strategy trades.
  case restricted = 503

  // 6: exposure, leverage, margin
  /// The strategy's gross exposure could become larger than the limit, in minor units.
  case grossExposure = 601
  /// Margin for the position would be above the strategy's equity, in minor units.
  case margin = 602
  /// A cash purchase is dearer than the cash there is, in minor units.
  case cash = 603

  // 8: loss and drawdown
  /// The strategy has fallen further from its peak than the limit, in billionths.
  case strategyDrawdown = 801
  /// All strategies together have fallen further from their peak than the limit, in billionths.
  case totalDrawdown = 802
  /// The strategy has lost more since the UTC day began than the limit, in billionths of capital.
  case dailyLoss = 803

  // 9: behaviour
  /// More orders within a minute than the limit.
  case orderRate = 901
  /// More working orders than the limit.
  case workingOrders = 902
  /// The same order as the one before, within the same instant.
  case duplicate = 903

  // 10: emergency
  /// Trading is halted.
  case halted = 1001
  /// Only orders that reduce are let by.
  case reducingOnly = 1002

  /// Which of the ten layers the rule belongs to.
  public var layer: Int { Int(rawValue) / 100 }
}

/// The gate's answer when an order may not pass.
@frozen
public struct Denial: Error, Sendable, Hashable {
  /// Which rule spoke.
  public let rule: RiskRule
  /// What the rule allows, in the rule's unit.
  public let limit: Int128
  /// What the order would have come to, in the same unit.
  public let value: Int128

  /// Creates an answer.
  @inlinable
  public init(_ rule: RiskRule, limit: Int128 = 0, value: Int128 = 0) {
    self.rule = rule
    self.limit = limit
    self.value = value
  }
}

/// Whether and how trading is allowed.
@frozen
public enum TradingState: UInt8, Sendable, CaseIterable {
  /// Everything that the rules allow.
  case active
  /// Only orders that bring a position nearer to flat.
  case reducing
  /// No order at all.
  case halted
}
