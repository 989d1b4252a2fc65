/// One run, as the report shows it.
///
/// Plain values without any tie to the engine. Exact amounts, prices and quantities are texts that
/// the caller has formatted; `Double` is for statistics and for drawing. Whatever is `nil` or empty
/// is shown as unknown or as absent, never as zero.
///
///     var report = RunReport(title: "EMA cross on BTCUSDT", subtitle: "January 2022")
///     report.headline = [.init("Return", "−9.76", unit: "%", sign: .negative)]
///     report.whole = .init("Whole", equity: points)
///     let page = HTMLReport(report).render()
public struct RunReport: Sendable, Equatable {
  /// What was run, in a few words.
  public var title: String

  /// A second line under the title.
  public var subtitle: String

  /// The badge beside the title, such as `BACKTEST` or `PAPER`.
  public var mode: String

  /// The currency of the equity curves.
  public var currency: String

  /// What is known of the run itself: span, counts, digest, checks.
  public var facts = Facts()

  /// The figures at the top, most important first; the first three are drawn large.
  public var headline: [Figure] = []

  /// Equity and drawdown of the whole.
  public var whole: Curve?

  /// Profit and drawdown of each strategy.
  public var strategyCurves: [Curve] = []

  /// One price chart for each instrument.
  public var instruments: [InstrumentChart] = []

  /// Returns by month: first of the whole, then of each strategy.
  public var monthly: [MonthlyReturns] = []

  /// Groups of statistics.
  public var statistics: [FigureGroup] = []

  /// The strategies beside each other.
  public var comparison = Comparison()

  /// All fills, in order of time.
  public var fills: [Fill] = []

  /// All orders, in order of time.
  public var orders: [Order] = []

  /// The orders that the risk gate did not let pass; `nil` when that was not recorded.
  public var denials: [Denial]?

  /// The ledger's trial balance.
  public var trialBalance = TrialBalance()

  /// What the figures take for granted.
  public var assumptions: [Statement] = []

  /// What whoever reads the figures has to know first.
  public var warnings: [Statement] = []

  /// Where the data came from and what was found in it.
  public var sources: [DataSource] = []

  /// The risk limits in force.
  public var limits: [RiskLimit] = []

  /// Creates a report without content; set the properties that are known.
  public init(
    title: String, subtitle: String = "", mode: String = "BACKTEST", currency: String = ""
  ) {
    self.title = title
    self.subtitle = subtitle
    self.mode = mode
    self.currency = currency
  }
}
