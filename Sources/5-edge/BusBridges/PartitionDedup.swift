import OmniBus

/// Tells which events of one partition came before.
///
/// A partition has some of the bus's numbers, ascending but for what is sent again, so a
/// `SequenceTracker` keeps them as ranges. When those are too many the older half is taken as a
/// whole: of numbers so far back, all that will come has come.
package struct PartitionDedup {
  private static let source: UInt64 = 0

  private var tracker: SequenceTracker
  private var newest: UInt64 = 0

  /// Creates one that keeps up to `rangeMax` ranges, at least 2.
  package init(rangeMax: Int = 16_384) {
    tracker = SequenceTracker(islandCountMax: max(2, rangeMax), sourceCountMax: 1)
  }

  /// Whether the event numbered `sequence` comes for the first time.
  package mutating func take(_ sequence: UInt64) -> Bool {
    do throws(SequenceTracker.Failure) {
      if newest == 0, sequence > 0 { try tracker.resume(Self.source, after: sequence - 1) }
      var verdict = SequenceTracker.Verdict.duplicate
      do throws(SequenceTracker.Failure) {
        verdict = try tracker.take(sequence, from: Self.source)
      } catch {
        try forgetHalf()
        verdict = try tracker.take(sequence, from: Self.source)
      }
      newest = max(newest, sequence)
      return verdict != .duplicate
    } catch {
      // There is room for a range again, and there is one source. Rather twice than never.
      return true
    }
  }

  private mutating func forgetHalf() throws(SequenceTracker.Failure) {
    let missing = tracker.missing(Self.source)
    guard !missing.isEmpty else { return }
    let middle = missing.count / 2
    try tracker.resume(Self.source, after: missing[middle].upperBound)
    for index in middle..<missing.count {
      let end = index + 1 < missing.count ? missing[index + 1].lowerBound - 1 : newest
      for sequence in missing[index].upperBound + 1...end {
        _ = try tracker.take(sequence, from: Self.source)
      }
    }
  }
}
