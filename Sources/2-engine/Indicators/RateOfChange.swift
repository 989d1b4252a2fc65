public import OmniEncoding

/// The rate of change, "ROC": the return over the last n updates, as a fraction.
///
///     x / x[n] - 1
///
/// computed as `(x - x[n]) / x[n]`, which keeps the digits of small changes. 0.01 is one percent;
/// TA-Lib calls this fraction ROCP and its percentage ROC.
///
/// - Complexity: An update is O(1). Memory is n numbers.
@frozen public struct RateOfChange: StreamingIndicator {
  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "ROC" }

  /// How many updates back the value lies that the last one is compared with.
  public let period: Int

  /// The last `period` values; the one at `next` is the oldest, once all are in use.
  @usableFromInline var slots: [Double]
  @usableFromInline var next = 0
  /// Updates seen, up to `period + 1`.
  @usableFromInline var count = 0
  @usableFromInline var rate = 0.0

  /// Creates a rate over `period` updates that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int = 10) {
    self.period = IndicatorLimits.checked(period: period)
    slots = Array(repeating: 0, count: period)
  }

  /// The rate, or `nil` while there is no value `period` updates back, or the rate is not a number.
  ///
  /// The latter is so when the value `period` updates back is zero, or too small to be divided by.
  @inlinable
  public var value: Double? { isReady && rate.isFinite ? rate : nil }

  /// Whether more than `period` updates were seen.
  @inlinable
  public var isReady: Bool { count > period }

  /// How many updates it takes until the rate is ready: one more than the period.
  @inlinable
  public var warmUp: Int { period + 1 }

  /// Adds the next value.
  ///
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func update(_ value: Double) {
    assert(IndicatorLimits.accepts(value), "a value is finite and not too large")
    let base = slots[next]
    slots[next] = value
    next = next + 1 == period ? 0 : next + 1
    if count <= period { count += 1 }
    if count > period { rate = (value - base) / base }
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    next = 0
    count = 0
    rate = 0
  }

  /// Writes settings and state as words: four, and one for each value in use.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.rateOfChange.header(period: period))
    sink.put(count: count)
    sink.put(count: next)
    // The sign and payload of a NaN depend on the machine: what is not a number is one word.
    sink.put(real: rate.isFinite ? rate : .infinity)
    for index in 0..<min(count, period) { sink.put(real: slots[index]) }
  }

  /// Takes over a state that a rate with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.rateOfChange.header(period: period))
    var copy = self
    copy.count = try source.takeCount(in: 0...(period + 1))
    // Until the ring is full, values are written from its start on.
    let next = copy.count < period ? copy.count...copy.count : 0...(period - 1)
    copy.next = try source.takeCount(in: next)
    let rate = try source.takeWord()
    copy.rate = Double(bitPattern: rate)
    guard copy.rate.isFinite || copy.rate == .infinity else { throw .senseless(word: rate) }
    for index in 0..<min(copy.count, period) { copy.slots[index] = try source.takeReal() }
    self = copy
  }
}
