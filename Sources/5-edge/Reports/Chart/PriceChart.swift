/// Candles of an instrument with fills as triangles.
struct PriceChart {
  /// One triangle: a fill, or all fills of one side within a candle.
  struct Mark {
    let at: Int64
    let y: Double
    let side: RunReport.Side
    let size: Int
    let text: String
  }

  let id: String
  let title: String
  let chart: RunReport.InstrumentChart
  let fills: [RunReport.Fill]
  var height = 300.0
  var candlesMax = 220
  /// Up to this many fills each has a triangle of its own.
  var singleMax = 160
  /// What is said in front of the summary.
  var preface = ""

  /// Writes the chart, or a sentence when there are no prices.
  func write(into page: inout HTMLWriter) {
    let (candles, length) = Downsample.candles(chart, limit: candlesMax)
    let low = candles.map(\.low).min() ?? .nan
    let high = candles.map(\.high).max() ?? .nan
    guard let axis = axis(candles, length: length),
      let scale = ValueScale(from: low, to: high, count: Int(height / 34))
    else {
      page.element("figure", ["class": "chart"]) { page in
        page.element("figcaption") { $0.element("h3", text: title) }
        page.element("p", ["class": "empty"], text: "No prices were recorded, so none are drawn.")
      }
      return
    }
    var frame = ChartFrame(
      id: id, title: title, unit: chart.unit, axis: axis, scale: scale, height: height)
    let gaps = PriceGaps(chart)
    let marks = PriceMarks(fills: fills, candles: candles, length: length, frame: frame)
    let drawn = fills.count <= singleMax ? marks.single() : marks.grouped()
    frame.summary = [preface, candleNote(candles.count, length), gaps.note, drawn.note]
      .filter { !$0.isEmpty }.joined(separator: " ")
    if let last = candles.last {
      frame.labels = [.init(value: last.close, text: price(last.close), style: "whole")]
    }
    frame.data = data(candles, axis: axis)
    frame.write(
      into: &page,
      lines: { page in
        gaps.draw(in: frame, into: &page)
        draw(candles, length: length, in: frame, into: &page)
      },
      marks: { page in for mark in drawn.marks { write(mark, in: frame, into: &page) } },
      twin: { CandleTable(chart: chart, candles: candles, fills: fills).write(into: &$0) })
  }

  private func axis(_ candles: [RunReport.Bar], length: Int64) -> TimeAxis? {
    guard let first = candles.first, let last = candles.last else { return nil }
    return TimeAxis(from: first.at - length, to: last.at)
  }

  private func price(_ value: Double) -> String {
    NumberFormat.short(value, decimals: chart.decimals)
  }

  private func candleNote(_ count: Int, _ length: Int64) -> String {
    let size = length > 0 ? " of \(CivilTime.span(length))" : ""
    var text = "\(NumberFormat.count(count)) candles\(size)"
    if count < chart.bars.count {
      text += " from \(NumberFormat.count(chart.bars.count)) bars"
      if chart.barLength > 0 { text += " of \(CivilTime.span(chart.barLength))" }
    }
    return text + "; hollow rises, solid falls."
  }

  private func draw(
    _ candles: [RunReport.Bar], length: Int64, in frame: ChartFrame, into page: inout HTMLWriter
  ) {
    let spacing =
      length > 0
      ? Double(length) / max(Double(frame.axis.to) - Double(frame.axis.from), 1) * ChartFrame.width
      : ChartFrame.width / Double(max(candles.count, 1))
    var paths = ["rise": "", "fall": ""]
    var end: Int64?
    for candle in candles {
      // A candle that is not full yet, such as the last one, begins where the one before ended.
      let start = max(candle.at - length, min(end ?? .min, candle.at))
      end = candle.at
      let width = length > 0 ? frame.x(candle.at) - frame.x(start) : spacing
      let half = max(width * 0.34, 2)
      let middle = frame.x(start + (candle.at - start) / 2)
      let isRise = candle.close >= candle.open
      let top = frame.y(max(candle.open, candle.close))
      let bottom = max(frame.y(min(candle.open, candle.close)), top + 0.8)
      let path = Self.path(
        middle: middle, half: half,
        heights: (frame.y(candle.high), top, bottom, frame.y(candle.low)))
      paths[isRise ? "rise" : "fall", default: ""] += path
    }
    page.void("path", ["class": "candle rise", "d": paths["rise"] ?? ""])
    page.void("path", ["class": "candle fall", "d": paths["fall"] ?? ""])
  }

  private static func path(
    middle: Double, half: Double, heights: (high: Double, top: Double, bottom: Double, low: Double)
  ) -> String {
    func number(_ value: Double, _ decimals: Int = 1) -> String {
      NumberFormat.plain(value, decimals: decimals)
    }
    let x = number(middle, 0)
    let body = "M\(number(middle - half, 0)) \(number(heights.top))H\(number(middle + half, 0))"
    let sides = "V\(number(heights.bottom))H\(number(middle - half, 0))Z"
    return "M\(x) \(number(heights.high))V\(number(heights.top))" + body + sides
      + "M\(x) \(number(heights.bottom))V\(number(heights.low))"
  }

  private func write(_ mark: Mark, in frame: ChartFrame, into page: inout HTMLWriter) {
    let kind = mark.side == .buy ? "buy" : "sell"
    page.element(
      "use",
      [
        "href": "#\(kind)\(mark.size)", "class": kind, "x": frame.percent(mark.at),
        "y": NumberFormat.plain(mark.y, decimals: 1),
      ]
    ) { $0.element("title", text: mark.text) }
  }

  private func data(_ candles: [RunReport.Bar], axis: TimeAxis) -> JSONText {
    var before = axis.from / 1_000_000
    let steps = candles.map { candle in
      let at = candle.at / 1_000_000
      defer { before = at }
      return JSONText(at - before)
    }
    func series(_ name: String, _ value: (RunReport.Bar) -> Double) -> JSONText {
      JSONText([
        "name": JSONText(name), "steps": JSONText(steps),
        "values": JSONText(candles.map { JSONText(value($0), decimals: chart.decimals) }),
      ])
    }
    return JSONText([
      "from": JSONText(axis.from / 1_000_000), "to": JSONText(axis.to / 1_000_000),
      "places": JSONText(Int64(chart.decimals)),
      "series": JSONText([
        series("O", \.open), series("H", \.high), series("L", \.low), series("C", \.close),
      ]),
    ])
  }
}
