/// Something that words of a snapshot are written to.
public protocol WordSink {
  /// Adds one word at the end.
  mutating func put(_ word: UInt64)
}

extension WordSink {
  @inlinable
  mutating func put(real: Double) { put(real.bitPattern) }

  /// Counts and positions are never negative.
  @inlinable
  mutating func put(count: Int) { put(UInt64(count)) }
}
