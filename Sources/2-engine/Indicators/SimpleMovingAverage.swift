public import OmniEncoding

/// The simple moving average, "SMA": the mean of the last n values.
///
/// A running sum from which old values are subtracted gathers rounding errors for as long as it
/// runs, and after one huge value it stays wrong. This one never subtracts. The stream is cut into
/// blocks of n values; a window is the end of the last block and the start of the present one:
///
///     last block    . . . . [c d e]      slots hold sums from here to the block's end
///     present block [f g h] . . . .      `prefix` is the sum so far
///
/// so its sum is one stored sum plus `prefix`. When a block is full, its values are turned into sums
/// in place, from the back. No value outside the window has a part in the result, nothing drifts,
/// and for values of one sign the relative error is under n · 2⁻⁵³ however long the stream is.
///
/// - Complexity: An update is O(1), each n-th O(n): amortised O(1). Memory is n numbers.
@frozen public struct SimpleMovingAverage: StreamingIndicator {
  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "SMA" }

  /// How many values the mean is taken over.
  public let period: Int

  /// Before `next`, the present block's values; from `next` on, the last block's sums to its end.
  @usableFromInline var slots: [Double]
  @usableFromInline var next = 0
  @usableFromInline var prefix = 0.0
  @usableFromInline var average = 0.0
  /// Whether a block was completed.
  @usableFromInline var isFull = false

  /// Creates an average over `period` values that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int) {
    self.period = IndicatorLimits.checked(period: period)
    slots = Array(repeating: 0, count: period)
  }

  /// The mean of the last `period` values, or `nil` before there are as many.
  @inlinable
  public var value: Double? { isFull ? average : nil }

  /// Whether `period` updates were seen.
  @inlinable
  public var isReady: Bool { isFull }

  /// How many updates it takes until the average is ready: the period.
  @inlinable
  public var warmUp: Int { period }

  /// Adds the next value.
  ///
  /// - Complexity: Amortised O(1), with no allocation.
  @inlinable
  public mutating func update(_ value: Double) {
    assert(IndicatorLimits.accepts(value), "a value is finite and not too large")
    slots[next] = value
    next += 1
    prefix += value
    if next == period {
      average = prefix / Double(period)
      closeBlock()
    } else if isFull {
      average = (slots[next] + prefix) / Double(period)
    }
  }

  @inlinable
  mutating func closeBlock() {
    var sum = 0.0
    var index = period
    while index > 0 {
      index -= 1
      sum += slots[index]
      slots[index] = sum
    }
    next = 0
    prefix = 0
    isFull = true
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    next = 0
    prefix = 0
    average = 0
    isFull = false
  }

  /// Writes settings and state as words: five, and one for each slot in use.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.simpleAverage.header(period: period))
    sink.put(count: isFull ? 1 : 0)
    sink.put(count: next)
    sink.put(real: prefix)
    sink.put(real: average)
    for index in 0..<(isFull ? period : next) { sink.put(real: slots[index]) }
  }

  /// Takes over a state that an average with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.simpleAverage.header(period: period))
    var copy = self
    copy.isFull = try source.takeCount(in: 0...1) == 1
    copy.next = try source.takeCount(in: 0...(period - 1))
    copy.prefix = try source.takeReal()
    copy.average = try source.takeReal()
    for index in 0..<(copy.isFull ? period : copy.next) {
      copy.slots[index] = try source.takeReal()
    }
    self = copy
  }
}
