/// Fills, orders, and the orders that were denied.
enum TradesSection {
  static func writeFills(_ report: RunReport, rows: Int, into page: inout HTMLWriter) {
    page.card("Fills", id: "fills", note: NumberFormat.count(report.fills.count)) { page in
      let fills = report.fills
      if fills.isEmpty {
        page.empty("Nothing was filled in this run.")
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
    page.card("Orders", id: "orders", note: NumberFormat.count(report.orders.count)) { page in
      let orders = report.orders
      if orders.isEmpty {
        page.empty("No orders were handed to this report.")
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
    let note = NumberFormat.count(report.denials?.count)
    page.card("Denied orders", id: "denied", note: note) { page in
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

  private static func text(_ side: RunReport.Side) -> String {
    side == .buy ? "▲ buy" : "▼ sell"
  }
}
