/// Something that words of a snapshot are read from, in the order in which they were written.
public protocol WordSource {
  /// Returns the next word, or `nil` when there is none.
  mutating func take() -> UInt64?
}

extension WordSource {
  @inlinable
  mutating func takeWord() throws(IndicatorSnapshotFailure) -> UInt64 {
    guard let word = take() else { throw .missingWords }
    return word
  }

  /// Takes the word of one setting, which has to be `wanted`.
  @inlinable
  mutating func takeSetting(_ wanted: UInt64) throws(IndicatorSnapshotFailure) {
    let word = try takeWord()
    guard word == wanted else { throw .otherSettings(found: word, wanted: wanted) }
  }

  /// Takes a count or position that has to be in `range`.
  @inlinable
  mutating func takeCount(in range: ClosedRange<Int>) throws(IndicatorSnapshotFailure) -> Int {
    let word = try takeWord()
    guard let count = Int(exactly: word), range.contains(count) else {
      throw .senseless(word: word)
    }
    return count
  }

  /// Takes a number that has to be finite.
  @inlinable
  mutating func takeReal() throws(IndicatorSnapshotFailure) -> Double {
    let word = try takeWord()
    let real = Double(bitPattern: word)
    guard real.isFinite else { throw .senseless(word: word) }
    return real
  }

  /// Takes a finite number that has to be zero or more.
  @inlinable
  mutating func takeSize() throws(IndicatorSnapshotFailure) -> Double {
    let real = try takeReal()
    guard real >= 0 else { throw .senseless(word: real.bitPattern) }
    return real
  }
}
