/// Fills, orders, and the orders that were denied.
enum TradesSection {
  static func writeFills(_ report: RunReport, rows: Int, into page: inout HTMLWriter) {
    let fills = report.fills
    page.card("Fills", id: "fills", note: note(fills.count)) { page in
      if fills.isEmpty {
        page.empty(
          report.facts.fills == 0
            ? "Nothing was filled in this run." : "No fills were handed to this report.")
        return
      }
      PagedTable(
        id: "fills", caption: "All fills in order of time",
        columns: [
          .init(label: "Time (UTC)", kind: .time, cells: fills.map { String($0.at) }),
          .init(label: "Strategy", kind: .choice, cells: fills.map(\.strategy)),
          .init(label: "Instrument", kind: .choice, cells: fills.map(\.instrument)),
          .init(label: "Side", kind: .choice, cells: fills.map { text($0.side) }),
          .init(label: "Type", kind: .choice, cells: fills.map(\.type)),
          .init(label: "Quantity", kind: .number, cells: fills.map(\.quantity)),
          .init(label: "Price", kind: .number, cells: fills.map(\.price)),
          .init(label: "Liquidity", kind: .choice, cells: fills.map(\.liquidity)),
          .init(label: "Fee", unit: report.currency, kind: .number, cells: fills.map(\.fee)),
          .init(label: "Status", kind: .choice, cells: fills.map(\.status)),
          .init(label: "Order", kind: .text, cells: fills.map(\.order)),
        ], rowsPerPage: rows
      ).write(into: &page)
    }
  }

  static func writeOrders(_ report: RunReport, rows: Int, into page: inout HTMLWriter) {
    let orders = report.orders
    page.card("Orders", id: "orders", note: note(orders.count)) { page in
      if orders.isEmpty {
        page.empty(
          report.facts.orders == 0
            ? "Nothing was ordered in this run." : "No orders were handed to this report.")
        return
      }
      PagedTable(
        id: "orders", caption: "All orders in order of time",
        columns: [
          .init(label: "Submitted (UTC)", kind: .time, cells: orders.map { String($0.at) }),
          .init(label: "Strategy", kind: .choice, cells: orders.map(\.strategy)),
          .init(label: "Instrument", kind: .choice, cells: orders.map(\.instrument)),
          .init(label: "Side", kind: .choice, cells: orders.map { text($0.side) }),
          .init(label: "Type", kind: .choice, cells: orders.map(\.type)),
          .init(label: "Quantity", kind: .number, cells: orders.map(\.quantity)),
          .init(label: "Price", kind: .number, cells: orders.map(\.price)),
          .init(label: "Filled", kind: .number, cells: orders.map(\.filled)),
          .init(label: "Status", kind: .choice, cells: orders.map(\.status)),
          .init(label: "Order", kind: .text, cells: orders.map(\.id)),
        ], rowsPerPage: rows
      ).write(into: &page)
    }
  }

  static func writeDenials(_ report: RunReport, rows: Int, into page: inout HTMLWriter) {
    page.card("Denied orders", id: "denied", note: note(report.denials?.count ?? 0)) { page in
      guard let denials = report.denials else {
        page.empty("Whether orders were denied was not recorded.")
        return
      }
      if denials.isEmpty {
        page.empty("The risk gate denied no order.")
        return
      }
      PagedTable(
        id: "denied", caption: "Orders that the risk gate did not let pass",
        columns: [
          .init(label: "Time (UTC)", kind: .time, cells: denials.map { String($0.at) }),
          .init(label: "Rule", kind: .choice, cells: denials.map(\.rule)),
          .init(label: "Strategy", kind: .choice, cells: denials.map(\.strategy)),
          .init(label: "Instrument", kind: .choice, cells: denials.map(\.instrument)),
          .init(label: "Value", kind: .number, cells: denials.map(\.value)),
          .init(label: "Limit", kind: .number, cells: denials.map(\.limit)),
          .init(label: "Reason", kind: .text, cells: denials.map(\.reason)),
        ], rowsPerPage: rows
      ).write(into: &page)
    }
  }

  private static func note(_ count: Int) -> String {
    count == 0 ? "" : NumberFormat.count(count)
  }

  private static func text(_ side: RunReport.Side) -> String {
    side == .buy ? "▲ buy" : "▼ sell"
  }
}
