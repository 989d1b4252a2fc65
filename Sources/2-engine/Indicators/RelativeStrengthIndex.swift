public import OmniEncoding

/// The relative strength index, "RSI": the share of gains in all changes, from 0 to 100.
///
/// Gains and losses are averaged by Wilder's rule: first the plain mean of the first n, then
/// `(previous * (n - 1) + x) / n`. With these, in exactly this order of operations,
///
///     RSI = 100                       when the average loss is 0
///           100 - 100 / (1 + g / l)   otherwise
///
/// When prices did not move at all, both averages are 0 and the index is 100 here, as the formula
/// says; TA-Lib gives 0 in that case. A rule that buys when the index is low therefore does not buy
/// because a market stands still.
///
/// Source: Wilder, "New concepts in technical trading systems", 1978. Checked against TA-Lib to
/// 10⁻⁹, and bit for bit against an independent program over real one-minute bars.
@frozen public struct RelativeStrengthIndex: StreamingIndicator {
  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "RSI" }

  /// The number n of changes in the averages.
  public let period: Int

  /// Updates seen, up to `period + 1`.
  @usableFromInline var count = 0
  @usableFromInline var previous = 0.0
  /// The average gain; before it is defined, the sum of gains.
  @usableFromInline var gain = 0.0
  /// The average loss; before it is defined, the sum of losses.
  @usableFromInline var loss = 0.0

  /// Creates an index over `period` changes that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int = 14) {
    self.period = IndicatorLimits.checked(period: period)
  }

  /// The index, from 0 to 100, or `nil` before there are `period` changes.
  @inlinable
  public var value: Double? {
    guard isReady else { return nil }
    return loss == 0 ? 100 : 100 - 100 / (1 + gain / loss)
  }

  /// Whether `period` changes were seen.
  @inlinable
  public var isReady: Bool { count > period }

  /// How many updates it takes until the index is ready: one more than the period.
  @inlinable
  public var warmUp: Int { period + 1 }

  /// Adds the next value.
  ///
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func update(_ value: Double) {
    assert(IndicatorLimits.accepts(value), "a value is finite and not too large")
    let change = value - previous
    let up = change > 0 ? change : 0
    let down = change < 0 ? -change : 0
    previous = value
    if count > period {
      let weight = Double(period - 1)
      gain = (gain * weight + up) / Double(period)
      loss = (loss * weight + down) / Double(period)
    } else {
      start(up: up, down: down)
    }
  }

  @inlinable
  mutating func start(up: Double, down: Double) {
    count += 1
    // The first value has nothing to be compared with.
    guard count > 1 else { return }
    gain += up
    loss += down
    if count > period {
      gain /= Double(period)
      loss /= Double(period)
    }
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    self = RelativeStrengthIndex(period: period)
  }

  /// Writes settings and state as words.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.relativeStrength.header(period: period))
    sink.put(count: count)
    sink.put(real: previous)
    sink.put(real: gain)
    sink.put(real: loss)
  }

  /// Takes over a state that an index with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.relativeStrength.header(period: period))
    var copy = self
    copy.count = try source.takeCount(in: 0...(period + 1))
    copy.previous = try source.takeReal()
    copy.gain = try source.takeSize()
    copy.loss = try source.takeSize()
    self = copy
  }
}
