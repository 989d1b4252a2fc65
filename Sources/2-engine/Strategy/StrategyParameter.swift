import OmniModel
import OmniMoney

/// A setting of a strategy: its name, what it may be, and what it is unless told.
public struct StrategyParameter: Sendable, Hashable {
  /// What kind of value a setting takes.
  public enum Kind: Sendable, Hashable {
    /// A whole number between two bounds.
    case integer(ClosedRange<Int>)
    /// A size in units of the instrument, above zero and a multiple of its lot.
    case quantity
    /// A distance in units of price, not negative and a multiple of the tick.
    case offset
    /// A plain decimal between two whole bounds.
    case number(ClosedRange<Int>)
    /// A fraction above 0, at most 1.
    case share
    /// true or false.
    case flag

    /// What is wanted, in words.
    public var wanted: String {
      switch self {
      case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
      case .quantity: "a size above zero in whole lots"
      case .offset: "a price distance from zero up in whole ticks"
      case .number(let range): "a decimal from \(range.lowerBound) to \(range.upperBound)"
      case .share: "a fraction above 0 and at most 1"
      case .flag: "true or false"
      }
    }
  }

  /// The name, as on the command line.
  public let name: String
  /// What it may be.
  public let kind: Kind
  /// What it is unless told.
  public let standard: String
  /// What it does, in a line.
  public let summary: String

  init(_ name: String, _ kind: Kind, _ standard: String, _ summary: String) {
    self.name = name
    self.kind = kind
    self.standard = standard
    self.summary = summary
  }
}

/// The settings of one strategy, read by name and kind.
struct ParameterReader {
  let strategy: String
  let texts: [String: String]
  let terms: InstrumentTerms

  func integer(_ name: String) throws(StrategyCatalogue.Failure) -> Int {
    let (text, parameter) = try text(name)
    guard case .integer(let range) = parameter.kind, let value = Int(text), range.contains(value)
    else { throw bad(name, text, parameter) }
    return value
  }

  func quantity(_ name: String) throws(StrategyCatalogue.Failure) -> Quantity {
    let (text, parameter) = try text(name)
    guard let decimal = try? FixedDecimal(text), let value = terms.quantity(decimal), value > .zero
    else { throw bad(name, text, parameter) }
    return value
  }

  func offset(_ name: String) throws(StrategyCatalogue.Failure) -> PriceOffset {
    let (text, parameter) = try text(name)
    guard let decimal = try? FixedDecimal(text), let value = terms.price(decimal),
      value.ticks >= 0
    else { throw bad(name, text, parameter) }
    return PriceOffset(ticks: value.ticks)
  }

  func number(_ name: String) throws(StrategyCatalogue.Failure) -> Double {
    let (text, parameter) = try text(name)
    guard case .number(let range) = parameter.kind, let decimal = try? FixedDecimal(text) else {
      throw bad(name, text, parameter)
    }
    let value = Double(decimal.coefficient) / Double(FixedDecimal.powerOfTen(decimal.scale))
    guard value >= Double(range.lowerBound), value <= Double(range.upperBound) else {
      throw bad(name, text, parameter)
    }
    return value
  }

  func share(_ name: String) throws(StrategyCatalogue.Failure) -> Rate {
    let (text, parameter) = try text(name)
    guard let decimal = try? FixedDecimal(text), let rate = Rate(decimal), rate > .zero,
      rate.billionths <= 1_000_000_000
    else { throw bad(name, text, parameter) }
    return rate
  }

  func flag(_ name: String) throws(StrategyCatalogue.Failure) -> Bool {
    let (text, parameter) = try text(name)
    switch text {
    case "true": return true
    case "false": return false
    default: throw bad(name, text, parameter)
    }
  }

  private func text(
    _ name: String
  ) throws(StrategyCatalogue.Failure) -> (String, StrategyParameter) {
    guard
      let parameter = StrategyCatalogue.descriptor(strategy)?.parameters.first(where: {
        $0.name == name
      })
    else { throw .unknownParameter(strategy: strategy, name: name, known: []) }
    return (texts[name] ?? parameter.standard, parameter)
  }

  private func bad(
    _ name: String, _ text: String, _ parameter: StrategyParameter
  ) -> StrategyCatalogue.Failure {
    .badParameter(strategy: strategy, name: name, value: text, wanted: parameter.kind.wanted)
  }
}
