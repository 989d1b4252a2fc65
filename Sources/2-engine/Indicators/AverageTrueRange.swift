public import OmniEncoding

/// The average true range, "ATR": how far a price usually moves within one bar, gaps included.
///
/// The true range of a bar is the largest of high − low, |high − c| and |low − c|, where c is the
/// close before it; the first bar has none. The ranges are averaged by Wilder's rule: first the
/// plain mean of the first n, then `(previous * (n - 1) + range) / n`.
///
/// Source: Wilder, "New concepts in technical trading systems", 1978. Checked against TA-Lib to
/// 10⁻⁹.
@frozen public struct AverageTrueRange: StreamingIndicator {
  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "ATR" }

  /// The number n of true ranges in the average.
  public let period: Int

  /// Updates seen, up to `period + 1`.
  @usableFromInline var count = 0
  @usableFromInline var previousClose = 0.0
  /// The average; before it is defined, the sum of ranges.
  @usableFromInline var average = 0.0

  /// Creates an average over `period` true ranges that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int = 14) {
    self.period = IndicatorLimits.checked(period: period)
  }

  /// The average, in units of price, or `nil` before there are `period` true ranges.
  @inlinable
  public var value: Double? { isReady ? average : nil }

  /// Whether `period` true ranges were seen.
  @inlinable
  public var isReady: Bool { count > period }

  /// How many updates it takes until the average is ready: one more than the period.
  @inlinable
  public var warmUp: Int { period + 1 }

  /// Adds the next bar.
  ///
  /// - Precondition: `low <= close <= high`.
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func update(high: Double, low: Double, close: Double) {
    assert(IndicatorLimits.accepts(high) && IndicatorLimits.accepts(low))
    assert(low <= close && close <= high, "a close is between low and high")
    // As low <= high, the three distances come to the span of the bar and the close before it.
    let range = max(high, previousClose) - min(low, previousClose)
    previousClose = close
    if count > period {
      average = (average * Double(period - 1) + range) / Double(period)
    } else {
      start(range: range)
    }
  }

  @inlinable
  mutating func start(range: Double) {
    count += 1
    // The first bar has no close before it.
    guard count > 1 else { return }
    average += range
    if count > period { average /= Double(period) }
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    self = AverageTrueRange(period: period)
  }

  /// Writes settings and state as words.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.trueRange.header(period: period))
    sink.put(count: count)
    sink.put(real: previousClose)
    sink.put(real: average)
  }

  /// Takes over a state that an average with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.trueRange.header(period: period))
    var copy = self
    copy.count = try source.takeCount(in: 0...(period + 1))
    copy.previousClose = try source.takeReal()
    copy.average = try source.takeSize()
    self = copy
  }
}
