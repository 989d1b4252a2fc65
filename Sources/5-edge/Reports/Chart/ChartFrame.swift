/// What every chart has: caption, horizontals, time axis, labels at the right, data and twin.
///
/// The plot is fluid: its inner drawing is stretched to the width that there is, while texts and
/// marks keep their size because only their positions are given as a share of the width.
struct ChartFrame {
  /// A value that is named at the axis.
  struct Label {
    let value: Double
    let text: String
    let style: String
  }

  /// The width of the inner drawing, in its own units.
  static let width = 10_000.0

  let id: String
  let title: String
  let unit: String
  let axis: TimeAxis
  let scale: ValueScale
  let height: Double
  /// A sentence for those who cannot see the drawing; shown to all as a note.
  var summary = ""
  var labels: [Label] = []
  var data = JSONText([:])

  /// Writes the chart; `lines` is stretched with the width, `marks` and `twin` are not.
  func write(
    into page: inout HTMLWriter, lines: (inout HTMLWriter) -> Void,
    marks: (inout HTMLWriter) -> Void = { _ in }, twin: (inout HTMLWriter) -> Void
  ) {
    page.element("figure", ["class": "chart", "data-chart": id]) { page in
      page.element("figcaption") { page in
        page.element("h3", text: title)
        page.element("span", ["class": "unit"], text: unit)
        page.element("span", ["class": "readout", "aria-hidden": "true"], text: "")
      }
      page.element("div", ["class": "plot"]) { page in
        writePlot(into: &page, lines: lines, marks: marks)
        writeAxis(into: &page)
      }
      if !summary.isEmpty { page.element("p", ["class": "note"], text: summary) }
      page.data(id: "data-\(id)", data)
      page.element("details", ["class": "twin"]) { page in
        page.element("summary", text: "Table: \(title)")
        page.element(
          "div",
          [
            "class": "scroll", "tabindex": "0", "role": "region",
            "aria-label": "Table: \(title)",
          ]
        ) { twin(&$0) }
      }
    }
    page.line()
  }

  /// Where `at` lies in the inner drawing.
  func x(_ at: Int64) -> Double { axis.fraction(at) * Self.width }

  /// How far down `value` lies.
  func y(_ value: Double) -> Double { scale.y(value, height: height) }

  /// Where `at` lies, as a share of the width.
  func percent(_ at: Int64) -> String {
    NumberFormat.plain(axis.fraction(at) * 100, decimals: 2) + "%"
  }

  private func writePlot(
    into page: inout HTMLWriter, lines: (inout HTMLWriter) -> Void,
    marks: (inout HTMLWriter) -> Void
  ) {
    let tall = NumberFormat.plain(height, decimals: 0)
    page.element(
      "svg",
      [
        "class": "area", "height": NumberFormat.plain(height + 22, decimals: 0), "width": "100%",
        "role": "img", "aria-label": "\(title), \(unit). \(summary)",
      ]
    ) { page in
      for tick in scale.ticks {
        let y = NumberFormat.plain(self.y(tick), decimals: 1)
        page.void(
          "line",
          [
            "class": tick == 0 ? "zero" : "grid", "x1": "0", "x2": "100%",
            "y1": y, "y2": y,
          ])
      }
      page.element(
        "svg",
        [
          "viewBox": "0 0 10000 \(tall)", "width": "100%", "height": tall,
          "preserveAspectRatio": "none",
        ], lines)
      marks(&page)
      writeTimes(into: &page)
      page.void("line", ["class": "cross", "x1": "0", "x2": "0", "y1": "0", "y2": tall])
    }
  }

  private func writeTimes(into page: inout HTMLWriter) {
    for (index, tick) in axis.ticks(count: 9).enumerated() {
      let share = axis.fraction(tick.at)
      let anchor = share < 0.03 ? "start" : share > 0.97 ? "end" : "middle"
      page.element(
        "text",
        [
          "class": index.isMultiple(of: 2) ? "tick" : "tick odd", "x": percent(tick.at),
          "y": NumberFormat.plain(height + 16, decimals: 0), "text-anchor": anchor,
        ], text: tick.label)
    }
  }

  private func writeAxis(into page: inout HTMLWriter) {
    let placed = place(labels)
    page.element(
      "svg",
      [
        "class": "axis", "height": NumberFormat.plain(height + 22, decimals: 0), "width": "98",
        "aria-hidden": "true",
      ]
    ) { page in
      for tick in scale.ticks {
        let y = self.y(tick)
        guard !placed.contains(where: { abs($0.y - y) < 14 }) else { continue }
        page.element(
          "text", ["x": "8", "y": NumberFormat.plain(min(max(y, 6), height) + 4, decimals: 1)],
          text: NumberFormat.short(tick, decimals: scale.decimals))
      }
      for (label, y) in placed {
        page.void(
          "rect",
          [
            "class": "tag \(label.style)", "x": "2", "width": "96", "height": "16", "rx": "2",
            "y": NumberFormat.plain(y - 8, decimals: 1),
          ])
        page.element(
          "text", ["class": "tagged", "x": "8", "y": NumberFormat.plain(y + 4, decimals: 1)],
          text: label.text)
      }
    }
  }

  /// The labels with heights that do not overlap, as near to their values as there is room.
  private func place(_ labels: [Label]) -> [(label: Label, y: Double)] {
    let room = 17.0
    var placed = labels.filter { $0.value.isFinite }.map { (label: $0, y: y($0.value)) }
    placed.sort { $0.y < $1.y }
    for index in placed.indices {
      let least = index == 0 ? 8 : placed[index - 1].y + room
      placed[index].y = max(placed[index].y, least)
    }
    for index in placed.indices.reversed() {
      let most = index == placed.count - 1 ? height + 12 : placed[index + 1].y - room
      placed[index].y = min(placed[index].y, most)
    }
    return placed
  }
}
