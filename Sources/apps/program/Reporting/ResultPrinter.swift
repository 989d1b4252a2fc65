package import OmniBacktest
import OmniCrypto
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniReports
import OmniTime

/// What came of a run as plain text for the terminal, and as one JSON object for programs.
package struct ResultPrinter {
  let outcome: Backtest.Outcome
  let postings: PostingCount?
  let figures: Figures

  var results: RunResults { outcome.results }

  /// Prepares the results of `outcome`.
  package init(outcome: Backtest.Outcome) { self.init(outcome: outcome, postings: nil) }

  /// Prepares the results of `outcome`, and what a ledger took of its postings.
  init(outcome: Backtest.Outcome, postings: PostingCount?) {
    self.outcome = outcome
    self.postings = postings
    figures = Figures(outcome.results.plan.currency)
  }

  /// The summary: the run's facts, then a line for all strategies and one for each.
  ///
  /// Money is rounded to the cent; a figure that is not known is `—`.
  package var text: String {
    var lines = facts
    lines.append("")
    lines += Self.aligned([Self.header(results.plan.currency)] + rows)
    return lines.joined(separator: "\n")
  }

  private var facts: [String] {
    let counts = results.counts
    let symbols = results.plan.instruments.map(\.symbol).joined(separator: ", ")
    let span = [results.from, results.to].compactMap { $0?.description }
    let run = span.isEmpty ? "no bars" : span.joined(separator: " to ")
    let bars = Self.count(counts.bars)
    return [
      "\(symbols), \(bars) bars, \(run)",
      "\(Self.count(counts.orders)) orders, \(Self.count(counts.fills)) fills, "
        + "\(Self.count(counts.denials)) denied, \(Self.count(outcome.eventCount)) events, "
        + "fills as \(results.plan.policy.name)",
      "ledger \(ledger), digest \(outcome.digest)",
    ] + (postings.map { [$0.text] } ?? [])
  }

  var ledger: String { outcome.isBalanced ? "balanced" : "unbalanced" }

  private static func header(_ currency: Currency) -> [String] {
    [
      currency.code, "start", "end", "return %", "drawdown %", "Sharpe", "trips", "wins %", "fees",
      "denied",
    ]
  }

  private var rows: [[String]] {
    let denied = deniedByStrategy
    let total = row(results.total, name: "total", denied: Int(clamping: results.counts.denials))
    return [total]
      + results.parts.enumerated().map { index, part in
        row(part, name: part.name, denied: denied[index])
      }
  }

  /// How many orders of each strategy were denied.
  var deniedByStrategy: [Int] {
    var denied = [Int](repeating: 0, count: results.plan.strategies.count)
    for denial in results.denials { denied[Int(denial.order.strategy.index)] += 1 }
    return denied
  }

  private func row(_ part: RunResults.Part, name: String, denied: Int) -> [String] {
    let statistics = part.statistics
    let cells: [String?] = [
      figures.rounded(part.sum.capital), figures.rounded(part.sum.equity),
      Figures.percent(statistics.totalReturn, signed: true),
      Figures.percent(statistics.maximumDrawdown.map { -$0 }),
      Figures.number(statistics.sharpe), NumberFormat.count(statistics.tradeCount),
      Figures.percent(statistics.winShare), figures.rounded(part.sum.fees),
      NumberFormat.count(denied),
    ]
    return [name] + cells.map { Self.plain($0 ?? NumberFormat.unknown) }
  }

  static func count(_ number: UInt64) -> String {
    NumberFormat.count(Int(clamping: number))
  }

  /// The text with the minus of keyboards, which a terminal's reader can search for.
  private static func plain(_ text: String) -> String {
    text.hasPrefix(NumberFormat.minus) ? "-" + text.dropFirst() : text
  }

  /// Rows as lines: the first column to the left, the others to the right.
  static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let pad = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + pad : pad + cell
      }.joined(separator: "  ")
    }
  }
}
