/// One or several values over time.
struct LineChart {
  /// A line.
  struct Series {
    let name: String
    let points: [RunReport.Point]
    /// The class that gives it colour and dashes.
    let style: String
  }

  let id: String
  let title: String
  let unit: String
  let decimals: Int
  let series: [Series]
  var height = 200.0
  /// Whether the space between the line and zero (or the lowest value) is tinted.
  var isFilled = false
  var limit = 1_000

  /// Writes the chart, or a sentence when there is nothing to draw.
  func write(into page: inout HTMLWriter, axis: TimeAxis, empty: String) {
    let values = series.lazy.flatMap(\.points).map(\.value).filter(\.isFinite)
    let low = values.min() ?? .nan
    let high = values.max() ?? .nan
    guard let scale = ValueScale(from: low, to: high, count: Int(height / 34)) else {
      page.element("figure", ["class": "chart"]) { page in
        page.element("figcaption") { $0.element("h3", text: title) }
        page.element("p", ["class": "empty"], text: empty)
      }
      return
    }
    let short = series.map { line in
      Series(
        name: line.name, points: Downsample.extremes(line.points, limit: limit), style: line.style)
    }
    var frame = ChartFrame(
      id: id, title: title, unit: unit, axis: axis, scale: scale, height: height)
    frame.summary = summary(drawn: short)
    frame.labels = series.compactMap { line in
      guard let last = line.points.last(where: { $0.value.isFinite }) else { return nil }
      return .init(
        value: last.value, text: NumberFormat.short(last.value, decimals: decimals),
        style: line.style)
    }
    frame.data = data(short, axis: axis)
    frame.write(
      into: &page, lines: { draw(short, in: frame, into: &$0) },
      twin: { writeTwin(axis: axis, into: &$0) })
    if series.count > 1 { writeLegend(into: &page) }
  }

  private func format(_ value: Double) -> String {
    NumberFormat.decimal(value, decimals: decimals)
  }

  private func draw(_ lines: [Series], in frame: ChartFrame, into page: inout HTMLWriter) {
    for line in lines {
      for run in line.points.split(whereSeparator: { !$0.value.isFinite }) {
        guard let first = run.first, let last = run.last else { continue }
        var path = ""
        for point in run {
          path += path.isEmpty ? "M" : "L"
          path += NumberFormat.plain(frame.x(point.at), decimals: 0) + " "
          path += NumberFormat.plain(frame.y(point.value), decimals: 1)
        }
        if isFilled {
          let base = frame.scale.high <= 0 ? 0.0 : frame.height
          let bottom = NumberFormat.plain(base, decimals: 0)
          let end = NumberFormat.plain(frame.x(last.at), decimals: 0)
          let start = NumberFormat.plain(frame.x(first.at), decimals: 0)
          page.void(
            "path",
            ["class": "fill \(line.style)", "d": "\(path)L\(end) \(bottom)L\(start) \(bottom)Z"])
        }
        page.void("path", ["class": "line \(line.style)", "d": path])
      }
    }
  }

  /// What a reader would say who sees the chart.
  private func summary(drawn: [Series]) -> String {
    var text = ""
    if series.count == 1, let line = series.first {
      let finite = line.points.filter { $0.value.isFinite }
      guard let first = finite.first, let last = finite.last,
        let low = finite.min(by: { $0.value < $1.value }),
        let high = finite.max(by: { $0.value < $1.value })
      else { return "" }
      text = "From \(format(first.value)) to \(format(last.value)) \(unit); highest "
      text += "\(format(high.value)) on \(CivilTime(high.at).date), lowest "
      text += "\(format(low.value)) on \(CivilTime(low.at).date)."
    }
    let all = series.reduce(0) { $0 + $1.points.count }
    let kept = drawn.reduce(0) { $0 + $1.points.count }
    if kept < all {
      text += text.isEmpty ? "" : " "
      text += "\(NumberFormat.count(all)) points, \(NumberFormat.count(kept)) drawn:"
      text += " the lowest and the highest of each span, so no extreme of them is lost."
    }
    return text
  }

  private func data(_ lines: [Series], axis: TimeAxis) -> JSONText {
    JSONText([
      "from": JSONText(axis.from / 1_000_000), "to": JSONText(axis.to / 1_000_000),
      "places": JSONText(Int64(decimals)),
      "series": JSONText(
        lines.map { line in
          var before = axis.from / 1_000_000
          let steps = line.points.map { point in
            let at = point.at / 1_000_000
            defer { before = at }
            return JSONText(at &- before)
          }
          return JSONText([
            "name": JSONText(line.name), "steps": JSONText(steps),
            "values": JSONText(line.points.map { JSONText($0.value, decimals: decimals) }),
          ])
        }),
    ])
  }

  private func writeLegend(into page: inout HTMLWriter) {
    page.element("ul", ["class": "legend"]) { page in
      for line in series {
        page.element("li") { page in
          page.element("svg", ["width": "26", "height": "10", "aria-hidden": "true"]) { page in
            page.void("path", ["class": "line \(line.style)", "d": "M1 5H25"])
          }
          page.element("span", text: line.name)
          let last = line.points.last { $0.value.isFinite }
          page.element("b", text: last.map { format($0.value) } ?? NumberFormat.unknown)
        }
      }
    }
  }

  /// The values at round times: at each the last value that was known by then.
  private func writeTwin(axis: TimeAxis, into page: inout HTMLWriter) {
    let times = [axis.from] + axis.ticks(count: 36).map(\.at) + [axis.to]
    page.element("table") { page in
      page.element("thead") { page in
        page.element("tr") { page in
          page.element("th", ["scope": "col", "class": "left"], text: "Time (UTC)")
          for line in series {
            page.element("th", ["scope": "col"]) { page in
              page.text(line.name)
              page.element("span", ["class": "unit"], text: " \(unit)")
            }
          }
        }
      }
      page.element("tbody") { page in
        var previous: Int64?
        for time in times where time != previous {
          previous = time
          page.element("tr") { page in
            page.element("th", ["scope": "row"], text: CivilTime(time).text)
            for line in series {
              page.element("td", text: value(of: line, at: time))
            }
          }
        }
      }
    }
  }

  private func value(of line: Series, at time: Int64) -> String {
    var low = 0
    var high = line.points.count
    while low < high {
      let middle = (low + high) / 2
      if line.points[middle].at <= time { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? NumberFormat.unknown : format(line.points[low - 1].value)
  }
}
