extension RunReport {
  /// Open, high, low and close of a span of time.
  public struct Bar: Sendable, Equatable {
    /// When the bar ends: nanoseconds since 1970, UTC.
    public var at: Int64
    /// First price.
    public var open: Double
    /// Highest price.
    public var high: Double
    /// Lowest price.
    public var low: Double
    /// Last price.
    public var close: Double

    /// Creates a bar.
    public init(at: Int64, open: Double, high: Double, low: Double, close: Double) {
      self.at = at
      self.open = open
      self.high = high
      self.low = low
      self.close = close
    }
  }

  /// The prices of an instrument, on which its fills are drawn.
  public struct InstrumentChart: Sendable, Equatable {
    /// The instrument; fills of the same name are drawn on it.
    public var instrument: String
    /// The unit of its prices.
    public var unit: String
    /// How many decimals its prices have.
    public var decimals: Int
    /// Length of a bar in nanoseconds, 0 when unknown; a longer distance between bars is a gap.
    public var interval: Int64
    /// The bars, in order of time.
    public var bars: [Bar]

    /// Creates a chart.
    public init(
      _ instrument: String, unit: String, decimals: Int, interval: Int64, bars: [Bar]
    ) {
      self.instrument = instrument
      self.unit = unit
      self.decimals = decimals
      self.interval = interval
      self.bars = bars
    }
  }
}
