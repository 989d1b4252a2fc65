import OmniBacktest
import OmniKernel
import OmniLedger
import OmniModel
import OmniMoney
import OmniReports
import OmniRisk
import OmniTime

// The long tables: fills, orders, denials, accounts.
extension ReportBuilder {
  var fills: [RunReport.Fill] {
    var traded: [OrderID: Int64] = [:]
    var rows: [RunReport.Fill] = []
    let first = max(0, results.fills.count - Self.rowsMax)
    for (index, row) in results.fills.enumerated() {
      let lots = traded[row.order.id, default: 0] + row.fill.quantity.lots
      traded[row.order.id] = lots
      guard index >= first else { continue }
      let instrument = plan.instruments[Int(row.order.instrument.index)]
      var fill = RunReport.Fill(
        at: row.at.nanoseconds, instrument: instrument.symbol, side: Self.side(row.order),
        quantity: instrument.terms.text(row.fill.quantity),
        price: instrument.terms.text(row.fill.price))
      fill.strategy = label(row.order)
      fill.type = Self.type(row.order)
      fill.liquidity = row.fill.liquidity == .maker ? "maker" : "taker"
      fill.fee = figures.exact(row.fill.fee)
      fill.status = lots >= row.order.quantity.lots ? "filled" : "partly filled"
      fill.order = "\(row.order.id.value)"
      rows.append(fill)
    }
    return rows
  }

  var orders: [RunReport.Order] {
    var traded: [OrderID: Int64] = [:]
    for row in results.fills { traded[row.order.id, default: 0] += row.fill.quantity.lots }
    return results.orders.suffix(Self.rowsMax).map { row in
      let instrument = plan.instruments[Int(row.order.instrument.index)]
      let terms = instrument.terms
      var order = RunReport.Order(
        at: row.at.nanoseconds, id: "\(row.order.id.value)", instrument: instrument.symbol,
        side: Self.side(row.order), quantity: terms.text(row.order.quantity))
      order.strategy = label(row.order)
      order.type = Self.type(row.order)
      order.price = row.order.type == .market ? nil : terms.text(row.order.price)
      order.filled = terms.text(NetQuantity(lots: traded[row.order.id] ?? 0))
      order.status = row.status.rawValue
      return order
    }
  }

  var denials: [RunReport.Denial] {
    results.denials.suffix(Self.rowsMax).map { row in
      let words = RuleWords(row.denial.rule)
      let instrument = plan.instruments[Int(row.order.instrument.index)]
      var denial = RunReport.Denial(
        at: row.at.nanoseconds, rule: words.title, reason: words.sentence,
        limit: words.text(row.denial.limit, instrument.terms, figures),
        value: words.text(row.denial.value, instrument.terms, figures))
      denial.strategy = label(row.order)
      denial.instrument = instrument.symbol
      return denial
    }
  }

  private func label(_ order: OrderIntent) -> String {
    plan.strategies[Int(order.strategy.index)].label
  }

  private static func side(_ order: OrderIntent) -> RunReport.Side {
    order.side == .buy ? .buy : .sell
  }

  private static func type(_ order: OrderIntent) -> String {
    switch order.type {
    case .market: "market"
    case .limit: "limit"
    case .stop: "stop"
    }
  }

  /// Accounts of money by kind, then those that count lots; below them the sum of each unit.
  var trialBalance: RunReport.TrialBalance {
    let rows = results.trialBalance.enumerated().sorted { lhs, rhs in
      (order(lhs.element), lhs.offset) < (order(rhs.element), rhs.offset)
    }.map(\.element)
    var units: [Currency] = []
    var debits: [Currency: Int128] = [:]
    var credits: [Currency: Int128] = [:]
    for row in rows {
      let unit = row.account.currency
      if debits[unit] == nil { units.append(unit) }
      debits[unit, default: 0] += row.balance.debits
      credits[unit, default: 0] += row.balance.credits
    }
    return .init(
      rows: rows.map { row in
        line(
          row.account.name, row.account.currency, debits: row.balance.debits,
          credits: row.balance.credits)
      },
      totals: units.map { unit in
        line(
          lotsOf(unit).map { "Lots of \($0)" } ?? "Money", unit, debits: debits[unit] ?? 0,
          credits: credits[unit] ?? 0)
      })
  }

  private func order(_ row: RunResults.BalanceRow) -> Int {
    guard row.account.currency == plan.currency else { return AccountKind.allCases.count }
    return AccountKind.allCases.firstIndex(of: row.account.kind) ?? 0
  }

  private func line(
    _ name: String, _ unit: Currency, debits: Int128, credits: Int128
  ) -> RunReport.TrialBalance.Row {
    func text(_ units: Int128) -> String {
      Figures.grouped(Amount(minorUnits: units, currency: unit).decimalText)
    }
    return .init(
      name, debit: text(debits), credit: text(credits), balance: text(debits - credits),
      currency: lotsOf(unit) == nil ? unit.code : "lots")
  }

  /// The instrument whose lots are counted in `unit`, or nil when it is money.
  private func lotsOf(_ unit: Currency) -> String? {
    guard unit != plan.currency, unit.code.hasPrefix("L"),
      let index = Int(unit.code.dropFirst()), plan.instruments.indices.contains(index)
    else { return nil }
    return plan.instruments[index].symbol
  }
}
