/// Jump consistent hashing over numbered buckets.
///
/// Needs no memory at all, is perfectly even, and moves 1/n of the keys when bucket n is added; but
/// only the last bucket can be taken away. ``JumpTable`` gives the numbers to nodes.
///
/// Source: Lamping and Veach, "A fast, minimal memory, consistent hash algorithm", arXiv:1406.2294,
/// figure 1. The division in floating point is exact by IEEE 754, the same on every host.
@frozen public enum JumpHash {
  /// The bucket of a key, from 0 up to but not including `count`.
  ///
  /// - Precondition: `count` is from 1 to 2³¹.
  /// - Complexity: O(log count) on average, without allocation.
  @inlinable
  public static func bucket(of key: UInt64, count: Int) -> Int {
    precondition((1...1 << 31).contains(count), "from 1 to 2³¹ buckets")
    var state = key
    var bucket = 0
    var next = 0
    while next < count {
      bucket = next
      // The paper's linear congruential generator, modulo 2⁶⁴.
      state = state &* 2_862_933_555_777_941_757 &+ 1
      // At most 2³¹ times 2³¹, so it fits in an Int.
      next = Int(Double(bucket + 1) * (0x1p31 / Double(state >> 33 + 1)))
    }
    return bucket
  }
}
