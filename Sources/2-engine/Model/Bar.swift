public import OmniEncoding
public import OmniMoney
public import OmniTime

/// What an instrument's price did in one stretch of time.
///
/// - Invariant: `low <= open <= high` and `low <= close <= high`.
@frozen
public struct Bar: Sendable, Hashable {
  /// Of which instrument.
  public let instrument: InstrumentID
  /// When the stretch ended; nothing of the bar was known before.
  public let closedAt: Timestamp
  /// The first price.
  public let open: Price
  /// The highest price.
  public let high: Price
  /// The lowest price.
  public let low: Price
  /// The last price.
  public let close: Price
  /// What was traded, in 10^-`Instrument.volumeDecimals` of the source's unit; 0 when not known.
  public let volume: Int64

  /// Creates a bar.
  ///
  /// - Precondition: the prices obey the invariant, and `volume` is not negative.
  @inlinable
  public init(
    instrument: InstrumentID, closedAt: Timestamp, prices: OpenHighLowClose, volume: Int64
  ) {
    precondition(prices.isConsistent && volume >= 0, "low <= open, close <= high; volume >= 0")
    self.instrument = instrument
    self.closedAt = closedAt
    open = prices.open
    high = prices.high
    low = prices.low
    close = prices.close
    self.volume = volume
  }
}

/// The four prices of a bar, before anything has checked them.
@frozen
public struct OpenHighLowClose: Sendable, Hashable {
  /// The first price.
  public let open: Price
  /// The highest price.
  public let high: Price
  /// The lowest price.
  public let low: Price
  /// The last price.
  public let close: Price

  /// Groups four prices.
  @inlinable
  public init(open: Price, high: Price, low: Price, close: Price) {
    self.open = open
    self.high = high
    self.low = low
    self.close = close
  }

  /// Whether the high is the highest and the low the lowest.
  @inlinable
  public var isConsistent: Bool {
    low <= open && open <= high && low <= close && close <= high
  }
}

extension Bar {
  /// How many words ``encode(into:)`` puts.
  @inlinable
  public static var wordCount: Int { 7 }

  /// Puts the bar's canonical form.
  @inlinable @inline(__always)
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(UInt64(instrument.index))
    sink.put(closedAt.nanoseconds)
    sink.put(open.ticks)
    sink.put(high.ticks)
    sink.put(low.ticks)
    sink.put(close.ticks)
    sink.put(volume)
  }

  /// Reads a bar back, or refuses words that make none.
  @inlinable
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let instrument = try source.take()
    guard let index = UInt32(exactly: instrument) else {
      throw .senseless(word: instrument, what: "instrument")
    }
    let closedAt = Timestamp(nanoseconds: try source.takeSigned())
    let prices = OpenHighLowClose(
      open: Price(ticks: try source.takeSigned()), high: Price(ticks: try source.takeSigned()),
      low: Price(ticks: try source.takeSigned()), close: Price(ticks: try source.takeSigned()))
    let volume = try source.takeSigned()
    guard prices.isConsistent, volume >= 0 else {
      throw .senseless(word: UInt64(bitPattern: volume), what: "bar (low, high or volume)")
    }
    self.init(
      instrument: InstrumentID(index), closedAt: closedAt, prices: prices, volume: volume)
  }
}
