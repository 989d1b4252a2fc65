package import OmniBacktest
import OmniCrypto
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
package import OmniReports
import OmniTime

/// Turns what came of a run into the report that people read.
///
/// Money, prices and quantities stay exact and become text here; statistics are those of the run.
///
///     var builder = ReportBuilder(outcome: outcome, title: "EMA cross", command: "omni backtest")
///     builder.replay = .holds
///     try builder.write(to: "report.html")
package struct ReportBuilder {
  /// How many rows of a long table the report holds at most; the latest are kept.
  package static let rowsMax = 50_000

  /// Whether a replay of the journal gave the same digest.
  package var replay: RunReport.Check = .notChecked
  /// Where the data came from.
  package var sources: [RunReport.DataSource] = []
  /// What has to be known first, besides what the run itself shows.
  package var warnings: [RunReport.Statement] = []

  let outcome: Backtest.Outcome
  let title: String
  let command: String
  let figures: Figures

  var results: RunResults { outcome.results }
  var plan: RunPlan { outcome.results.plan }

  /// Prepares the report of `outcome`.
  ///
  /// - Parameters:
  ///   - outcome: What came of the run.
  ///   - title: What was run, in a few words.
  ///   - command: The command line that makes the run again.
  package init(outcome: Backtest.Outcome, title: String, command: String) {
    self.outcome = outcome
    self.title = title
    self.command = command
    figures = Figures(outcome.results.plan.currency)
  }

  /// The report.
  ///
  /// - Complexity: O(fills + orders + points of the curves).
  package func report() -> RunReport {
    var report = RunReport(title: title, subtitle: subtitle, currency: plan.currency.code)
    report.facts = facts
    report.headline = headline
    report.whole = curve(results.total, name: wholeName, isProfit: false)
    if results.parts.count > 1 {
      report.strategyCurves = results.parts.map { curve($0, name: $0.name, isProfit: true) }
    }
    report.instruments = charts
    report.monthly = monthly
    report.statistics = statistics
    report.comparison = comparison
    report.fills = fills
    report.orders = orders
    report.denials = denials
    report.trialBalance = trialBalance
    report.assumptions = assumptions
    report.warnings = ownWarnings + warnings
    report.sources = sources
    report.limits = limits
    return report
  }

  /// Writes the report as one HTML file; whoever looks sees the old file or the whole new one.
  ///
  /// - Throws: A ``Problem`` that names the path.
  package func write(to path: String) throws {
    let page = HTMLReport(report())
    try OutputFile.write(path) { sink in page.render(into: sink) }
  }

  /// What the whole is called: the strategy's name where there is one only.
  var wholeName: String {
    results.parts.count == 1 ? results.parts[0].name : "All strategies"
  }

  private var subtitle: String {
    let symbols = plan.instruments.prefix(3).map(\.symbol).joined(separator: ", ")
    let more = plan.instruments.count > 3 ? " and \(plan.instruments.count - 3) more" : ""
    let names = plan.strategies.prefix(3).map(\.label).joined(separator: ", ")
    let others = plan.strategies.count > 3 ? " and \(plan.strategies.count - 3) more" : ""
    let bars = NumberFormat.count(Int(clamping: results.counts.bars))
    return "\(names)\(others) on \(symbols)\(more) · \(bars) bars"
  }

  private var facts: RunReport.Facts {
    var facts = RunReport.Facts()
    facts.from = results.from?.nanoseconds
    facts.to = results.to?.nanoseconds
    facts.events = Int(clamping: outcome.eventCount)
    facts.orders = Int(clamping: results.counts.orders)
    facts.fills = Int(clamping: results.counts.fills)
    facts.digest = outcome.digest.description
    facts.replay = replay
    facts.ledger =
      outcome.isBalanced ? .holds : .fails("a currency's debits and credits differ")
    facts.fillPolicy = plan.policy.name
    facts.command = command
    return facts
  }
}
