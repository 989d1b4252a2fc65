/// The ledger's trial balance.
enum LedgerSection {
  static func write(_ report: RunReport, into page: inout HTMLWriter) {
    page.card("Trial balance", id: "ledger", note: note(report.facts.ledger)) { page in
      let balance = report.trialBalance
      if balance.rows.isEmpty {
        page.empty("No trial balance was handed to this report.")
        return
      }
      page.table("Trial balance of the ledger", isSortable: true) { page in
        page.head([
          ("<Account", ""), ("Debit", ""), ("Credit", ""), ("Balance", ""), ("<Currency", ""),
        ])
        page.element("tbody") { page in
          for row in balance.rows { write(row, into: &page) }
        }
        if !balance.totals.isEmpty {
          page.element("tfoot") { page in
            for row in balance.totals { write(row, into: &page) }
          }
        }
      }
    }
  }

  private static func note(_ check: RunReport.Check) -> String {
    switch check {
    case .holds: "✓ debits and credits agree"
    case .fails(let found): "✗ does not balance: \(found)"
    case .notChecked: "balance not checked"
    }
  }

  private static func write(
    _ row: RunReport.TrialBalance.Row, into page: inout HTMLWriter
  ) {
    page.element("tr") { page in
      page.rowHead(row.account)
      for text in [row.debit, row.credit, row.balance] {
        page.element("td", text: text ?? NumberFormat.unknown)
      }
      page.element("td", ["class": "text"], text: row.currency)
    }
  }
}
