/// The table twin of a price chart.
struct CandleTable {
  let chart: RunReport.InstrumentChart
  let candles: [RunReport.Bar]
  let fills: [RunReport.Fill]

  /// Writes a row for each candle: its prices, and how many fills it holds.
  func write(into page: inout HTMLWriter) {
    let ordered = fills.sorted { $0.at < $1.at }
    page.element("table") { page in
      page.element("thead") { page in
        page.element("tr") { page in
          page.element("th", ["scope": "col", "class": "left"], text: "Ends (UTC)")
          for name in ["Open", "High", "Low", "Close"] {
            page.element("th", ["scope": "col"]) { page in
              page.text(name)
              page.element("span", ["class": "unit"], text: " \(chart.unit)")
            }
          }
          page.element("th", ["scope": "col"], text: "Buys")
          page.element("th", ["scope": "col"], text: "Sells")
        }
      }
      page.element("tbody") { page in
        var next = 0
        for candle in candles {
          var (buys, sells) = (0, 0)
          while next < ordered.count, ordered[next].at <= candle.at {
            if ordered[next].side == .buy { buys += 1 } else { sells += 1 }
            next += 1
          }
          row(candle, buys: buys, sells: sells, into: &page)
        }
      }
    }
  }

  private func row(
    _ candle: RunReport.Bar, buys: Int, sells: Int, into page: inout HTMLWriter
  ) {
    page.element("tr") { page in
      page.element("th", ["scope": "row"], text: CivilTime(candle.at).text)
      for value in [candle.open, candle.high, candle.low, candle.close] {
        page.element("td", text: NumberFormat.decimal(value, decimals: chart.decimals))
      }
      page.element("td", text: NumberFormat.count(buys))
      page.element("td", text: NumberFormat.count(sells))
    }
  }
}
