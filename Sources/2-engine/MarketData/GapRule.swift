import OmniModel
import OmniMoney

/// Tells a gap that the data's vendor filled with straight lines from prices that are wrong.
///
/// Where a vendor has no bars, it may draw a line from the last price before the gap to the first
/// one behind it. The prices on such a line fall between ticks, but each is exactly the mean of its
/// neighbours, which a misplaced digit or the wrong instrument is not. All of it is computed with
/// the prices as they are written, in units of 10⁻¹⁸, so that nothing is rounded:
///
/// | asked of an off-tick price v(i) | why |
/// | --- | --- |
/// | the row directly before was taken | a line begins at a price that is known to be right |
/// | v(i) − v(i−1) = v(i+1) − v(i) | it is the mean of its neighbours |
/// | at the file's end v(i) − v(i−1) = v(i−1) − v(i−2), row i−1 interpolated | it goes on as begun |
/// | the step leads back to the tick within ``rowsMax`` rows | a line ends at a price, too |
/// | at most ``rowsMax`` such rows follow each other | everything has a limit |
///
/// By the first two, the step is not zero: a flat price off the tick, which says that the tick or
/// the instrument is wrong, has nowhere to begin.
///
/// - Invariant: no state but the last two rows; rows that are on the tick allocate nothing.
struct GapRule: Sendable {
  /// How many rows with off-tick prices may follow each other: an hour of bars of one minute.
  static let rowsMax = 60

  /// What stands behind a row.
  enum Behind: Equatable {
    case endOfFile
    /// A row in which not all four prices are numbers.
    case unreadable
    case prices([Int128])
  }

  /// The tick in units of 10⁻¹⁸.
  private let tick: Int128
  /// The row directly before, if it was taken and was on the tick.
  private var clean: Bar?
  /// The last two rows as they are written, while `rows` is above zero.
  private var filled: (before: [Int128], beforeThat: [Int128]) = ([], [])
  /// How many interpolated rows stand directly before.
  private var rows = 0

  init(tick: FixedDecimal) { self.tick = Self.exact(tick) }

  /// `decimal` in units of 10⁻¹⁸; below 10³⁷, so that sums of a few fit.
  static func exact(_ decimal: FixedDecimal) -> Int128 {
    Int128(decimal.coefficient) * Int128(FixedDecimal.powerOfTen(18 - decimal.scale))
  }

  /// The first column of `prices` with an off-tick price that is not on a line, or nil.
  func firstFault(in prices: [Int128], behind: Behind) -> Int? {
    prices.indices.first { column in
      prices[column] % tick != 0 && !isOnLine(prices[column], column, behind)
    }
  }

  private func isOnLine(_ price: Int128, _ column: Int, _ behind: Behind) -> Bool {
    guard rows < Self.rowsMax, let before else { return false }
    let step = price - before[column]
    // A flat price would be off the tick in the row before, too, which was then taken on a line
    // that moves on from there.
    assert(step != 0, "a flat price off the tick is no line")
    guard leadsBackToTick(step) else { return false }
    return switch behind {
    case .prices(let next): next[column] - price == step
    case .endOfFile: rows > 0 && before[column] - filled.beforeThat[column] == step
    case .unreadable: false
    }
  }

  /// Whether a line with this step meets the tick again before it has more rows than are allowed.
  private func leadsBackToTick(_ step: Int128) -> Bool {
    var (divisor, rest) = (tick.magnitude, step.magnitude)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    return tick.magnitude / divisor <= UInt128(Self.rowsMax + 1)
  }

  private var before: [Int128]? {
    if rows > 0 { return filled.before }
    return clean.map { bar in
      [bar.open, bar.high, bar.low, bar.close].map { Int128($0.ticks) * tick }
    }
  }

  /// The nearest multiple of the tick; a price half-way goes to the even one.
  func ticks(_ price: Int128) -> Int128 { Rounding.halfEven.quotient(price, tick) }

  // MARK: What became of a row

  /// A row on the tick was taken.
  mutating func takeClean(_ bar: Bar) {
    clean = bar
    if rows > 0 { endRun() }
  }

  /// An interpolated row was taken.
  mutating func takeInterpolated(_ prices: [Int128]) {
    filled = (prices, before ?? [])
    rows += 1
    clean = nil
  }

  /// A row was refused, so that no line can lean on it.
  mutating func refuse() {
    clean = nil
    if rows > 0 { endRun() }
  }

  private mutating func endRun() {
    rows = 0
    filled = ([], [])
  }
}
