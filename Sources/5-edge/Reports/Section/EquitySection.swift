/// Equity, drawdown, and the same of each strategy, over one span of time.
enum EquitySection {
  static func write(_ report: RunReport, limit: Int, into page: inout HTMLWriter) {
    page.card("Equity and drawdown", id: "equity") { page in
      let curves = (report.whole.map { [$0] } ?? []) + report.strategyCurves
      let instants = curves.lazy.flatMap { $0.equity + $0.drawdown }.map(\.at)
      guard let axis = TimeAxis(instants) else {
        page.empty("No equity curve was recorded.")
        return
      }
      let unit = report.currency.isEmpty ? "currency unknown" : report.currency
      if let whole = report.whole {
        write(whole, unit: unit, axis: axis, limit: limit, into: &page)
      }
      let names = report.strategyCurves
      guard !names.isEmpty else { return }
      let profit = LineChart(
        id: "profit", title: "Profit by strategy", unit: unit, decimals: 2,
        series: lines(names, \.equity), height: 200, limit: limit / 2)
      profit.write(into: &page, axis: axis, empty: "No profit by strategy was recorded.")
      guard names.contains(where: { !$0.drawdown.isEmpty }) else { return }
      let depth = LineChart(
        id: "depths", title: "Drawdown by strategy", unit: "%", decimals: 2,
        series: lines(names, \.drawdown), height: 140, limit: limit / 2)
      depth.write(into: &page, axis: axis, empty: "No drawdown by strategy was recorded.")
    }
  }

  private static func write(
    _ whole: RunReport.Curve, unit: String, axis: TimeAxis, limit: Int,
    into page: inout HTMLWriter
  ) {
    var equity = LineChart(
      id: "equity", title: "Equity", unit: unit, decimals: 2,
      series: [.init(name: whole.name, points: whole.equity, style: "whole")], height: 220)
    equity.isFilled = true
    equity.limit = limit
    equity.write(into: &page, axis: axis, empty: "No equity was recorded.")
    var drawdown = LineChart(
      id: "drawdown", title: "Drawdown from the highest equity so far", unit: "%", decimals: 2,
      series: [.init(name: whole.name, points: whole.drawdown, style: "loss")], height: 120)
    drawdown.isFilled = true
    drawdown.limit = limit
    drawdown.write(into: &page, axis: axis, empty: "No drawdown was recorded.")
  }

  private static func lines(
    _ curves: [RunReport.Curve], _ path: KeyPath<RunReport.Curve, [RunReport.Point]>
  ) -> [LineChart.Series] {
    curves.enumerated().map { index, curve in
      .init(name: curve.name, points: curve[keyPath: path], style: "s\(index % 8)")
    }
  }
}
