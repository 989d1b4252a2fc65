public import OmniTime

/// What is known about the quality of one imported series: each kind of fault, named and counted.
///
/// Nothing is repaired in silence. What was dropped is under ``duplicates`` and ``quarantined``,
/// what was changed under ``roundedPrices`` and ``timeGoesBack`` (rows are sorted), and everything
/// else is as the file has it. The digest of the file is added by whoever opened it.
public struct QualityReport: Sendable, Equatable {
  /// How many examples of each fault are kept.
  public static let examplesMax = 5

  /// The symbol as the file writes it.
  public let symbol: String
  /// Rows of the series in the file.
  public internal(set) var rows = 0
  /// Bars that came of them.
  public internal(set) var bars = 0
  /// When the first bar closed.
  public internal(set) var first: Timestamp?
  /// When the last bar closed.
  public internal(set) var last: Timestamp?
  /// How long a bar is.
  public internal(set) var interval = Interval.zero
  /// Rows with the time of another.
  public internal(set) var duplicates = Duplicates()
  /// How often a row is earlier than the row before it; the rows are sorted.
  public internal(set) var timeGoesBack = 0
  /// Where bars are missing.
  public internal(set) var gaps = Gaps()
  /// Returns far from what the hundred before them suggest; reported, never removed.
  public internal(set) var outliers = Outliers()
  /// Jumps by the ratio of a split; reported, never removed.
  public internal(set) var splits = Splits()
  /// Whether the file has a volume for the series.
  public internal(set) var hasVolume = false
  /// Bars with a volume of zero.
  public internal(set) var zeroVolume = 0
  /// Each distance from UTC that the times name, with its count.
  public internal(set) var offsets: [OffsetCount] = []
  /// Rows whose time is not where the interval would have it.
  public internal(set) var offGrid = 0
  /// The lines of the first few of them.
  public internal(set) var offGridLines: [Int] = []
  /// Prices that were between two ticks and were rounded half to even.
  public internal(set) var roundedPrices = 0
  /// The largest shift by that rounding, as a fraction of the price.
  public internal(set) var largestShift = 0.0  // statistic: a share for a report
  /// Rows that were set aside, by the fault.
  public internal(set) var quarantined: [BarFileError.Code: Int] = [:]
  /// The first few of them.
  public internal(set) var quarantinedExamples: [QuarantinedRow] = []

  /// Rows with the time of another.
  public struct Duplicates: Sendable, Equatable {
    /// Pairs that say the same.
    public internal(set) var identical = 0
    /// Pairs that contradict each other; the one that stands later in the file is kept, since a
    /// later download has the finished bar.
    public internal(set) var conflicting = 0
    /// The first few.
    public internal(set) var examples: [Duplicate] = []
  }

  /// Two lines with one time.
  public struct Duplicate: Sendable, Equatable {
    /// The line that was dropped.
    public let droppedLine: Int
    /// The line that was kept.
    public let keptLine: Int
    /// Whether they say the same.
    public let isIdentical: Bool
  }

  /// Where bars are missing.
  ///
  /// Between daily bars, up to four days are taken for a weekend with a holiday. Between shorter
  /// bars every hole counts; nothing here knows when a market is closed, so the holes that cross
  /// the end of a day are counted apart.
  public struct Gaps: Sendable, Equatable {
    /// How many holes.
    public internal(set) var count = 0
    /// How many of them cross the end of a UTC day, where many markets pause.
    public internal(set) var acrossDays = 0
    /// How many bars would have filled them.
    public internal(set) var missingBars = 0
    /// The time from the close of the bar before to the open of the bar after the longest.
    public internal(set) var longest = Interval.zero
    /// When the bar before the longest closed.
    public internal(set) var longestAfter: Timestamp?
  }

  /// Returns far from the usual.
  public struct Outliers: Sendable, Equatable {
    /// How many.
    public internal(set) var count = 0
    /// The first few.
    public internal(set) var examples: [Outlier] = []
  }

  /// One return far from the usual.
  public struct Outlier: Sendable, Equatable {
    /// When its bar closed.
    public let closedAt: Timestamp
    /// Close over the close before, less one.
    public let change: Double  // statistic
    /// The robust z-score.
    public let score: Double  // statistic
  }

  /// How many rows name one distance from UTC.
  public struct OffsetCount: Sendable, Equatable {
    /// Seconds east of UTC; nil when the time names none and was read as UTC.
    public let seconds: Int?
    /// How many rows.
    public internal(set) var count: Int
  }

  init(symbol: String) { self.symbol = symbol }

  /// How many rows were set aside.
  public var quarantinedCount: Int { quarantined.values.reduce(0, +) }

  /// Rows that were set aside because a field is empty or a word such as null.
  public var missingValues: Int {
    quarantined[.missingValue, default: 0] + quarantined[.notANumber, default: 0]
  }

  /// Bars with a volume of zero as a share of all, or nil when there is no volume.
  public var zeroVolumeShare: Double? {
    hasVolume && bars > 0 ? Double(zeroVolume) / Double(bars) : nil
  }

  mutating func addOffset(_ seconds: Int?) {
    if let last = offsets.indices.last(where: { offsets[$0].seconds == seconds }) {
      offsets[last].count += 1
    } else if offsets.count < 64 {
      offsets.append(OffsetCount(seconds: seconds, count: 1))
    }
  }

  mutating func quarantine(_ row: QuarantinedRow) {
    quarantined[row.error.code, default: 0] += 1
    if quarantinedExamples.count < Self.examplesMax { quarantinedExamples.append(row) }
  }
}
