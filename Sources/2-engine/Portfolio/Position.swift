public import OmniModel
public import OmniMoney
public import OmniTime

/// What one strategy holds of one instrument, netted, with the present open–close cycle.
@frozen
public struct Position: Sendable, Hashable {
  /// Lots held, with their sign.
  public var net: NetQuantity = .flat
  /// What the open lots cost, in minor units, with the sign of ``net``.
  public var cost: Int128 = 0
  /// Gains less losses of closed lots since the start, in minor units, before fees.
  public var realised: Int128 = 0
  /// Fees since the start, in minor units.
  public var fees: Int128 = 0
  /// What closing at the last mark would gain, in minor units.
  public var unrealised: Int128 = 0
  /// The last price that the position was valued at.
  public var mark: Price = .zero
  /// The present cycle; senseless while flat.
  public var cycle = Cycle()

  /// From the first opening fill to flat: the part of a round trip that is still being written.
  @frozen
  public struct Cycle: Sendable, Hashable {
    /// When it began.
    public var openedAt: Timestamp = .epoch
    /// The largest size held.
    public var peakLots: Int64 = 0
    /// Lots opened, and what they cost.
    public var openedLots: Int64 = 0
    /// What the opened lots cost, in minor units, without sign.
    public var openedValue: Int128 = 0
    /// The sum of ticks × lots of the opening fills; over ``openedLots`` it is the average entry.
    public var openedTickLots: Int128 = 0
    /// The sum of ticks × lots of the closing fills; over ``closedLots`` it is the average exit.
    public var closedTickLots: Int128 = 0
    /// Lots closed.
    public var closedLots: Int64 = 0
    /// What the closed lots brought or took, in minor units, without sign.
    public var closedValue: Int128 = 0
    /// Gains less losses, before fees.
    public var realised: Int128 = 0
    /// Fees of its fills.
    public var fees: Int128 = 0
    /// The highest price seen while open.
    public var highest: Price = .zero
    /// The lowest price seen while open.
    public var lowest: Price = .zero

    @usableFromInline
    init() {}

    /// The average entry in ticks, as a statistic; nil before the first opening fill.
    public var entryTicks: Double? {  // statistic: an average is rarely whole
      if openedLots == 0 { return nil }
      return Double(openedTickLots) / Double(openedLots)  // statistic: an average is rarely whole
    }

    /// The average exit in ticks, as a statistic; nil before the first closing fill.
    public var exitTicks: Double? {  // statistic: an average is rarely whole
      if closedLots == 0 { return nil }
      return Double(closedTickLots) / Double(closedLots)  // statistic: an average is rarely whole
    }
  }

  /// Creates a flat position.
  @inlinable
  public init() {}

  /// Whether nothing is held or owed.
  @inlinable
  public var isFlat: Bool { net.lots == 0 }

  /// Values the position at `price`.
  @inlinable @inline(__always)
  mutating func revalue(at price: Price, unit: NotionalUnit) {
    mark = price
    unrealised = isFlat ? 0 : unit.notional(price, net) - cost
  }
}

/// A finished round trip: from flat to flat, or to the other side.
@frozen
public struct ClosedTrade: Sendable, Hashable {
  /// Whose.
  public let strategy: StrategyID
  /// Of what.
  public let instrument: InstrumentID
  /// Whether it was long.
  public let isLong: Bool
  /// When the first fill came.
  public let openedAt: Timestamp
  /// When the last fill came.
  public let closedAt: Timestamp
  /// The cycle's figures.
  public let cycle: Position.Cycle

  @usableFromInline
  init(
    strategy: StrategyID, instrument: InstrumentID, isLong: Bool, closedAt: Timestamp,
    cycle: Position.Cycle
  ) {
    self.strategy = strategy
    self.instrument = instrument
    self.isLong = isLong
    openedAt = cycle.openedAt
    self.closedAt = closedAt
    self.cycle = cycle
  }
}
