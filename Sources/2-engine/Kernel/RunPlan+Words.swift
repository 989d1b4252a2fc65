import OmniCrypto
public import OmniEncoding
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniTime

extension RunPlan {
  /// How many instruments, strategies or parameters a plan that is read may have.
  static let listMax = 65_536

  /// Puts the plan's canonical form.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(currency.packedCode)
    sink.put(UInt64(currency.minorDigits))
    sink.put(UInt64(instruments.count))
    for instrument in instruments { Self.put(instrument, into: &sink) }
    sink.put(UInt64(strategies.count))
    for strategy in strategies { Self.put(strategy, into: &sink) }
    Self.put(policy, into: &sink)
    Self.put(limits, into: &sink)
  }

  /// The number of the journals of this plan: the first 64 bits of its digest, so that runs of one
  /// plan have equal journals.
  public var journalNumber: UInt64 {
    var sink = DigestSink()
    encode(into: &sink)
    return sink.finish().words.0
  }

  /// Reads a plan back, or refuses words that make none.
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let currency = try Self.takeCurrency(&source)
    var instruments: [Instrument] = []
    for _ in 0..<(try source.takeCount(limit: Self.listMax)) {
      instruments.append(try Self.takeInstrument(&source))
    }
    var strategies: [StrategyPlan] = []
    for _ in 0..<(try source.takeCount(limit: Self.listMax)) {
      strategies.append(try Self.takeStrategy(&source))
    }
    let policy = try Self.takePolicy(&source)
    let limits = try Self.takeLimits(&source)
    self.init(
      instruments: instruments, strategies: strategies, policy: policy, limits: limits,
      currency: currency)
  }

  private static func put(_ instrument: Instrument, into sink: inout some WordSink & ~Copyable) {
    let terms = instrument.terms
    sink.put(instrument.symbol)
    sink.put(instrument.name)
    for decimal in [terms.tick, terms.lot] {
      sink.put(decimal.coefficient)
      sink.put(UInt64(decimal.scale))
    }
    sink.put(terms.currency.packedCode)
    sink.put(UInt64(terms.currency.minorDigits))
    sink.put(UInt64(terms.settlement.rawValue))
    sink.put(terms.makerFee.billionths)
    sink.put(terms.takerFee.billionths)
    sink.put(terms.leverageMax)
    sink.put(UInt64(terms.volumeDecimals))
  }

  private static func takeInstrument(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Instrument {
    let symbol = try source.takeText()
    let name = try source.takeText()
    let tick = try takeDecimal(&source)
    let lot = try takeDecimal(&source)
    let currency = try takeCurrency(&source)
    let settlement = try source.take()
    let costs = InstrumentTerms.Costs(
      makerFee: Rate(billionths: try source.takeSigned()),
      takerFee: Rate(billionths: try source.takeSigned()),
      leverageMax: try source.takeSigned())
    let decimals = try source.takeCount(limit: 8)
    guard let kind = UInt8(exactly: settlement).flatMap(Settlement.init(rawValue:)),
      let terms = InstrumentTerms(
        tick: tick, lot: lot, currency: currency, settlement: kind, costs: costs,
        volumeDecimals: decimals)
    else { throw .senseless(word: settlement, what: "terms of an instrument") }
    return Instrument(symbol: symbol, name: name, terms: terms)
  }

  private static func takeDecimal(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> FixedDecimal {
    let coefficient = try source.takeSigned()
    return FixedDecimal(coefficient: coefficient, scale: try source.takeCount(limit: 18))
  }

  private static func takeCurrency(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Currency {
    let packed = try source.take()
    let digits = UInt8(try source.takeCount(limit: 18))
    let currency = Currency(packedCode: packed, minorDigits: digits)
    guard Currency(code: currency.code, minorDigits: digits) == currency else {
      throw .senseless(word: packed, what: "currency")
    }
    return currency
  }

  private static func put(_ plan: StrategyPlan, into sink: inout some WordSink & ~Copyable) {
    sink.put(plan.label)
    sink.put(plan.strategy)
    sink.put(UInt64(plan.parameters.count))
    for parameter in plan.parameters {
      sink.put(parameter.name)
      sink.put(parameter.value)
    }
    sink.put(UInt64(plan.instruments.count))
    for instrument in plan.instruments { sink.put(UInt64(instrument.index)) }
    sink.put(plan.capital)
  }

  private static func takeStrategy(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> StrategyPlan {
    let label = try source.takeText()
    let strategy = try source.takeText()
    var parameters: [Parameter] = []
    for _ in 0..<(try source.takeCount(limit: listMax)) {
      parameters.append(Parameter(try source.takeText(), try source.takeText()))
    }
    var instruments: [InstrumentID] = []
    for _ in 0..<(try source.takeCount(limit: listMax)) {
      instruments.append(InstrumentID(UInt32(try source.takeCount(limit: listMax))))
    }
    return StrategyPlan(
      label: label, strategy: strategy, parameters: parameters, instruments: instruments,
      capital: try source.takeWide())
  }
}
