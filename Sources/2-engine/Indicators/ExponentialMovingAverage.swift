public import OmniEncoding

/// The exponential moving average, "EMA": each value moves it by 2/(n + 1) of the distance.
///
///     e += (x - e) * (2 / (n + 1))
///
/// in exactly this order of operations, so that crossings agree with any other program that keeps
/// to it. What differs between programs is the start; see ``Seeding``.
///
/// Checked against TA-Lib (seeded with the mean) and against an independent program over real
/// one-minute bars (seeded with the first value), the latter bit for bit.
@frozen public struct ExponentialMovingAverage: StreamingIndicator {
  /// Where the average starts from.
  @frozen public enum Seeding: Sendable {
    /// The first value. The average is defined at once, but leans on that value for a while.
    case firstValue
    /// The mean of the first n values, as TA-Lib does. It is not defined before.
    case mean
  }

  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "EMA" }

  /// The number n of values whose simple average has the same mean age.
  public let period: Int

  /// Where the average starts from.
  public let seeding: Seeding

  @usableFromInline let factor: Double
  /// Updates seen, up to `period`.
  @usableFromInline var count = 0
  /// The average; before it is defined, the sum of the values.
  @usableFromInline var average = 0.0

  /// Creates an average over `period` values that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int, seeding: Seeding = .firstValue) {
    self.period = IndicatorLimits.checked(period: period)
    self.seeding = seeding
    factor = 2 / Double(period + 1)
  }

  /// The average: from the first update on when seeded with it, else from `warmUp` updates on.
  @inlinable @inline(__always)
  public var value: Double? {
    switch seeding {
    case .firstValue: count > 0 ? average : nil
    case .mean: isReady ? average : nil
    }
  }

  /// Whether `period` updates were seen, with either seeding.
  @inlinable @inline(__always)
  public var isReady: Bool { count == period }

  /// How many updates it takes until the average is ready: the period.
  @inlinable
  public var warmUp: Int { period }

  /// Adds the next value.
  ///
  /// - Complexity: O(1), with no allocation.
  @inlinable @inline(__always)
  public mutating func update(_ value: Double) {
    assert(IndicatorLimits.accepts(value), "a value is finite and not too large")
    if count == period {
      average += (value - average) * factor
    } else {
      start(with: value)
    }
  }

  @inlinable
  mutating func start(with value: Double) {
    count += 1
    switch seeding {
    case .firstValue:
      if count == 1 { average = value } else { average += (value - average) * factor }
    case .mean:
      average += value
      if count == period { average /= Double(period) }
    }
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    count = 0
    average = 0
  }

  @inlinable
  var header: UInt64 {
    switch seeding {
    case .firstValue: SnapshotKind.averageFromFirstValue.header(period: period)
    case .mean: SnapshotKind.averageFromMean.header(period: period)
    }
  }

  /// Writes settings and state as words.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(header)
    sink.put(count: count)
    sink.put(real: average)
  }

  /// Takes over a state that an average with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(header)
    let count = try source.takeCount(in: 0...period)
    let average = try source.takeReal()
    self.count = count
    self.average = average
  }
}
