public import OmniEncoding

/// The Donchian channel, "DONCHIAN": the highest high and lowest low of the last n bars.
///
/// A breakout rule compares a bar with the n bars before it; ``previous`` is the channel of those,
/// so that it can be asked after the update:
///
///     channel.update(high: bar.high, low: bar.low)
///     if let before = channel.previous, bar.close > before.upper { … }
///
/// Each side keeps only the bars that can still become the extreme, in a ring that is made once: a
/// high that a later one has reached can never be the highest again.
///
/// - Complexity: An update is amortised O(1): each bar enters and leaves once. Memory is 4n words.
@frozen public struct DonchianChannel: StreamingIndicator {
  /// The two borders at one moment.
  @frozen public struct Channel: Sendable, Equatable {
    /// The highest high.
    public let upper: Double
    /// The lowest low.
    public let lower: Double

    /// Creates the borders of one moment.
    @inlinable
    public init(upper: Double, lower: Double) {
      self.upper = upper
      self.lower = lower
    }

    /// The line half way between the borders.
    @inlinable
    public var middle: Double { (upper + lower) / 2 }
  }

  /// The name by which traders know the indicator.
  @inlinable
  public static var shortName: String { "DONCHIAN" }

  /// How many bars the extremes are taken over.
  public let period: Int

  @usableFromInline var highs: ExtremeQueue
  /// Lows with the sign turned, so that one kind of queue serves both sides.
  @usableFromInline var negatedLows: ExtremeQueue
  /// Updates seen.
  @usableFromInline var count = 0
  @usableFromInline var upperBefore = 0.0
  @usableFromInline var lowerBefore = 0.0

  /// Creates a channel over `period` bars that has seen none.
  ///
  /// - Precondition: `period` is in ``IndicatorLimits/periods``.
  @inlinable
  public init(period: Int = 20) {
    self.period = IndicatorLimits.checked(period: period)
    highs = ExtremeQueue(capacity: period)
    negatedLows = ExtremeQueue(capacity: period)
  }

  /// The channel of the last `period` bars, or `nil` before there are as many.
  @inlinable
  public var value: Channel? {
    isReady ? Channel(upper: highs.largest, lower: -negatedLows.largest) : nil
  }

  /// The channel as it was before the last update: that of the `period` bars before the last one.
  @inlinable
  public var previous: Channel? {
    count > period ? Channel(upper: upperBefore, lower: lowerBefore) : nil
  }

  /// Whether `period` updates were seen; `previous` takes one more.
  @inlinable
  public var isReady: Bool { count >= period }

  /// How many updates it takes until the channel is ready: the period.
  @inlinable
  public var warmUp: Int { period }

  /// Adds the next bar.
  ///
  /// - Precondition: `low <= high`.
  /// - Complexity: Amortised O(1), with no allocation.
  @inlinable
  public mutating func update(high: Double, low: Double) {
    assert(IndicatorLimits.accepts(high) && IndicatorLimits.accepts(low))
    assert(low <= high, "a low is not above the high")
    if isReady {
      upperBefore = highs.largest
      lowerBefore = -negatedLows.largest
    }
    highs.push(high, at: count)
    negatedLows.push(-low, at: count)
    count += 1
  }

  /// Forgets all updates and keeps the settings.
  @inlinable
  public mutating func reset() {
    highs.removeAll()
    negatedLows.removeAll()
    count = 0
    upperBefore = 0
    lowerBefore = 0
  }

  /// Writes settings and state as words: six, and two for each bar that is kept on a side.
  @inlinable
  public func encode<Sink: WordSink & ~Copyable>(into sink: inout Sink) {
    sink.put(SnapshotKind.donchianChannel.header(period: period))
    sink.put(count: count)
    sink.put(real: upperBefore)
    sink.put(real: lowerBefore)
    highs.encode(into: &sink)
    negatedLows.encode(into: &sink)
  }

  /// Takes over a state that a channel with the same settings wrote.
  @inlinable
  public mutating func decode<Source: WordSource & ~Copyable>(
    from source: inout Source
  ) throws(IndicatorSnapshotFailure) {
    try source.takeSetting(SnapshotKind.donchianChannel.header(period: period))
    var copy = self
    // Half of the range leaves room to go on counting.
    copy.count = try source.takeCount(in: 0...(Int.max / 2))
    copy.upperBefore = try source.takeReal()
    copy.lowerBefore = try source.takeReal()
    try copy.highs.decode(from: &source, end: copy.count)
    try copy.negatedLows.decode(from: &source, end: copy.count)
    self = copy
  }
}
