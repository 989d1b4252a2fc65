public import OmniEncoding

extension WordSource where Self: ~Copyable {
  @inlinable
  mutating func takeWord() throws(IndicatorSnapshotFailure) -> UInt64 {
    do throws(WordFailure) { return try take() } catch { throw .missingWords }
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

extension WordSource where Self: ~Copyable {
  /// Lets `indicator` take its state back, with a failure in the words of whoever keeps snapshots.
  @inlinable
  public mutating func take(
    into indicator: inout some StreamingIndicator
  ) throws(WordFailure) {
    do throws(IndicatorSnapshotFailure) {
      try indicator.decode(from: &self)
    } catch {
      switch error {
      case .missingWords: throw .exhausted
      case .otherSettings(let found, _):
        throw .senseless(word: found, what: "snapshot of an indicator with these settings")
      case .senseless(let word): throw .senseless(word: word, what: "state of an indicator")
      }
    }
  }
}
