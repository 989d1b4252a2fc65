public import OmniModel
import OmniMoney
public import OmniTime

/// Brings bars of the past into the units of an instant.
///
/// For an action at *t* that is known at the instant, bars that closed at *t* or before are multiplied
/// by `old / new` of a split, and, where dividends are wanted, by `(P − d) / P` with the last close *P*
/// before *t*, both as traded: the method of the Center for Research in Security Prices. Volumes are
/// multiplied by `new / old`. What comes later than the instant, bar or action, is not looked at: so
/// an answer of today is the one that would have been given then.
///
/// Splits are exact ratios. Dividends are rounded to 10⁻¹⁵ of the price, one after another. The
/// result is rounded half to even to the tick, once.
public struct HistoryAdjustment: Sendable {
  /// A whole of the dividends' factor.
  private static let one: Int128 = 1_000_000_000_000_000

  private let terms: InstrumentTerms
  private let withDividends: Bool

  /// Creates an adjustment for an instrument with these terms.
  public init(_ terms: InstrumentTerms, withDividends: Bool = false) {
    self.terms = terms
    self.withDividends = withDividends
  }

  /// What a price before an action is multiplied by: `numerator × dividends / (denominator × 10¹⁵)`.
  private struct Factor {
    var numerator: Int128 = 1
    var denominator: Int128 = 1
    var dividends = HistoryAdjustment.one
  }

  /// The bars up to `instant`, in the units of `instant`.
  ///
  /// - Parameters:
  ///   - bars: Bars of one instrument as traded, in order of time.
  ///   - actions: What was done to the instrument, in any order; later ones are not used.
  ///   - instant: Until when anything is known.
  /// - Throws: ``ReferenceError/adjustment(at:)`` when a price or volume leaves its range, or a
  ///   dividend is not below the price.
  /// - Complexity: O(bars + actions × log actions).
  public func adjust(
    _ bars: [Bar], _ actions: [CorporateAction], asOf instant: Timestamp
  ) throws(ReferenceError) -> [Bar] {
    let known = actions.filter { $0.at <= instant }.sorted { $0.at < $1.at }
    var adjusted: [Bar] = []
    var factor = Factor()
    var next = known.count - 1
    for bar in bars.reversed() where bar.closedAt <= instant {
      while next >= 0, known[next].at >= bar.closedAt {
        try apply(known[next], last: bar, to: &factor)
        next -= 1
      }
      adjusted.append(try self.bar(bar, factor))
    }
    return adjusted.reversed()
  }

  private func apply(
    _ action: CorporateAction, last bar: Bar, to factor: inout Factor
  ) throws(ReferenceError) {
    switch action.change {
    case .split(let ratio):
      let up = factor.numerator.multipliedReportingOverflow(by: Int128(ratio.old))
      let down = factor.denominator.multipliedReportingOverflow(by: Int128(ratio.new))
      guard !up.overflow, !down.overflow else { throw .adjustment(at: action.at) }
      let divisor = Self.divisor(up.partialValue, down.partialValue)
      factor.numerator = up.partialValue / divisor
      factor.denominator = down.partialValue / divisor
    case .dividend(let amount) where withDividends:
      // The close and the dividend in units that divide both.
      let scale = max(amount.scale, terms.tick.scale)
      let close =
        Int128(bar.close.ticks) * Int128(terms.tick.coefficient)
        * Int128(FixedDecimal.powerOfTen(scale - terms.tick.scale))
      let paid = amount.wideCoefficient(atScale: scale) ?? 0
      guard paid < close else { throw .adjustment(at: action.at) }
      let (product, overflow) = factor.dividends.multipliedReportingOverflow(by: close - paid)
      guard !overflow else { throw .adjustment(at: action.at) }
      factor.dividends = Rounding.halfEven.quotient(product, close)
    case .dividend, .symbolChange, .delisting: break
    }
  }

  private func bar(_ bar: Bar, _ factor: Factor) throws(ReferenceError) -> Bar {
    func price(_ price: Price) -> Price? {
      let up = Int128(price.ticks).multipliedReportingOverflow(by: factor.numerator)
      let all = up.partialValue.multipliedReportingOverflow(by: factor.dividends)
      let down = factor.denominator.multipliedReportingOverflow(by: Self.one)
      guard !up.overflow, !all.overflow, !down.overflow else { return nil }
      let ticks = Rounding.halfEven.quotient(all.partialValue, down.partialValue)
      return ticks.magnitude <= UInt128(InstrumentTerms.ticksMax)
        ? Price(ticks: Int64(ticks)) : nil
    }
    let volume = Int128(bar.volume).multipliedReportingOverflow(by: factor.denominator)
    guard let open = price(bar.open), let high = price(bar.high), let low = price(bar.low),
      let close = price(bar.close), !volume.overflow,
      let units = Int64(
        exactly: Rounding.halfEven.quotient(volume.partialValue, factor.numerator))
    else { throw .adjustment(at: bar.closedAt) }
    return Bar(
      instrument: bar.instrument, closedAt: bar.closedAt,
      prices: OpenHighLowClose(open: open, high: high, low: low, close: close), volume: units)
  }

  private static func divisor(_ left: Int128, _ right: Int128) -> Int128 {
    var (left, rest) = (left, right)
    while rest != 0 { (left, rest) = (rest, left % rest) }
    return left
  }
}
