public import OmniModel
public import OmniTime

/// How a feed is to be read.
public struct FeedOptions: Sendable {
  /// What the events are of.
  public var instrument: InstrumentID
  /// The steps of its prices and sizes.
  public var grid: PriceGrid
  /// The form of the text; nil finds it out by the first line.
  public var format: FeedFormat?
  /// Of which symbol the rows of a table are read; nil reads a table of one symbol.
  public var symbol: String?
  /// What is added to times of receipt; ``ClockCorrection`` finds it in a first pass.
  public var clockOffset = Interval.zero
  /// The beginning of the day whose times LOBSTER counts from.
  public var midnight = Timestamp.epoch
  /// How much is kept at most.
  public var limits = FeedLimits()
  /// By which rules the events are judged; nil judges none.
  public var quality: FeedQuality.Rules? = FeedQuality.Rules()

  /// Creates options for `instrument`, whose prices and sizes are on `grid`.
  public init(instrument: InstrumentID, grid: PriceGrid, format: FeedFormat? = nil) {
    self.instrument = instrument
    self.grid = grid
    self.format = format
  }
}
