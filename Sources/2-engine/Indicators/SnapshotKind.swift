/// Which indicator wrote a snapshot, and in which layout.
///
/// A number is never given to another layout: a changed one takes a new number.
@frozen @usableFromInline enum SnapshotKind: UInt64 {
  case averageFromFirstValue = 1
  case averageFromMean = 2
  case simpleAverage = 3
  case relativeStrength = 4
  case trueRange = 5
  case bollingerBands = 6
  case donchianChannel = 7
  case rateOfChange = 8

  /// The first word of a snapshot: kind and period.
  @inlinable
  func header(period: Int) -> UInt64 {
    rawValue << 32 | UInt64(period)
  }
}
