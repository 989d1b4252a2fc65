public import OmniModel
public import OmniMoney
public import OmniOrderBooks
import OmniPortfolio
public import OmniRisk
public import OmniTime

/// Our side: the market and our orders as they are known here, and what we send.
///
/// Each order passes the pre-trade gate, with positions and money as reported so far.
public struct TickDesk: ~Copyable {
  /// The present instant.
  public internal(set) var now = Timestamp.distantPast
  /// The market, as heard so far.
  public internal(set) var market: LevelBook
  /// Position and money, as reported so far.
  public internal(set) var account = TickAccount()
  /// How many orders the gate refused.
  public internal(set) var denialCount: UInt64 = 0
  /// Why it refused the last one.
  public internal(set) var lastDenial: Denial?

  let instrument: InstrumentID
  let strategy: StrategyID
  let unit: NotionalUnit
  var gate: PreTradeGate
  var portfolio: Portfolio
  var working: [WorkingTick] = []
  var sent = CommandQueue()
  var latency: LatencySource
  private var lastOrder: UInt64 = 0
  var pricedAt = Timestamp.distantPast

  /// An order of ours, as far as it is known here.
  struct WorkingTick {
    var id: OrderID
    var side: Side
    /// Its size, and what of it is known to be traded.
    var totalLots: Int64
    var tradedLots: Int64 = 0
    /// The size that has been asked for, or nil.
    var wantedLots: Int64?
    var isCancelling = false

    /// What is left, as far as it is known.
    var lots: Int64 { totalLots - tradedLots }
  }

  /// Where an order stands as far as it is known here.
  public enum Standing: Sendable, Hashable {
    /// It is on its way or rests; so many lots are left.
    case working(Quantity)
    /// It has been asked to go.
    case cancelling
    /// It is not, or not any more.
    case gone
  }

  /// What a desk needs to know.
  public struct Configuration: Sendable {
    /// What is traded.
    public var instrument: Instrument
    /// Whose orders they are.
    public var strategy = StrategyID(0)
    /// What the gate allows.
    public var limits = RiskLimits()
    /// What the owner put in.
    public var capital: Int128 = 0
    /// Ticks of the book's window.
    public var bookWindow = LevelBook.windowDefault

    /// The usual desk for `instrument`.
    public init(_ instrument: Instrument) { self.instrument = instrument }
  }

  /// Opens a desk, or throws what the books say about its capital.
  public init(_ configuration: Configuration, latency model: LatencyModel) throws(DeskFailure) {
    // The desk's one instrument and strategy are the first of its own books.
    instrument = InstrumentID(0)
    strategy = configuration.strategy
    unit = configuration.instrument.terms.unit
    market = LevelBook(window: configuration.bookWindow)
    gate = PreTradeGate(
      instruments: [configuration.instrument], strategyCount: 1, limits: configuration.limits)
    portfolio = try Self.books(configuration)
    latency = LatencySource(model)
  }

  /// Books of one strategy and one instrument, with the capital in them.
  private static func books(_ configuration: Configuration) throws(DeskFailure) -> Portfolio {
    let currency = configuration.instrument.terms.currency
    var portfolio = Portfolio(
      strategies: ["desk"], instruments: [configuration.instrument], currency: currency)
    if configuration.capital > 0 {
      do {
        try portfolio.deposit(
          Amount(minorUnits: configuration.capital, currency: currency), to: StrategyID(0))
      } catch {
        throw .books("\(error)")
      }
    }
    return portfolio
  }

  /// The next order's number.
  public mutating func nextOrder() -> OrderID {
    lastOrder += 1
    return OrderID(lastOrder)
  }

  /// Where order `id` stands as far as it is known here.
  public func standing(_ id: OrderID) -> Standing {
    guard let order = working.first(where: { $0.id == id }) else { return .gone }
    return order.isCancelling ? .cancelling : .working(Quantity(lots: order.lots))
  }

  /// How many orders work as far as it is known here.
  public var workingCount: Int { working.count }
}

/// Why a desk cannot go on.
public enum DeskFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The books refused what was reported.
  case books(String)

  /// The stable code, which the list of errors explains.
  public var code: String { "TIK-014" }

  /// One line: what the books said.
  public var description: String {
    switch self {
    case .books(let text): "the desk's books refused a posting: \(text)"
    }
  }
}
