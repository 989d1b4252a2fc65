public import OmniCollections
public import OmniLedger
public import OmniModel
public import OmniMoney

/// Every strategy's positions and money, and the books that prove them.
///
/// A fold of fills and marks: the same series gives the same state. Average cost; closing takes cost
/// out in proportion, rounded half to even, and the last lot takes what is left, so nothing is lost
/// to rounding. All books of a run are kept in one currency.
///
/// - Invariant: a position's lots, cost, gains and fees equal the balances of its accounts.
/// - Invariant: ``equity(_:)`` = capital + realised + unrealised - fees.
/// - Complexity: a fill and a mark are O(1), with no allocation.
@frozen
public struct Portfolio: ~Copyable {
  /// The books.
  public var ledger: Ledger
  /// Where things stand in the books.
  public let chart: ChartOfAccounts
  /// In what the books are kept.
  public let currency: Currency

  @usableFromInline var positions: OwnedBuffer<Position>
  @usableFromInline var units: OwnedBuffer<NotionalUnit>
  @usableFromInline var margined: OwnedBuffer<Bool>
  @usableFromInline var sums: OwnedBuffer<StrategySum>
  @usableFromInline var totalEquity: Int128 = 0
  @usableFromInline var totalPeak: Int128 = 0

  /// A strategy's money, in minor units.
  @frozen
  public struct StrategySum: Sendable, Hashable {
    /// What the owner put in.
    public var capital: Int128 = 0
    /// Gains less losses of closed lots.
    public var realised: Int128 = 0
    /// What closing everything at the last marks would gain.
    public var unrealised: Int128 = 0
    /// Fees paid.
    public var fees: Int128 = 0
    /// The largest equity so far.
    public var peak: Int128 = 0
    /// The value of all positions at the last marks, without sign.
    public var gross: Int128 = 0

    /// Creates a sum of nothing.
    @inlinable
    public init() {}

    /// Adds the money of another strategy; the peak of a sum is not the sum of peaks, and is left.
    public mutating func add(_ other: Self) {
      capital += other.capital
      realised += other.realised
      unrealised += other.unrealised
      fees += other.fees
      gross += other.gross
    }

    /// Capital and all gains, less fees.
    @inlinable
    public var equity: Int128 { capital + realised + unrealised - fees }
  }

  /// Opens books for `strategies` over `instruments`, with nothing in them.
  ///
  /// - Precondition: every instrument is quoted in `currency`.
  public init(strategies: [String], instruments: [Instrument], currency: Currency) {
    precondition(
      instruments.allSatisfy { $0.terms.currency == currency }, "one currency in these books")
    chart = ChartOfAccounts(
      strategyCount: strategies.count, instrumentCount: instruments.count)
    self.currency = currency
    ledger = Ledger(
      accounts: chart.accounts(
        strategies: strategies, instruments: instruments, currency: currency))
    positions = OwnedBuffer(repeating: Position(), count: strategies.count * instruments.count)
    units = OwnedBuffer(count: instruments.count) { instruments[$0].terms.unit }
    margined = OwnedBuffer(count: instruments.count) {
      instruments[$0].terms.settlement == .margined
    }
    sums = OwnedBuffer(repeating: StrategySum(), count: strategies.count)
  }

  /// Puts `amount` of the owner's money into the books of `strategy`.
  public mutating func deposit(
    _ amount: Amount, to strategy: StrategyID
  ) throws(Ledger.Refusal) {
    precondition(amount.currency == currency, "the currency of the books")
    let leg = Leg(
      debit: chart.cash(strategy), credit: chart.capital(strategy), amount: amount.minorUnits)
    try ledger.stage(leg)
    try ledger.commit()
    sums[Int(strategy.index)].capital += amount.minorUnits
    totalEquity += amount.minorUnits
    totalPeak = max(totalPeak, totalEquity)
    let equity = sums[Int(strategy.index)].equity
    sums[Int(strategy.index)].peak = max(sums[Int(strategy.index)].peak, equity)
  }

  /// What `strategy` holds of `instrument`.
  @inlinable @inline(__always)
  public func position(_ strategy: StrategyID, _ instrument: InstrumentID) -> Position {
    positions[place(strategy, instrument)]
  }

  /// The money of `strategy`.
  @inlinable
  public func sum(_ strategy: StrategyID) -> StrategySum { sums[Int(strategy.index)] }

  /// The equity of `strategy`, in minor units.
  @inlinable @inline(__always)
  public func equity(_ strategy: StrategyID) -> Int128 { sums[Int(strategy.index)].equity }

  /// The equity of all strategies together, in minor units.
  @inlinable @inline(__always)
  public var equity: Int128 { totalEquity }

  /// The largest equity of all strategies together so far, in minor units.
  @inlinable
  public var peakEquity: Int128 { totalPeak }

  /// How many strategies have books.
  @inlinable
  public var strategyCount: Int { chart.strategyCount }

  /// How many instruments there are.
  @inlinable
  public var instrumentCount: Int { chart.instrumentCount }

  @inlinable @inline(__always)
  func place(_ strategy: StrategyID, _ instrument: InstrumentID) -> Int {
    Int(strategy.index) * chart.instrumentCount + Int(instrument.index)
  }

  /// Values the position of `strategy` at the close of `bar`, and notes the bar's extremes.
  @inlinable @inline(__always)
  public mutating func mark(_ strategy: StrategyID, _ bar: Bar) {
    let place = place(strategy, bar.instrument)
    if positions[place].isFlat {
      positions[place].mark = bar.close
      return
    }
    positions[place].cycle.highest = max(positions[place].cycle.highest, bar.high)
    positions[place].cycle.lowest = min(positions[place].cycle.lowest, bar.low)
    revalue(strategy, bar.instrument, at: bar.close)
  }

  /// Values the position at `price` and carries the change into the sums.
  @inlinable @inline(__always)
  mutating func revalue(_ strategy: StrategyID, _ instrument: InstrumentID, at price: Price) {
    let place = place(strategy, instrument)
    let unit = units[Int(instrument.index)]
    let before = positions[place].unrealised
    let grossBefore = (positions[place].cost + before).magnitude
    positions[place].revalue(at: price, unit: unit)
    let change = positions[place].unrealised - before
    let grossAfter = (positions[place].cost + positions[place].unrealised).magnitude
    sums[Int(strategy.index)].unrealised += change
    sums[Int(strategy.index)].gross += Int128(grossAfter) - Int128(grossBefore)
    changeEquity(of: strategy, by: change)
  }

  @inlinable @inline(__always)
  mutating func changeEquity(of strategy: StrategyID, by change: Int128) {
    totalEquity += change
    if change > 0 {
      let equity = sums[Int(strategy.index)].equity
      if equity > sums[Int(strategy.index)].peak { sums[Int(strategy.index)].peak = equity }
      if totalEquity > totalPeak { totalPeak = totalEquity }
    }
  }
}
