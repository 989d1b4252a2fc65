public import OmniEncoding

extension WordSink where Self: ~Copyable {
  @inlinable
  mutating func put(real: Double) { put(real.bitPattern) }

  /// Counts and positions are never negative.
  @inlinable
  mutating func put(count: Int) { put(UInt64(count)) }
}
