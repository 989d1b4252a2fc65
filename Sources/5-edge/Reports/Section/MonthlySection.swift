/// Returns by month and year, tinted by size; the sign is always written.
enum MonthlySection {
  static func write(_ report: RunReport, into page: inout HTMLWriter) {
    page.card("Monthly returns", id: "months", note: "%") { page in
      let tables = report.monthly.filter { !$0.years.isEmpty }
      if tables.isEmpty {
        page.empty("No monthly returns were handed to this report.")
        return
      }
      let values = tables.lazy.flatMap(\.years).flatMap(\.months).compactMap { $0?.magnitude }
      let largest = values.filter(\.isFinite).max() ?? 0
      page.element("div", ["class": "choice", "data-choice": "Returns of"]) { page in
        for table in tables { write(table, largest: largest, into: &page) }
      }
    }
  }

  private static func write(
    _ table: RunReport.MonthlyReturns, largest: Double, into page: inout HTMLWriter
  ) {
    page.element("div", ["data-name": table.name]) { page in
      page.element("h3", text: table.name)
      page.table("Monthly returns of \(table.name), per cent") { page in
        page.head(
          [("<Year", "")] + CivilTime.monthNames.map { ($0, "") } + [("Year", "")])
        page.element("tbody") { page in
          for year in table.years {
            page.element("tr", ["class": "heat"]) { page in
              page.rowHead(String(year.year))
              for month in 0..<12 {
                let value = month < year.months.count ? year.months[month] : nil
                cell(value, style: shade(value, largest: largest), into: &page)
              }
              cell(year.total, style: "total", into: &page)
            }
          }
        }
      }
    }
  }

  private static func cell(_ value: Double?, style: String?, into page: inout HTMLWriter) {
    guard let value, value.isFinite else {
      page.element("td", ["class": "none"], text: NumberFormat.unknown)
      return
    }
    let text = NumberFormat.decimal(value, decimals: 2, signed: true)
    page.element("td", ["class": style], text: text)
  }

  /// One of five shades either way, by size relative to the largest month.
  private static func shade(_ value: Double?, largest: Double) -> String? {
    guard let value, value.isFinite, largest > 0, value != 0 else { return nil }
    let level = min((value.magnitude / largest * 5).ceiling, 5)
    return value > 0 ? "gain\(level)" : "loss\(level)"
  }
}
