/// Where the triangles of a price chart stand and what they say.
struct PriceMarks {
  let fills: [RunReport.Fill]
  let candles: [RunReport.Bar]
  let length: Int64
  let frame: ChartFrame

  /// How many fills a tooltip lists before it only counts.
  static let listedMax = 5

  /// One triangle for each fill, its tip at the price.
  func single() -> (marks: [PriceChart.Mark], note: String) {
    guard !fills.isEmpty else { return ([], "No fills.") }
    let marks = fills.compactMap { fill -> PriceChart.Mark? in
      guard let price = Double(fill.price), price.isFinite,
        fill.at >= frame.axis.from, fill.at <= frame.axis.to
      else { return nil }
      let y = min(max(frame.y(price), 0), frame.height)
      return .init(at: fill.at, y: y, side: fill.side, size: 2, text: Self.describe(fill))
    }
    var note = "\(NumberFormat.count(marks.count)) fills, each a triangle at its price:"
    note += " ▲ buy, ▼ sell."
    if marks.count < fills.count {
      note += " Showing \(NumberFormat.count(marks.count)) of \(NumberFormat.count(fills.count))"
      note += " fills: the others lie outside the prices or have no number as price."
    }
    return (marks, note)
  }

  /// One triangle for all fills of a side within a candle: buys below it, sells above it.
  func grouped() -> (marks: [PriceChart.Mark], note: String) {
    var groups: [Int: [RunReport.Fill]] = [:]
    var outside = 0
    for fill in fills {
      guard let index = candleIndex(fill.at) else {
        outside += 1
        continue
      }
      groups[index * 2 + (fill.side == .buy ? 0 : 1), default: []].append(fill)
    }
    let largest = groups.values.map(\.count).max() ?? 1
    let marks = groups.keys.sorted().map { key -> PriceChart.Mark in
      let group = groups[key] ?? []
      let candle = candles[key / 2]
      let isBuy = key.isMultiple(of: 2)
      let y = isBuy ? frame.y(candle.low) + 3 : frame.y(candle.high) - 3
      let size = 1 + group.count * 2 / max(largest, 1)
      return .init(
        at: candle.at - length / 2, y: y, side: isBuy ? .buy : .sell, size: min(size, 3),
        text: Self.describe(group))
    }
    var note = "\(NumberFormat.count(fills.count - outside)) fills in"
    note += " \(NumberFormat.count(marks.count)) triangles: each stands for all buys (▲, below)"
    note += " or all sells (▼, above) within one candle, larger for more."
    if outside > 0 {
      note += " Showing \(NumberFormat.count(fills.count - outside)) of"
      note += " \(NumberFormat.count(fills.count)) fills: the others lie outside the prices."
    }
    return (marks, note)
  }

  /// The candle in which `at` lies: the first that does not end before it.
  private func candleIndex(_ at: Int64) -> Int? {
    var low = 0
    var high = candles.count
    while low < high {
      let middle = (low + high) / 2
      if candles[middle].at < at { low = middle + 1 } else { high = middle }
    }
    guard low < candles.count else { return nil }
    // A fill inside a gap, or before the first bar, belongs to no candle.
    return length > 0 && at < candles[low].at - length ? nil : low
  }

  private static func describe(_ group: [RunReport.Fill]) -> String {
    guard let first = group.first else { return "" }
    if group.count == 1 { return describe(first) }
    var lines = ["\(group.count) \(first.side == .buy ? "buys" : "sells")"]
    lines += group.prefix(listedMax).map(describe)
    if group.count > listedMax { lines.append("and \(group.count - listedMax) more, in the table") }
    return lines.joined(separator: "\n")
  }

  private static func describe(_ fill: RunReport.Fill) -> String {
    let side = fill.side == .buy ? "▲ buy" : "▼ sell"
    var text = "\(side) \(fill.quantity) at \(fill.price) · \(CivilTime(fill.at).text)"
    if let strategy = fill.strategy { text += " · \(strategy)" }
    return text
  }
}
