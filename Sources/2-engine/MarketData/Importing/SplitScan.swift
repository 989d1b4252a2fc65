import OmniModel
import OmniMoney
public import OmniTime

/// Looks for splits that were not applied: a jump by a small ratio that no action explains.
///
/// A close is suspected when its return is an outlier by the robust z-score of ``OutlierScan``, and
/// when, with one of the usual ratios taken out of it, it is at least eight times less of one and
/// below 8 %, or 2 % for ratios below two, which ordinary news comes near. A jump that the next bar takes back is a wrong price, and no split. Where the bar itself
/// spans the ratio, as one that opens at the last price in old units, it mixes both. Only the past,
/// and one bar more, is looked at.
///
/// It suspects, and proves nothing: a share that falls by half on bad news looks the same.
struct SplitScan {
  /// New units for old ones, as companies choose them; each also the other way round.
  static let ratios: [(new: Double, old: Double)] = {  // statistic: to compare with returns
    let usual: [(Double, Double)] = [  // statistic: to compare with returns
      (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (10, 1), (12, 1), (15, 1), (20, 1),
      (25, 1), (30, 1), (40, 1), (50, 1), (100, 1), (3, 2), (4, 3), (5, 2), (5, 3), (5, 4), (7, 2),
    ]
    return usual.flatMap { [(new: $0.0, old: $0.1), (new: $0.1, old: $0.0)] }
  }()

  private static let gain = 8.0  // statistic: how much less of an outlier
  private static let restMax = 0.08  // statistic: what may be left of the return
  private static let restMaxOfSmall = 0.02  // statistic: the same for ratios below two

  private let threshold: Double
  private let actions: [CorporateAction]
  private var last: Bar?
  private var candidate: (found: QualityReport.Split, before: Double, isMixed: Bool)?
  private(set) var found = QualityReport.Splits()

  init(threshold: Double, actions: [CorporateAction]) {
    self.threshold = threshold
    self.actions = actions
  }

  /// Takes the next bar, before `outliers` takes its close.
  mutating func take(_ bar: Bar, _ outliers: borrowing OutlierScan) {
    defer { last = bar }
    // Who takes a jump back is no jump of its own.
    guard settle(next: Double(bar.close.ticks)) else { return }
    guard let last, last.close.ticks > 0, bar.close.ticks > 0 else { return }
    let (before, close) = (Double(last.close.ticks), Double(bar.close.ticks))
    guard let score = outliers.score(of: (close - before) / before), score > threshold else {
      return
    }
    var best: (ratio: (new: Double, old: Double), rest: Double)?
    for ratio in Self.ratios {
      let rest = abs(close * ratio.new / ratio.old - before) / before
      let isSmall = max(ratio.new, ratio.old) < 2 * min(ratio.new, ratio.old)
      if rest <= (isSmall ? Self.restMaxOfSmall : Self.restMax), rest < best?.rest ?? .infinity {
        best = (ratio, rest)
      }
    }
    guard let (ratio, rest) = best, let left = outliers.score(of: rest), left * Self.gain <= score
    else { return }
    let factor = max(ratio.new / ratio.old, ratio.old / ratio.new)
    let range = bar.low.ticks > 0 ? Double(bar.high.ticks) / Double(bar.low.ticks) : 0
    let isMixed = factor >= 2 && abs(range / factor - 1) <= Self.restMax
    let isExplained = actions.contains {
      if case .split = $0.change { $0.at >= last.closedAt && $0.at < bar.closedAt } else { false }
    }
    candidate = (
      QualityReport.Split(
        closedAt: bar.closedAt, new: Int(ratio.new), old: Int(ratio.old), score: score,
        isExplained: isExplained), before, isMixed
    )
  }

  /// Ends the series.
  mutating func finish() { _ = settle(next: nil) }

  /// Counts the candidate; says false when the next close is back where it was, and it was none.
  private mutating func settle(next: Double?) -> Bool {
    guard let (split, before, isMixed) = candidate else { return true }
    candidate = nil
    if let next, abs(next / before - 1) <= Self.restMax { return false }
    found.add(split, isMixed: isMixed)
    return true
  }
}

extension QualityReport {
  /// Jumps by the ratio of a split.
  public struct Splits: Sendable, Equatable {
    /// How many no action explains.
    public internal(set) var unapplied = 0
    /// How many an action explains: the file is as traded, and has to be adjusted.
    public internal(set) var explained = 0
    /// How many of the bars behind a jump hold prices in both units.
    public internal(set) var mixed = 0
    /// The first few.
    public internal(set) var examples: [Split] = []

    mutating func add(_ split: Split, isMixed: Bool) {
      if split.isExplained { explained += 1 } else { unapplied += 1 }
      if isMixed { mixed += 1 }
      if examples.count < QualityReport.examplesMax { examples.append(split) }
    }
  }

  /// One jump by the ratio of a split.
  public struct Split: Sendable, Equatable {
    /// When the bar behind the jump closed.
    public let closedAt: Timestamp
    /// The new units of the nearest ratio.
    public let new: Int
    /// The old units that they would stand for.
    public let old: Int
    /// The robust z-score of the jump.
    public let score: Double  // statistic
    /// Whether an action explains it.
    public let isExplained: Bool
  }

  /// What is to be thought of a series.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Nothing speaks against its use.
    case good
    /// Somebody should look at what was found.
    case suspect
    /// It is not to be used.
    case bad
  }

  /// What is to be thought of the series, by ``score`` and by what was found.
  ///
  /// Bad is one without bars, or with a score below 50. Suspect is one with a split that was not
  /// applied, a bar in two units, rows that contradict each other, or a score below 95.
  public var verdict: Verdict {
    if bars == 0 || score < 50 { return .bad }
    let isClean =
      splits.unapplied == 0 && splits.mixed == 0 && duplicates.conflicting == 0 && score >= 95
    return isClean ? .good : .suspect
  }

  /// The quality of the series from 0 to 100.
  ///
  /// A hundred, less: the percents of rows that were set aside, contradict another, stand before an
  /// earlier one or off the grid; ten times the percents of outliers; and ten for each split that
  /// was not applied and each bar in two units, of both at most 60.
  public var score: Int {
    guard rows > 0 else { return 0 }
    let faults = quarantinedCount + duplicates.conflicting + timeGoesBack + offGrid
    let lost = (faults * 100 + outliers.count * 1_000 + rows - 1) / rows
    return max(0, 100 - lost - min(60, 10 * (splits.unapplied + splits.mixed)))
  }
}
