public import OmniMoney

/// What is traded, and the one place that knows what a tick and a lot are worth.
///
/// The engine's hot paths use ``InstrumentTerms``, which holds no text; this type adds the names.
public struct Instrument: Sendable, Hashable {
  /// The name in files, reports and on the command line, such as `btc-perp`.
  public let symbol: String
  /// A line for people.
  public let name: String
  /// The exact terms.
  public let terms: InstrumentTerms

  /// Creates an instrument.
  public init(symbol: String, name: String, terms: InstrumentTerms) {
    self.symbol = symbol
    self.name = name
    self.terms = terms
  }
}

/// How trades of an instrument are settled in the books.
@frozen
public enum Settlement: UInt8, Sendable, CaseIterable {
  /// The full price changes hands: shares, spot currencies.
  case cash
  /// Only gains and losses change hands, against margin: perpetuals, futures.
  case margined
}

/// An instrument's exact terms: tick, lot, multiplier, currency, fees, margin.
@frozen
public struct InstrumentTerms: Sendable, Hashable {
  /// The smallest price step, in the quote currency: 0.1 is coefficient 1, scale 1.
  public let tick: FixedDecimal
  /// The smallest size step, in units of the thing traded.
  public let lot: FixedDecimal
  /// In what prices are quoted and trades are settled.
  public let currency: Currency
  /// How trades are booked.
  public let settlement: Settlement
  /// What a trade that rested on the book pays; negative is a rebate.
  public let makerFee: Rate
  /// What a trade that took from the book pays.
  public let takerFee: Rate
  /// The largest ratio of a position's value to the equity behind it, 1 for cash instruments.
  public let leverageMax: Int64
  /// How many decimals a bar's volume keeps, 0 to 8.
  public let volumeDecimals: Int
  /// What one tick of one lot is worth.
  public let unit: NotionalUnit
  /// What `ticks` is multiplied by and divided by to give a statistic.
  @usableFromInline let tickFactor: Double  // statistic: scale of an indicator's input
  @usableFromInline let tickDivisor: Double  // statistic: scale of an indicator's input

  /// The part of the terms that concerns fees and margin.
  public struct Costs: Sendable, Hashable {
    /// What a resting trade pays.
    public var makerFee: Rate
    /// What a taking trade pays.
    public var takerFee: Rate
    /// The largest ratio of value to equity.
    public var leverageMax: Int64

    /// Groups fees and margin.
    public init(makerFee: Rate = .zero, takerFee: Rate = .zero, leverageMax: Int64 = 1) {
      self.makerFee = makerFee
      self.takerFee = takerFee
      self.leverageMax = leverageMax
    }
  }

  /// Creates terms, or returns nil when tick, lot, leverage or decimals make no sense.
  public init?(
    tick: FixedDecimal, lot: FixedDecimal, currency: Currency, settlement: Settlement,
    costs: Costs, volumeDecimals: Int = 4
  ) {
    guard (1...1_000_000).contains(tick.coefficient), (0...12).contains(tick.scale),
      (1...1_000_000).contains(lot.coefficient), (0...12).contains(lot.scale),
      (1...1_000).contains(costs.leverageMax), (0...8).contains(volumeDecimals),
      let unit = NotionalUnit(tick: tick, lot: lot, minorDigits: Int(currency.minorDigits))
    else { return nil }
    self.tick = tick
    self.lot = lot
    self.currency = currency
    self.settlement = settlement
    makerFee = costs.makerFee
    takerFee = costs.takerFee
    leverageMax = costs.leverageMax
    self.volumeDecimals = volumeDecimals
    self.unit = unit
    tickFactor = Double(tick.coefficient)
    tickDivisor = Double(FixedDecimal.powerOfTen(tick.scale))
  }

  /// The value of `quantity` at `price`, in minor units of the currency.
  ///
  /// Rounded half to even where tick × lot is finer than the minor unit; with the usual terms it is
  /// exact. The one rule for the whole system.
  ///
  /// - Complexity: O(1), with no allocation; stops the program on overflow.
  @inlinable
  public func notional(_ price: Price, _ quantity: NetQuantity) -> Amount {
    Amount(minorUnits: unit.notional(price, quantity), currency: currency)
  }

  /// The price as a statistic, for indicators: the double that is nearest to its decimal text.
  @inlinable @inline(__always)
  public func statistic(of price: Price) -> Double {
    // Ticks × coefficient is exact below 2⁵³, so the one division rounds once, as a parser would.
    Double(price.ticks) * tickFactor / tickDivisor
  }

  /// The price that `decimal` says, or nil when it is off the tick or out of range.
  @inlinable
  public func price(_ decimal: FixedDecimal) -> Price? {
    guard let units = decimal.wideCoefficient(atScale: tick.scale),
      units.magnitude <= Self.unitsMax,
      units % Int128(tick.coefficient) == 0,
      let ticks = Int64(exactly: units / Int128(tick.coefficient)),
      ticks.magnitude <= Self.ticksMax
    else { return nil }
    return Price(ticks: ticks)
  }

  /// The size that `decimal` says, or nil when it is negative, off the lot or out of range.
  public func quantity(_ decimal: FixedDecimal) -> Quantity? {
    guard decimal.coefficient >= 0, let units = decimal.wideCoefficient(atScale: lot.scale),
      units % Int128(lot.coefficient) == 0,
      let lots = Int64(exactly: units / Int128(lot.coefficient)),
      lots <= Self.lotsMax
    else { return nil }
    return Quantity(lots: lots)
  }

  /// The largest ticks × coefficient, so that it is exact as a statistic.
  @inlinable
  public static var unitsMax: UInt128 { 1 << 53 }

  /// The largest price in ticks.
  @inlinable
  public static var ticksMax: UInt64 { 1 << 50 }

  /// The largest size in lots, so that a position of many orders stays within a word.
  @inlinable
  public static var lotsMax: Int64 { 1 << 52 }

  /// The price as decimal text with the tick's decimals.
  public func text(_ price: Price) -> String {
    FixedDecimal.text(
      of: Int128(price.ticks) * Int128(tick.coefficient), scale: tick.scale)
  }

  /// The size as decimal text with the lot's decimals.
  public func text(_ quantity: NetQuantity) -> String {
    FixedDecimal.text(of: Int128(quantity.lots) * Int128(lot.coefficient), scale: lot.scale)
  }

  /// The size as decimal text with the lot's decimals.
  public func text(_ quantity: Quantity) -> String { text(NetQuantity(lots: quantity.lots)) }
}
