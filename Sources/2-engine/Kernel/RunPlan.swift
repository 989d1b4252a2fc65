public import OmniMatching
public import OmniModel
public import OmniMoney
public import OmniRisk

/// What a node is made of; the first record of its journal, from which a replay rebuilds it.
public struct RunPlan: Sendable, Hashable {
  /// One strategy of the run.
  public struct StrategyPlan: Sendable, Hashable {
    /// What its books are called, unique in the run.
    public var label: String
    /// Which ready strategy it is.
    public var strategy: String
    /// Its parameters as text, by name, sorted.
    public var parameters: [Parameter]
    /// What it trades.
    public var instruments: [InstrumentID]
    /// What it starts with, in minor units of the run's currency.
    public var capital: Int128

    /// Creates a plan.
    public init(
      label: String, strategy: String, parameters: [Parameter], instruments: [InstrumentID],
      capital: Int128
    ) {
      self.label = label
      self.strategy = strategy
      self.parameters = parameters.sorted { $0.name < $1.name }
      self.instruments = instruments
      self.capital = capital
    }
  }

  /// A parameter by name.
  public struct Parameter: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value as text.
    public let value: String

    /// Groups name and value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What can be traded; an instrument's identifier is its place here.
  public var instruments: [Instrument]
  /// Who trades; a strategy's identifier is its place here.
  public var strategies: [StrategyPlan]
  /// What is assumed about fills.
  public var policy: FillPolicy
  /// The limits of the risk gate.
  public var limits: RiskLimits
  /// In what the books are kept.
  public var currency: Currency

  /// Creates a plan.
  public init(
    instruments: [Instrument], strategies: [StrategyPlan], policy: FillPolicy, limits: RiskLimits,
    currency: Currency
  ) {
    self.instruments = instruments
    self.strategies = strategies
    self.policy = policy
    self.limits = limits
    self.currency = currency
  }

  /// Why a plan cannot be run.
  public enum Failure: Error, Equatable, Sendable {
    /// An instrument is quoted in another currency than the books.
    case currency(instrument: String, quoted: String, books: String)
    /// A strategy trades an instrument that the plan does not have.
    case unknownInstrument(strategy: String, index: UInt32)
    /// There is no instrument, or no strategy.
    case empty
    /// Two strategies have one label.
    case doubledLabel(String)
    /// A strategy starts with nothing, or less.
    case capital(strategy: String)
    /// Two instruments have one symbol.
    case doubledSymbol(String)
    /// A strategy trades nothing.
    case noInstruments(strategy: String)
  }

  /// Refuses a plan that cannot be run.
  public func check() throws(Failure) {
    if instruments.isEmpty || strategies.isEmpty { throw .empty }
    for instrument in instruments where instrument.terms.currency != currency {
      throw .currency(
        instrument: instrument.symbol, quoted: instrument.terms.currency.code,
        books: currency.code)
    }
    var symbols: Set<String> = []
    for instrument in instruments where !symbols.insert(instrument.symbol).inserted {
      throw .doubledSymbol(instrument.symbol)
    }
    var labels: Set<String> = []
    for strategy in strategies {
      if strategy.instruments.isEmpty { throw .noInstruments(strategy: strategy.label) }
      if !labels.insert(strategy.label).inserted { throw .doubledLabel(strategy.label) }
      if strategy.capital <= 0 { throw .capital(strategy: strategy.label) }
      if let unknown = strategy.instruments.first(where: { $0.index >= UInt32(instruments.count) })
      {
        throw .unknownInstrument(strategy: strategy.label, index: unknown.index)
      }
    }
  }
}

extension RunPlan.Failure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .currency(let instrument, let quoted, let books):
      "\(instrument) is quoted in \(quoted) and the books are in \(books); wanted one currency"
    case .unknownInstrument(let strategy, let index):
      "strategy \(strategy) trades instrument \(index), which the plan does not have"
    case .empty: "a plan without instruments or strategies; wanted at least one of each"
    case .doubledLabel(let label): "two strategies are called \(label); wanted different labels"
    case .capital(let strategy): "strategy \(strategy) starts with nothing; wanted capital"
    case .doubledSymbol(let symbol):
      "two instruments are called \(symbol); wanted different symbols"
    case .noInstruments(let strategy): "strategy \(strategy) trades nothing; wanted an instrument"
    }
  }
}
