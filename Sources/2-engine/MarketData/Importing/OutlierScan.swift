import OmniTime

/// Looks for returns that the returns before them make improbable.
///
/// For each return, the median m and the median absolute deviation d of the 100 returns before it
/// give the robust z-score 0.6745 × |r − m| / d (B. Iglewicz and D. Hoaglin, "How to Detect and
/// Handle Outliers", 1993). Only the past is looked at, so a report made earlier would have said
/// the same. Where d is zero, as in a stretch without trades, nothing is judged.
struct OutlierScan {
  static let window = 100

  private let threshold: Double
  private var history: [Double] = []
  private var sorted: [Double] = []
  private var place = 0
  private var previous: Double?
  private(set) var found = QualityReport.Outliers()

  init(threshold: Double) {
    self.threshold = threshold
    history.reserveCapacity(Self.window)
    sorted.reserveCapacity(Self.window)
  }

  mutating func take(close ticks: Int64, at closedAt: Timestamp) {
    let close = Double(ticks)
    defer { previous = close }
    guard let previous, previous > 0 else { return }
    let change = (close - previous) / previous
    if let score = score(of: change), score > threshold {
      found.count += 1
      if found.examples.count < QualityReport.examplesMax {
        found.examples.append(.init(closedAt: closedAt, change: change, score: score))
      }
    }
    remember(change)
  }

  /// The robust z-score of a return, or nil before there are enough, or any that differ.
  func score(of change: Double) -> Double? {
    guard sorted.count == Self.window else { return nil }
    let middle = (sorted[Self.window / 2 - 1] + sorted[Self.window / 2]) / 2
    let deviation = medianDeviation(from: middle)
    return deviation > 0 ? 0.6745 * abs(change - middle) / deviation : nil
  }

  /// The median distance from `middle`, of the even count the upper of the two in the middle.
  ///
  /// Distances grow to both sides, so two fingers walk outwards.
  private func medianDeviation(from middle: Double) -> Double {
    var left = Self.window / 2 - 1
    var right = Self.window / 2
    var deviation = 0.0
    for _ in 0...Self.window / 2 {
      let toLeft = left >= 0 ? middle - sorted[left] : .infinity
      let toRight = right < Self.window ? sorted[right] - middle : .infinity
      deviation = min(toLeft, toRight)
      if toLeft <= toRight { left -= 1 } else { right += 1 }
    }
    return deviation
  }

  private mutating func remember(_ change: Double) {
    if history.count < Self.window {
      history.append(change)
    } else {
      sorted.remove(at: position(of: history[place]))
      history[place] = change
      place = (place + 1) % Self.window
    }
    sorted.insert(change, at: position(of: change))
  }

  /// The first place in `sorted` that is not below `change`.
  private func position(of change: Double) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < change { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
