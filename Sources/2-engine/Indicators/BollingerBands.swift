public import OmniEncoding

/// Bollinger bands, "BBANDS": the mean of the last n values, and lines some deviations off it.
///
/// The deviation is that of the population, over n. It is not computed from sums of squares, which
/// lose all digits when the spread is small beside the price, nor by taking old values back out,
/// which drifts. Mean and sum of squared distances are kept for the end of the last block of n
/// values and for the start of the present one, as in ``SimpleMovingAverage``, each by Welford's
/// rule (Technometrics 4, 1962), and merged by that of Chan, Golub and LeVeque (1979). Nothing is
/// ever subtracted from a sum of squares, so equal values have bands of exactly no width.
///
/// Source: Bollinger, "Bollinger on Bollinger bands", 2001. Checked against TA-Lib to 10⁻⁹.
///
/// - Complexity: An update is O(1), each n-th O(n): amortised O(1). Memory is 2n numbers.
@frozen public struct BollingerBands: StreamingIndicator {
  /// The three lines at one moment.
  @frozen public struct Bands: Sendable, Equatable {
    /// The mean plus `width` deviations.
    public let upper: Double
    /// The mean.
    public let middle: Double
    /// The mean minus `width` deviations.
    public let lower: Double

    /// Creates the lines of one moment.
    @inlinable
    public init(upper: Double, middle: Double, lower: Double) {
      self.upper = upper
      self.middle = middle
      self.lower = lower
    }
  }

  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "BBANDS" }

  /// How many values mean and deviation are taken over.
  public let period: Int

  /// How many deviations the outer lines are off the mean.
  public let width: Double

  /// Before `next`, the present block's values; from `next` on, means up to the last block's end.
  @usableFromInline var means: [Double]
  /// From `next` on, the sums of squared distances from these means.
  @usableFromInline var squares: [Double]
  @usableFromInline var next = 0
  @usableFromInline var prefixMean = 0.0
  @usableFromInline var prefixSquares = 0.0
  @usableFromInline var mean = 0.0
  @usableFromInline var sumOfSquares = 0.0
  /// Whether a block was completed.
  @usableFromInline var isFull = false

  /// Creates bands over `period` values that have seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``; `width` is from 0 to 1,000.
  @inlinable
  public init(period: Int = 20, width: Double = 2) {
    precondition((0...1_000).contains(width), "a band is 0 to 1,000 deviations off the mean")
    self.period = IndicatorLimits.checked(period: period)
    self.width = width
    means = Array(repeating: 0, count: period)
    squares = Array(repeating: 0, count: period)
  }

  /// The three lines, or `nil` before there are `period` values.
  @inlinable
  public var value: Bands? {
    guard let deviation else { return nil }
    let distance = width * deviation
    return Bands(upper: mean + distance, middle: mean, lower: mean - distance)
  }

  /// The deviation of the last `period` values, or `nil` before there are as many.
  @inlinable
  public var deviation: Double? {
    isFull ? (sumOfSquares / Double(period)).squareRoot() : nil
  }

  /// Whether `period` updates were seen.
  @inlinable
  public var isReady: Bool { isFull }

  /// How many updates it takes until the bands are ready: the period.
  @inlinable
  public var warmUp: Int { period }

  /// Adds the next value.
  ///
  /// - Complexity: Amortised O(1), with no allocation.
  @inlinable
  public mutating func update(_ value: Double) {
    assert(IndicatorLimits.accepts(value), "a value is finite and not too large")
    means[next] = value
    next += 1
    let distance = value - prefixMean
    prefixMean += distance / Double(next)
    prefixSquares += distance * (value - prefixMean)
    if next == period {
      mean = prefixMean
      sumOfSquares = prefixSquares
      closeBlock()
    } else if isFull {
      merge()
    }
  }

  /// Joins the end of the last block with the start of the present one.
  @inlinable
  mutating func merge() {
    let share = Double(next) / Double(period)
    let distance = prefixMean - means[next]
    mean = means[next] + distance * share
    sumOfSquares =
      squares[next] + prefixSquares + distance * distance * (Double(period - next) * share)
  }

  @inlinable
  mutating func closeBlock() {
    var mean = 0.0
    var sum = 0.0
    var index = period
    while index > 0 {
      index -= 1
      let distance = means[index] - mean
      let after = mean + distance / Double(period - index)
      sum += distance * (means[index] - after)
      mean = after
      means[index] = mean
      squares[index] = sum
    }
    next = 0
    prefixMean = 0
    prefixSquares = 0
    isFull = true
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    next = 0
    prefixMean = 0
    prefixSquares = 0
    mean = 0
    sumOfSquares = 0
    isFull = false
  }

  /// Writes settings and state as words: eight, and one or two for each slot in use.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.bollingerBands.header(period: period))
    sink.put(real: width)
    sink.put(count: isFull ? 1 : 0)
    sink.put(count: next)
    sink.put(real: prefixMean)
    sink.put(real: prefixSquares)
    sink.put(real: mean)
    sink.put(real: sumOfSquares)
    for index in 0..<(isFull ? period : next) { sink.put(real: means[index]) }
    guard isFull else { return }
    for index in next..<period { sink.put(real: squares[index]) }
  }

  /// Takes over a state that bands with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.bollingerBands.header(period: period))
    try source.takeSetting(width.bitPattern)
    var copy = self
    copy.isFull = try source.takeCount(in: 0...1) == 1
    copy.next = try source.takeCount(in: 0...(period - 1))
    copy.prefixMean = try source.takeReal()
    copy.prefixSquares = try source.takeSize()
    copy.mean = try source.takeReal()
    copy.sumOfSquares = try source.takeSize()
    for index in 0..<(copy.isFull ? period : copy.next) {
      copy.means[index] = try source.takeReal()
    }
    if copy.isFull {
      for index in copy.next..<period { copy.squares[index] = try source.takeSize() }
    }
    self = copy
  }
}
