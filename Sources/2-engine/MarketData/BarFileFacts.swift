import OmniModel
public import OmniTime

/// What there was in a bar file.
public struct BarFileFacts: Sendable, Equatable {
  /// Rows with off-tick prices that were taken, since they lie on the straight line of a gap that
  /// the data's vendor filled.
  public struct Interpolated: Sendable, Equatable {
    /// How many line numbers are kept.
    public static let firstLinesMax = 16

    /// How many rows.
    public internal(set) var count = 0
    /// The lines of the first of them, from 1, at most ``firstLinesMax``.
    public internal(set) var firstLines: [Int] = []

    mutating func add(line: Int) {
      count += 1
      if firstLines.count < Self.firstLinesMax { firstLines.append(line) }
    }
  }

  /// Rows behind the header, taken or not.
  public internal(set) var rows = 0
  /// Rows that became bars.
  public internal(set) var bars = 0
  /// Rows among ``bars`` whose prices were rounded to the tick.
  public internal(set) var interpolated = Interpolated()
  /// The bytes of text, known at the end.
  public internal(set) var bytes: UInt64 = 0
  /// Rows that were set aside, by the fault.
  public internal(set) var quarantined: [BarFileError.Code: Int] = [:]
  /// Columns that are not a bar's.
  public let unknownColumns: [String]
  /// When the first bar closed.
  public internal(set) var first: Timestamp?
  /// When the last bar closed.
  public internal(set) var last: Timestamp?

  /// How many rows were set aside.
  public var quarantinedCount: Int { quarantined.values.reduce(0, +) }

  init(unknownColumns: [String]) { self.unknownColumns = unknownColumns }

  mutating func add(_ bar: Bar) {
    bars += 1
    if first == nil { first = bar.closedAt }
    last = bar.closedAt
  }

  mutating func addQuarantined(_ code: BarFileError.Code) { quarantined[code, default: 0] += 1 }
}
