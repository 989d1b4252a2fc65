public import OmniModel
import OmniMoney

/// The ready strategies: their names, what they do, their settings, and how they are made.
public enum StrategyCatalogue {
  /// What is known of a ready strategy before one is made.
  public struct Descriptor: Sendable, Hashable {
    /// The name, as on the command line.
    public let name: String
    /// What it does, in a line.
    public let summary: String
    /// Whether it trades several instruments at once.
    public let tradesMany: Bool
    /// Its settings.
    public let parameters: [StrategyParameter]
  }

  /// Why a strategy was not made.
  public enum Failure: Error, Equatable, Sendable {
    /// There is no strategy of this name.
    case unknownStrategy(name: String, known: [String])
    /// The strategy has no such setting.
    case unknownParameter(strategy: String, name: String, known: [String])
    /// A setting is not what it may be.
    case badParameter(strategy: String, name: String, value: String, wanted: String)
    /// The strategy trades one instrument, or several, and was given another number.
    case instrumentCount(strategy: String, found: Int, wanted: String)
    /// Two settings do not go together.
    case contradiction(strategy: String, what: String)
  }

  private static let quantity = StrategyParameter(
    "quantity", .quantity, "1", "how much it trades, in units of the instrument")

  /// The ready strategies, by name.
  public static let all: [Descriptor] = [
    Descriptor(
      name: "breakout-bracket",
      summary: "buys a close above the highest high of the bars before, with stop and target",
      tradesMany: false,
      parameters: [
        StrategyParameter("lookback", .integer(1...10_000), "20", "bars of the high"),
        StrategyParameter("stop", .offset, "150", "how far below the close the stop stands"),
        StrategyParameter("target", .offset, "300", "how far above it the target stands"),
        quantity,
      ]),
    Descriptor(
      name: "donchian",
      summary: "trades breakouts of a long channel and leaves on a short one",
      tradesMany: false,
      parameters: [
        StrategyParameter("entry", .integer(1...10_000), "20", "bars of the entry channel"),
        StrategyParameter("exit", .integer(1...10_000), "10", "bars of the exit channel"),
        StrategyParameter("range", .integer(1...10_000), "20", "period of the true range"),
        StrategyParameter("risk", .share, "0.01", "share of equity that one true range is"),
        StrategyParameter("long-only", .flag, "false", "whether it never sells short"),
      ]),
    Descriptor(
      name: "ema-cross",
      summary: "long while the fast average is above the slow one, short while below",
      tradesMany: false,
      parameters: [
        StrategyParameter("fast", .integer(1...10_000), "10", "period of the fast average"),
        StrategyParameter("slow", .integer(2...10_000), "20", "period of the slow average"),
        quantity,
      ]),
    Descriptor(
      name: "momentum",
      summary: "holds the instruments that rose most over the past year, changed monthly",
      tradesMany: true,
      parameters: [
        StrategyParameter("lookback", .integer(2...10_000), "252", "bars of the rise"),
        StrategyParameter("skip", .integer(0...1_000), "21", "latest bars that are left out"),
        StrategyParameter("top", .integer(1...1_000), "5", "how many instruments it holds"),
        StrategyParameter("invested", .share, "0.95", "share of equity that is invested"),
      ]),
    Descriptor(
      name: "rsi-limit",
      summary: "bids under a weak market and offers over a strong one, long only",
      tradesMany: false,
      parameters: [
        StrategyParameter("period", .integer(1...10_000), "14", "period of the RSI"),
        StrategyParameter("lower", .number(0...100), "30", "below it the strategy buys"),
        StrategyParameter("upper", .number(0...100), "55", "above it the strategy sells"),
        StrategyParameter("entry", .offset, "10", "how far below the close it bids"),
        StrategyParameter("exit", .offset, "5", "how far above the close it offers"),
        StrategyParameter("patience", .integer(1...100_000), "5", "bars before a cancel"),
        StrategyParameter("hold", .integer(1...1_000_000), "120", "bars before it gives up"),
        quantity,
      ]),
  ]

  /// What is known of the strategy called `name`, or nil.
  public static func descriptor(_ name: String) -> Descriptor? { all.first { $0.name == name } }

  /// Makes a strategy.
  ///
  /// - Parameters:
  ///   - name: Which one.
  ///   - parameters: Settings by name, as text; those that are not named have their standard.
  ///   - instruments: What it trades, each with its terms.
  public static func make(
    _ name: String, parameters: [String: String],
    instruments: [(id: InstrumentID, terms: InstrumentTerms)]
  ) throws(Failure) -> ReadyStrategy {
    guard let descriptor = descriptor(name) else {
      throw .unknownStrategy(name: name, known: all.map(\.name))
    }
    let known = descriptor.parameters.map(\.name)
    if let stranger = parameters.keys.sorted().first(where: { !known.contains($0) }) {
      throw .unknownParameter(strategy: name, name: stranger, known: known)
    }
    guard let first = instruments.first, descriptor.tradesMany || instruments.count == 1 else {
      throw .instrumentCount(
        strategy: name, found: instruments.count,
        wanted: descriptor.tradesMany ? "at least one" : "one")
    }
    let read = ParameterReader(strategy: name, texts: parameters, terms: first.terms)
    switch name {
    case "ema-cross": return try emaCross(read)
    case "rsi-limit": return try rsiLimit(read)
    case "breakout-bracket": return try breakoutBracket(read)
    case "donchian": return try donchian(read)
    default: return try momentum(read, instruments.map(\.id))
    }
  }

  private static func emaCross(_ read: ParameterReader) throws(Failure) -> ReadyStrategy {
    let (fast, slow) = (try read.integer("fast"), try read.integer("slow"))
    guard fast < slow else {
      throw .contradiction(
        strategy: read.strategy, what: "fast is \(fast) and slow is \(slow); wanted fast below slow"
      )
    }
    return .emaCross(EMACross(fast: fast, slow: slow, quantity: try read.quantity("quantity")))
  }

  private static func rsiLimit(_ read: ParameterReader) throws(Failure) -> ReadyStrategy {
    var settings = RSILimit.Settings()
    settings.period = try read.integer("period")
    settings.lower = try read.number("lower")
    settings.upper = try read.number("upper")
    settings.entryOffset = try read.offset("entry")
    settings.exitOffset = try read.offset("exit")
    settings.patienceBars = Int64(try read.integer("patience"))
    settings.holdBars = Int64(try read.integer("hold"))
    settings.quantity = try read.quantity("quantity")
    return .rsiLimit(RSILimit(settings))
  }

  private static func breakoutBracket(_ read: ParameterReader) throws(Failure) -> ReadyStrategy {
    .breakoutBracket(
      BreakoutBracket(
        lookback: try read.integer("lookback"), stop: try read.offset("stop"),
        target: try read.offset("target"), quantity: try read.quantity("quantity")))
  }

  private static func donchian(_ read: ParameterReader) throws(Failure) -> ReadyStrategy {
    .donchian(
      DonchianTrend(
        entry: try read.integer("entry"), exit: try read.integer("exit"),
        range: try read.integer("range"), riskShare: try read.share("risk"),
        isLongOnly: try read.flag("long-only")))
  }

  private static func momentum(
    _ read: ParameterReader, _ instruments: [InstrumentID]
  ) throws(Failure) -> ReadyStrategy {
    let (lookback, skip) = (try read.integer("lookback"), try read.integer("skip"))
    let top = try read.integer("top")
    guard skip < lookback else {
      throw .contradiction(
        strategy: read.strategy,
        what: "skip is \(skip) and lookback is \(lookback); wanted skip below lookback")
    }
    guard top <= instruments.count else {
      throw .contradiction(
        strategy: read.strategy,
        what: "top is \(top) of \(instruments.count) instruments; wanted no more than there are")
    }
    return .momentum(
      CrossSectionalMomentum(
        instruments: instruments, lookback: lookback, skip: skip, top: top,
        invested: try read.share("invested")))
  }
}

extension StrategyCatalogue.Failure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownStrategy(let name, let known):
      "there is no strategy \(name); wanted one of \(known.joined(separator: ", "))"
    case .unknownParameter(let strategy, let name, let known):
      "\(strategy) has no parameter \(name); wanted one of \(known.joined(separator: ", "))"
    case .badParameter(let strategy, let name, let value, let wanted):
      "\(strategy): \(name) is \(value); wanted \(wanted)"
    case .instrumentCount(let strategy, let found, let wanted):
      "\(strategy) was given \(found) instruments; wanted \(wanted)"
    case .contradiction(let strategy, let what): "\(strategy): \(what)"
    }
  }
}
