import OmniModel

/// Keeps a price chart in bounded memory by joining neighbouring bars.
///
/// A joined bar opens where the first opened, closes where the last closed, and reaches as high and
/// low as any of them, so no extreme is lost.
public struct BarSampler: Sendable {
  /// The largest number of bars that are kept.
  public static let barsMax = 2_048

  private var kept: [Bar] = []
  private var perBar = 1
  private var joined = 0

  init() {}

  mutating func add(_ bar: Bar) {
    if joined > 0, let last = kept.last, joined < perBar {
      kept[kept.count - 1] = Self.join(last, bar)
      joined += 1
      return
    }
    if kept.count == Self.barsMax { halve() }
    kept.append(bar)
    joined = 1
  }

  private mutating func halve() {
    var half: [Bar] = []
    half.reserveCapacity(Self.barsMax)
    for index in Swift.stride(from: 0, to: kept.count - 1, by: 2) {
      half.append(Self.join(kept[index], kept[index + 1]))
    }
    kept = half
    perBar *= 2
  }

  private static func join(_ first: Bar, _ second: Bar) -> Bar {
    let volume = first.volume.addingReportingOverflow(second.volume)
    return Bar(
      instrument: first.instrument, closedAt: second.closedAt,
      prices: OpenHighLowClose(
        open: first.open, high: max(first.high, second.high), low: min(first.low, second.low),
        close: second.close),
      volume: volume.overflow ? .max : volume.partialValue)
  }

  /// The bars, in order of time.
  var bars: [Bar] { kept }
}
