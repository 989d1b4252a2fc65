import OmniBacktest
import OmniCrypto
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime

// The results for programs. Money is decimal text of the currency, exact; `return`, `max_drawdown`,
// `win_share`, `exposure`, `mae` and `mfe` are fractions, not per cent; what is not known is null.
extension ResultPrinter {
  /// The JSON object on one line.
  package var jsonText: String { json.text }

  /// The JSON object.
  var json: JSONText {
    let plan = results.plan
    let counts = results.counts
    var members: [(String, JSONText)] = [
      ("currency", .text(plan.currency.code)), ("fill_policy", .text(plan.policy.name)),
      ("from", Self.instant(results.from)), ("to", Self.instant(results.to)),
      ("bars", .count(counts.bars)), ("events", .count(outcome.eventCount)),
      ("digest", .text(outcome.digest.description)), ("ledger", .text(ledger)),
      ("orders", .count(counts.orders)), ("fills", .count(counts.fills)),
      ("denied", .count(counts.denials)),
    ]
    if let postings { members.append(("postings", postings.json)) }
    members += money(results.total) + Self.figures(results.total)
    members.append(("monthly", Self.monthly(results.total)))
    members.append(("denials", denials))
    members.append(("per_strategy", .list(strategies)))
    return .object(members)
  }

  private func money(_ part: RunResults.Part) -> [(String, JSONText)] {
    [
      ("equity_start", .text(figures.exact(part.sum.capital))),
      ("equity_end", .text(figures.exact(part.sum.equity))),
      ("realised", .text(figures.exact(part.sum.realised))),
      ("unrealised", .text(figures.exact(part.sum.unrealised))),
      ("fees", .text(figures.exact(part.sum.fees))),
    ]
  }

  private static func figures(_ part: RunResults.Part) -> [(String, JSONText)] {
    let statistics = part.statistics
    return [
      ("return", .statistic(statistics.totalReturn)),
      ("annual_return", .statistic(statistics.annualReturn)),
      ("volatility", .statistic(statistics.volatility)),
      ("max_drawdown", .statistic(statistics.maximumDrawdown)),
      ("sharpe", .statistic(statistics.sharpe)), ("sortino", .statistic(statistics.sortino)),
      ("calmar", .statistic(statistics.calmar)), ("trades", .count(statistics.tradeCount)),
      ("win_share", .statistic(statistics.winShare)),
      ("profit_factor", .statistic(statistics.profitFactor)),
      ("mae", .statistic(statistics.adverseExcursion)),
      ("mfe", .statistic(statistics.favourableExcursion)),
      ("turnover", .statistic(statistics.turnover)),
      ("exposure", .statistic(statistics.exposure)),
    ]
  }

  private var strategies: [JSONText] {
    let count = results.plan.strategies.count
    let denied = deniedByStrategy
    var orders = [Int](repeating: 0, count: count)
    var fills = orders
    for row in results.orders { orders[Int(row.order.strategy.index)] += 1 }
    for row in results.fills { fills[Int(row.order.strategy.index)] += 1 }
    return results.parts.enumerated().map { index, part in
      let strategy = results.plan.strategies[index]
      let symbols = strategy.instruments.map { results.plan.instruments[Int($0.index)].symbol }
      var members: [(String, JSONText)] = [
        ("label", .text(part.name)), ("strategy", .text(strategy.strategy)),
        ("instruments", .list(symbols.map { .text($0) })), ("orders", .count(orders[index])),
        ("fills", .count(fills[index])), ("denied", .count(denied[index])),
      ]
      members += money(part) + Self.figures(part)
      members.append(("monthly", Self.monthly(part)))
      return .object(members)
    }
  }

  private static func monthly(_ part: RunResults.Part) -> JSONText {
    .list(
      part.months.map { month in
        .object([
          ("year", .count(month.year)), ("month", .count(month.month)),
          ("return", .statistic(month.gainShare)),
        ])
      })
  }

  private var denials: JSONText {
    var counts: [RiskRule: Int] = [:]
    for row in results.denials { counts[row.denial.rule, default: 0] += 1 }
    return .list(
      RiskRule.allCases.compactMap { rule in
        counts[rule].map { count in
          .object([
            ("rule", .text(RuleWords(rule).code)), ("name", .text(RuleWords(rule).name)),
            ("count", .count(count)),
          ])
        }
      })
  }

  private static func instant(_ time: Timestamp?) -> JSONText {
    time.map { .text($0.description) } ?? .null
  }
}
