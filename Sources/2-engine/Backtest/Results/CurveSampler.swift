public import OmniTime

/// Keeps a curve in bounded memory: every point at first, then every second, every fourth, and so on.
///
/// The last point is always kept, so the curve ends where the run ends. Figures such as the deepest
/// drawdown are computed elsewhere from all points, not from these.
public struct CurveSampler: Sendable {
  /// A point of a curve.
  public struct Point: Sendable, Hashable {
    /// When.
    public let at: Timestamp
    /// How much, in minor units.
    public let value: Int128
  }

  /// The largest number of points that are kept.
  public static let pointsMax = 8_192

  private var kept: [Point] = []
  private var stride = 1
  private var skipped = 0
  private var last: Point?

  init() {}

  /// Adds a point; a point at the instant of the last one takes its place.
  mutating func add(_ value: Int128, at time: Timestamp) {
    if let last, last.at != time { keep(last) }
    last = Point(at: time, value: value)
  }

  private mutating func keep(_ point: Point) {
    skipped += 1
    if skipped < stride { return }
    skipped = 0
    kept.append(point)
    if kept.count == Self.pointsMax {
      kept = kept.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      stride *= 2
    }
  }

  /// The points, in order of time.
  var points: [Point] { last.map { kept + [$0] } ?? kept }
}
