public import OmniMoney

/// The price step of an instrument, by price: one step for all, or finer ones for lower prices.
///
/// - Invariant: bounds grow, steps are above zero, and the first step is for all that is lower too.
public struct TickTable: Sendable, Hashable {
  /// The step from a price on.
  public struct Band: Sendable, Hashable {
    /// The lowest price of the band.
    public let from: FixedDecimal
    /// The step within it.
    public let tick: FixedDecimal

    /// Groups bound and step.
    public init(from: FixedDecimal, tick: FixedDecimal) {
      self.from = from
      self.tick = tick
    }
  }

  /// The bands, by price.
  public let bands: [Band]
  /// The largest step that divides every step of the table: the tick of ``InstrumentTerms``.
  public let base: FixedDecimal

  /// Creates a table of one step, or returns nil for one that is not above zero.
  public init?(_ tick: FixedDecimal) {
    self.init([Band(from: FixedDecimal(coefficient: 0, scale: 0), tick: tick)])
  }

  /// Creates a table, or returns nil when the bands are none, not in order, or steps too fine.
  public init?(_ bands: [Band]) {
    guard !bands.isEmpty, bands.allSatisfy({ $0.tick.coefficient > 0 && $0.tick.scale <= 12 })
    else { return nil }
    let scale = bands.map { max($0.tick.scale, $0.from.scale) }.max() ?? 0
    let bounds = bands.compactMap { $0.from.wideCoefficient(atScale: scale) }
    guard zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    let finest = bands.map(\.tick.scale).max() ?? 0
    var divisor: Int64 = 0
    for band in bands {
      guard let step = band.tick.coefficient(atScale: finest) else { return nil }
      var (left, rest) = (step, divisor)
      while rest != 0 { (left, rest) = (rest, left % rest) }
      divisor = left
    }
    self.bands = bands
    base = FixedDecimal(coefficient: divisor, scale: finest)
  }

  /// The step at a price; that of the first band for lower ones, below zero as well.
  ///
  /// - Complexity: O(bands).
  public func tick(at price: FixedDecimal) -> FixedDecimal {
    var tick = bands[0].tick
    for band in bands.dropFirst() where Self.isNotAbove(band.from, price) { tick = band.tick }
    return tick
  }

  /// Whether a price is a multiple of the step that holds for it.
  public func allows(_ price: FixedDecimal) -> Bool {
    let tick = tick(at: price)
    let scale = max(tick.scale, price.scale)
    guard let units = price.wideCoefficient(atScale: scale),
      let step = tick.wideCoefficient(atScale: scale)
    else { return false }
    return units % step == 0
  }

  private static func isNotAbove(_ bound: FixedDecimal, _ price: FixedDecimal) -> Bool {
    let scale = max(bound.scale, price.scale)
    guard let left = bound.wideCoefficient(atScale: scale),
      let right = price.wideCoefficient(atScale: scale)
    else { return false }
    return left <= right
  }
}
