/// The spans in which an instrument has no bars.
struct PriceGaps {
  /// The spans, from the end of one bar to the beginning of the next.
  let spans: [(from: Int64, to: Int64)]
  /// Whether it can be known at all.
  let isKnown: Bool

  init(_ chart: RunReport.InstrumentChart) {
    let length = chart.barLength
    isKnown = length > 0
    var spans: [(from: Int64, to: Int64)] = []
    var before: Int64?
    for bar in chart.bars where isKnown && bar.isDrawable {
      if let before, bar.at - length > before { spans.append((before, bar.at - length)) }
      before = bar.at
    }
    self.spans = spans
  }

  var note: String {
    guard isKnown else { return "" }
    guard let longest = spans.map({ $0.to - $0.from }).max() else { return "No gaps." }
    let count = spans.count == 1 ? "1 gap" : "\(NumberFormat.count(spans.count)) gaps"
    return
      "\(count) without bars, the longest \(CivilTime.span(longest)), shaded where wide enough."
  }

  /// Draws what is wide enough to be seen: a thousandth of the width.
  func draw(in frame: ChartFrame, into page: inout HTMLWriter) {
    for span in spans {
      let (start, end) = (frame.x(span.from), frame.x(span.to))
      guard end - start >= ChartFrame.width / 1_000 else { continue }
      page.void(
        "rect",
        [
          "class": "gap", "y": "0", "height": NumberFormat.plain(frame.height, decimals: 0),
          "x": NumberFormat.plain(start, decimals: 0),
          "width": NumberFormat.plain(end - start, decimals: 0),
        ])
    }
  }
}
