public import OmniEncoding
public import OmniMoney
public import OmniTime

/// How many new units stand for how many old ones: 7 for 1, or 1 for 10.
///
/// - Invariant: both numbers are from 1 to 1,000,000, have no common divisor, and differ.
@frozen
public struct SplitRatio: Sendable, Hashable {
  /// The new units.
  public let new: Int64
  /// The old units that they stand for.
  public let old: Int64

  /// Creates the ratio in its lowest terms, or returns nil for one that is out of range or 1.
  public init?(new: Int64, old: Int64) {
    guard new >= 1, old >= 1 else { return nil }
    var (divisor, rest) = (new, old)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    self.new = new / divisor
    self.old = old / divisor
    guard self.new != self.old, self.new <= 1_000_000, self.old <= 1_000_000 else { return nil }
  }

  /// What so many old lots become.
  ///
  /// - Returns: The whole new lots, towards zero, and what is left in parts of ``old`` of a new
  ///   lot, with the same sign; nil when the lots leave their range.
  /// - Complexity: O(1), with no allocation.
  public func lots(_ lots: Int64) -> (whole: Int64, rest: Int64)? {
    let (whole, rest) = (Int128(lots) * Int128(new)).quotientAndRemainder(dividingBy: Int128(old))
    guard let narrow = Int64(exactly: whole), narrow.magnitude <= InstrumentTerms.lotsMax.magnitude
    else { return nil }
    return (narrow, Int64(rest))
  }

  /// What a price of old units is for new ones, or nil when it leaves the range of prices.
  public func price(_ price: Price, rounding: Rounding) -> Price? {
    let ticks = rounding.quotient(Int128(price.ticks) * Int128(old), Int128(new))
    guard ticks.magnitude <= UInt128(InstrumentTerms.ticksMax) else { return nil }
    return Price(ticks: Int64(ticks))
  }
}

extension SplitRatio: CustomStringConvertible {
  /// The ratio as `7:1`.
  public var description: String { "\(new):\(old)" }
}

/// What an issuer did to those who hold an instrument.
public struct CorporateAction: Sendable, Hashable {
  /// What was done.
  public enum Change: Sendable, Hashable {
    /// Units were exchanged for others.
    case split(SplitRatio)
    /// Money was paid for each unit, in the currency of the instrument.
    case dividend(FixedDecimal)
    /// The instrument has another name; nothing that is held changes.
    case symbolChange(String)
    /// The instrument ceased to be, and each unit was paid this price, which can be zero.
    case delisting(Price)
  }

  /// Whose units.
  public let instrument: InstrumentID
  /// From when on prices and sizes are those behind the change.
  public let at: Timestamp
  /// What was done.
  public let change: Change

  /// Creates an action, or returns nil for a dividend that is not above zero and of at most twelve
  /// decimals, a name that is empty or longer than 64 bytes, or a price out of range.
  public init?(_ change: Change, of instrument: InstrumentID, at: Timestamp) {
    switch change {
    case .split: break
    case .dividend(let amount):
      guard (1...1_000_000_000_000).contains(amount.coefficient), amount.scale <= 12 else {
        return nil
      }
    case .symbolChange(let symbol):
      guard (1...64).contains(symbol.utf8.count) else { return nil }
    case .delisting(let price):
      guard price.ticks.magnitude <= InstrumentTerms.ticksMax else { return nil }
    }
    self.instrument = instrument
    self.at = at
    self.change = change
  }
}

extension CorporateAction {
  /// How many words ``encode(into:)`` puts.
  public var wordCount: Int {
    guard case .symbolChange(let symbol) = change else { return 5 }
    return 6 + (symbol.utf8.count + 7) / 8
  }

  /// Puts the canonical form: instrument, instant, kind, two numbers, and a name if there is one.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(UInt64(instrument.index))
    sink.put(at.nanoseconds)
    switch change {
    case .split(let ratio):
      sink.put(UInt64(0))
      sink.put(ratio.new)
      sink.put(ratio.old)
    case .dividend(let amount):
      sink.put(UInt64(1))
      sink.put(amount.coefficient)
      sink.put(UInt64(amount.scale))
    case .symbolChange(let symbol):
      sink.put(UInt64(2))
      sink.put(UInt64(0))
      sink.put(UInt64(0))
      sink.put(symbol)
    case .delisting(let price):
      sink.put(UInt64(3))
      sink.put(price.ticks)
      sink.put(UInt64(0))
    }
  }

  /// Reads an action back, or refuses words that make none.
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let word = try source.take()
    guard let index = UInt32(exactly: word) else {
      throw .senseless(word: word, what: "instrument")
    }
    let at = Timestamp(nanoseconds: try source.takeSigned())
    let kind = try source.take()
    let (first, second) = (try source.takeSigned(), try source.takeSigned())
    let change: Change? =
      switch kind {
      case 0:
        SplitRatio(new: first, old: second).flatMap {
          $0.new == first && $0.old == second ? .split($0) : nil
        }
      case 1 where (0...12).contains(second):
        .dividend(FixedDecimal(coefficient: first, scale: Int(second)))
      case 2 where first == 0 && second == 0: .symbolChange(try source.takeText(limit: 64))
      case 3 where second == 0: .delisting(Price(ticks: first))
      default: nil
      }
    guard let change, let action = Self(change, of: InstrumentID(index), at: at) else {
      throw .senseless(word: kind, what: "corporate action")
    }
    self = action
  }
}
