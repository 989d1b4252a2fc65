/// The prices of each instrument with the fills on them.
enum PriceSection {
  /// How many of the last fills are drawn closely.
  static let closeMax = 40

  static func write(_ report: RunReport, candlesMax: Int, into page: inout HTMLWriter) {
    page.card(
      "Prices and fills", id: "prices", note: report.instruments.isEmpty ? "" : "▲ buy   ▼ sell"
    ) { page in
      if report.instruments.isEmpty { page.empty("No price charts were handed to this report.") }
      for (index, chart) in report.instruments.enumerated() {
        let fills = report.fills.filter { $0.instrument == chart.instrument }
        let overview = PriceChart(
          id: "price-\(index)", title: "\(chart.instrument), price and fills", chart: chart,
          fills: fills, candlesMax: candlesMax)
        overview.write(into: &page)
        if fills.count > overview.singleMax {
          writeClose(chart, fills, id: "close-\(index)", into: &page)
        }
      }
    }
  }

  /// The last fills closely, each at its own price.
  private static func writeClose(
    _ chart: RunReport.InstrumentChart, _ fills: [RunReport.Fill], id: String,
    into page: inout HTMLWriter
  ) {
    let last = Array(fills.suffix(closeMax))
    guard let axis = TimeAxis(last.lazy.map(\.at)) else { return }
    let (from, to) = (Double(axis.from), Double(axis.to))
    let margin = max((to - from) / 20, Double(chart.barLength))
    var part = chart
    part.bars = chart.bars.filter { bar in
      bar.isDrawable && Double(bar.at) >= from - margin && Double(bar.at) <= to + margin
    }
    guard !part.bars.isEmpty else { return }
    var closely = PriceChart(
      id: id, title: "\(chart.instrument), the last \(last.count) fills closely", chart: part,
      fills: last, height: 220)
    closely.preface =
      "Showing the last \(last.count) of \(NumberFormat.count(fills.count)) fills."
    closely.write(into: &page)
  }
}
