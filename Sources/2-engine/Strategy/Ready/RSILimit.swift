public import OmniEncoding
import OmniIndicators
public import OmniModel
public import OmniMoney

/// Buys weakness with limit orders and sells strength: long only, one position at a time.
///
/// Below the lower level it bids under the market; above the upper it offers over it. Orders that
/// have not filled after some bars are cancelled and placed anew, and a position that is too old is
/// closed at the market. RSI after J. W. Wilder, "New Concepts in Technical Trading Systems" (1978).
public struct RSILimit: Strategy {
  /// The settings.
  public struct Settings: Sendable, Hashable {
    /// The RSI's period.
    public var period = 14
    /// Below it the strategy buys.
    public var lower = 30.0
    /// Above it the strategy sells.
    public var upper = 55.0
    /// How far below the close it bids.
    public var entryOffset = PriceOffset(ticks: 0)
    /// How far above the close it offers.
    public var exitOffset = PriceOffset(ticks: 0)
    /// After how many bars an order is cancelled.
    public var patienceBars: Int64 = 5
    /// After how many bars a position is closed.
    public var holdBars: Int64 = 120
    /// How much it trades.
    public var quantity = Quantity(lots: 1)

    /// Creates the usual settings, with offsets of zero and one lot.
    public init() {}
  }

  private var index: RelativeStrengthIndex
  private let settings: Settings
  private var bar: Int64 = -1
  private var working = OrderID.none
  private var placedAt: Int64 = 0
  private var heldSince: Int64 = -1

  /// Creates the strategy.
  public init(_ settings: Settings) {
    self.settings = settings
    index = RelativeStrengthIndex(period: settings.period)
  }

  /// Brings the index up to date, and manages the one order or the one position.
  public mutating func onBar(_ bar: Bar, desk: inout Desk) {
    self.bar += 1
    index.update(desk.statistic(bar.close, bar.instrument))
    guard let value = index.value else { return }
    if desk.position(bar.instrument).lots > 0 {
      whileLong(bar, value, &desk)
    } else {
      whileFlat(bar, value, &desk)
    }
  }

  private mutating func whileLong(_ bar: Bar, _ value: Double, _ desk: inout Desk) {
    if heldSince < 0 { heldSince = self.bar }
    cancelIfStale(&desk)
    if self.bar - heldSince >= settings.holdBars {
      cancel(&desk)
      let held = desk.position(bar.instrument).magnitude
      desk.submit(bar.instrument, .init(.sell, .market, held))
    } else if working == .none && value > settings.upper {
      place(bar, .sell, bar.close + settings.exitOffset, &desk)
    }
  }

  private mutating func whileFlat(_ bar: Bar, _ value: Double, _ desk: inout Desk) {
    heldSince = -1
    cancelIfStale(&desk)
    if working == .none && value < settings.lower {
      place(bar, .buy, bar.close - settings.entryOffset, &desk)
    }
  }

  private mutating func place(_ bar: Bar, _ side: Side, _ price: Price, _ desk: inout Desk) {
    let terms = OrderIntent.Terms(side, .limit, settings.quantity, price: price)
    guard let id = desk.submit(bar.instrument, terms) else { return }
    working = id
    placedAt = self.bar
  }

  private mutating func cancelIfStale(_ desk: inout Desk) {
    if working != .none && self.bar - placedAt >= settings.patienceBars { cancel(&desk) }
  }

  private mutating func cancel(_ desk: inout Desk) {
    if working != .none && desk.cancel(working) { working = .none }
  }

  /// Forgets the order when it is finished.
  public mutating func onOrder(_ id: OrderID, _ event: OrderEvent, desk: inout Desk) {
    guard id == working else { return }
    switch event {
    case .denied, .rejected, .filled, .cancelled, .expired: working = .none
    default: break
    }
  }

  /// Puts index, order and ages.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    index.encode(into: &sink)
    sink.put(bar)
    sink.put(working.value)
    sink.put(placedAt)
    sink.put(heldSince)
  }

  /// Takes index, order and ages back.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try source.take(into: &index)
    // Half of the range leaves room to go on counting.
    bar = try Self.takeBar(in: -1...(Int64.max / 2), &source)
    working = OrderID(try source.take())
    placedAt = try Self.takeBar(in: 0...max(0, bar), &source)
    heldSince = try Self.takeBar(in: -1...bar, &source)
  }

  private static func takeBar(
    in range: ClosedRange<Int64>, _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Int64 {
    let bar = try source.takeSigned()
    guard range.contains(bar) else {
      throw .senseless(word: UInt64(bitPattern: bar), what: "number of a bar")
    }
    return bar
  }
}
