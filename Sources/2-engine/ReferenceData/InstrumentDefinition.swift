public import OmniModel
public import OmniMoney
public import OmniTime

/// What kind of thing an instrument is.
public enum InstrumentKind: String, Sendable, CaseIterable {
  /// A thing against money, at once.
  case spot
  /// A contract without an end, held to its underlying by funding.
  case perpetual
  /// A contract that ends.
  case future
  /// A right to buy or sell.
  case option
  /// A share.
  case equity
  /// A fund that is traded like a share.
  case etf
  /// A debt.
  case bond
  /// A currency against another.
  case fx
  /// A figure that is not traded itself.
  case index
}

/// Everything about an instrument that is the same while a version of it holds.
public struct InstrumentDefinition: Sendable, Hashable {
  /// Which way a contract's value follows the price.
  public enum ContractForm: String, Sendable, CaseIterable {
    /// Gains are in the quote currency: price × size.
    case linear
    /// Gains are in the underlying: size ÷ price.
    case inverse
  }

  /// What the buyer of an option may do.
  public enum Right: String, Sendable, CaseIterable {
    /// Buy.
    case call
    /// Sell.
    case put
  }

  /// What only contracts have.
  public struct Contract: Sendable, Hashable {
    /// What it is of: a symbol of ours, or a currency's code.
    public var underlying: String
    /// How many units of the underlying one unit is of.
    public var multiplier = FixedDecimal(coefficient: 1, scale: 0)
    /// Which way its value follows the price.
    public var form = ContractForm.linear
    /// In what gains are paid, when it is not what it is quoted in.
    public var settlementCurrency: Currency?
    /// When it ends; for futures and options.
    public var expiry: Timestamp?
    /// At what price an option may be used.
    public var strike: FixedDecimal?
    /// What an option allows.
    public var right: Right?

    /// Creates a linear contract of one unit of `underlying`.
    public init(underlying: String) { self.underlying = underlying }
  }

  /// The bounds of an order at the venue.
  public struct OrderLimits: Sendable, Hashable {
    /// The smallest size.
    public var quantityMin: FixedDecimal?
    /// The largest size.
    public var quantityMax: FixedDecimal?
    /// The smallest value.
    public var notionalMin: FixedDecimal?

    /// Creates limits of which none is set.
    public init() {}
  }

  /// A venue's name for the instrument.
  public struct VenueName: Sendable, Hashable {
    /// The venue.
    public let venue: String
    /// What it calls the instrument.
    public let symbol: String

    /// Groups venue and name.
    public init(_ venue: String, _ symbol: String) {
      self.venue = venue
      self.symbol = symbol
    }
  }

  /// Our symbol, in lower case.
  public var symbol: String
  /// A line for people.
  public var name: String
  /// What kind of thing it is.
  public var kind: InstrumentKind
  /// The price steps.
  public var ticks: TickTable
  /// The size step.
  public var lot: FixedDecimal
  /// In what it is quoted.
  public var currency: Currency
  /// Fees and the largest leverage.
  public var costs = InstrumentTerms.Costs()
  /// How many decimals a bar's volume keeps.
  public var volumeDecimals = 4
  /// What only contracts have.
  public var contract: Contract?
  /// The bounds of an order.
  public var limits = OrderLimits()
  /// The calendar of its market, by name.
  public var calendar = "always"
  /// The international securities identification number.
  public var isin: String?
  /// The financial instrument global identifier.
  public var figi: String?
  /// What venues call it, each venue once.
  public var venueNames: [VenueName] = []

  /// Creates a definition of what every instrument has; its name is its symbol until another is set.
  public init(
    symbol: String, kind: InstrumentKind, ticks: TickTable, lot: FixedDecimal, currency: Currency
  ) {
    self.symbol = symbol
    name = symbol
    self.kind = kind
    self.ticks = ticks
    self.lot = lot
    self.currency = currency
  }

  /// How trades are booked: contracts by gains, currencies too, everything else in full.
  public var settlement: Settlement {
    switch kind {
    case .perpetual, .future, .fx: .margined
    case .spot, .option, .equity, .etf, .bond, .index: .cash
    }
  }

  /// The engine's terms: the finest tick, and a lot times the multiplier.
  ///
  /// Nil for an inverse contract, whose value the engine's one rule for notionals does not say, for
  /// an index, which is not traded, for gains in another currency, and where terms make no sense.
  public var terms: InstrumentTerms? {
    if kind == .index || contract?.form == .inverse { return nil }
    if let other = contract?.settlementCurrency, other != currency { return nil }
    let factor = contract?.multiplier ?? FixedDecimal(coefficient: 1, scale: 0)
    let size = lot.coefficient.multipliedReportingOverflow(by: factor.coefficient)
    guard !size.overflow, lot.scale + factor.scale <= 18 else { return nil }
    var (coefficient, scale) = (size.partialValue, lot.scale + factor.scale)
    while scale > 0 && coefficient % 10 == 0 {
      (coefficient, scale) = (coefficient / 10, scale - 1)
    }
    return InstrumentTerms(
      tick: ticks.base, lot: FixedDecimal(coefficient: coefficient, scale: scale),
      currency: currency, settlement: settlement, costs: costs, volumeDecimals: volumeDecimals)
  }

  /// The instrument as runs take it, or nil where it has no ``terms``.
  public var instrument: Instrument? {
    terms.map { Instrument(symbol: symbol, name: name, terms: $0) }
  }

  /// Refuses a definition that lacks what its kind needs.
  public func check() throws(ReferenceError) {
    if let fault { throw .senseless(symbol: symbol, what: fault) }
  }

  private var fault: String? {
    if symbol.isEmpty || symbol.utf8.count > 64 || symbol != symbol.lowercased() {
      return "a symbol of 1 to 64 bytes in lower case was wanted"
    }
    if lot.coefficient <= 0 { return "a lot above zero was wanted" }
    if Set(venueNames.map(\.venue)).count != venueNames.count {
      return "one name for each venue was wanted"
    }
    if let isin, !Self.isISIN(isin) { return "\(isin) is no ISIN: its check digit is wrong" }
    switch kind {
    case .perpetual, .future, .option:
      guard let contract else { return "a \(kind.rawValue) needs its contract" }
      if contract.multiplier.coefficient <= 0 { return "a multiplier above zero was wanted" }
      if (contract.expiry != nil) == (kind == .perpetual) {
        return "a \(kind.rawValue) \(kind == .perpetual ? "has no" : "needs an") expiry"
      }
      let isOption = kind == .option
      if (contract.strike != nil) != isOption || (contract.right != nil) != isOption {
        return "strike and right belong to options, and both to each of them"
      }
    case .spot, .equity, .etf, .bond, .fx, .index:
      if contract != nil { return "a \(kind.rawValue) is no contract" }
    }
    if kind == .index || contract?.form == .inverse || contract?.settlementCurrency != nil {
      return nil
    }
    return terms == nil ? "tick, lot, multiplier or leverage make no sense together" : nil
  }

  /// Whether the last digit is right: letters become two digits, every second digit from the right is
  /// doubled, and all digits together end in zero (ISO 6166).
  static func isISIN(_ text: String) -> Bool {
    guard text.utf8.count == 12 else { return false }
    var digits: [Int] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39: digits.append(Int(byte) - 0x30)
      case 0x41...0x5A: digits += [(Int(byte) - 55) / 10, (Int(byte) - 55) % 10]
      default: return false
      }
    }
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      let weighed = place % 2 == 1 ? digit * 2 : digit
      sum += weighed / 10 + weighed % 10
    }
    return sum % 10 == 0
  }
}
