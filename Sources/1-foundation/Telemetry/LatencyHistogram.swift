/// A histogram of times in nanoseconds, with fixed memory and a bounded relative error.
///
/// For one thread: a struct that records in constant time and never allocates after it was made
/// (a copy that is changed does, once). Threads keep one each and merge them.
///
/// The buckets are log-linear, as in Gil Tene's HdrHistogram: each time below 64 has a bucket of its
/// own, and each power of two from there on is cut into 64 equal ones.
///
///     value    0 … 63   64 … 127   128 … 255   256 … 511   …   2^62 … 2^63 - 1
///     width         1          1           2           4                  2^56
///
/// A percentile is answered with the largest value of its bucket, but never more than the largest
/// value recorded. It is therefore never below the true one, and above it by less than 1/64.
/// Checked in tests against sorted samples.
///
/// - Invariant: `count` is the sum of the buckets; the memory is 3,712 words.
@frozen public struct LatencyHistogram: Sendable, Equatable {
  @usableFromInline var buckets: [UInt64]
  @usableFromInline var recorded: UInt64
  @usableFromInline var refused: UInt64
  @usableFromInline var least: Int64
  @usableFromInline var greatest: Int64
  @usableFromInline var sum: Int128

  /// How many buckets there are.
  public static var bucketCount: Int { 58 * 64 }

  /// Creates an empty histogram.
  ///
  /// - Complexity: one allocation of 29,696 bytes.
  public init() {
    buckets = [UInt64](repeating: 0, count: Self.bucketCount)
    recorded = 0
    refused = 0
    least = .max
    greatest = 0
    sum = 0
  }
}

// MARK: - Recording

extension LatencyHistogram {
  /// Records one time, in nanoseconds; a negative one is only counted as refused.
  ///
  /// - Complexity: constant, without allocation.
  @inlinable
  public mutating func record(nanoseconds: Int64) {
    guard nanoseconds >= 0 else {
      refused += 1
      return
    }
    buckets[Self.bucket(of: nanoseconds)] += 1
    recorded += 1
    // A sum of 2^64 values below 2^63 stays below 2^127.
    sum += Int128(nanoseconds)
    if nanoseconds < least { least = nanoseconds }
    if nanoseconds > greatest { greatest = nanoseconds }
  }

  /// Adds everything that another histogram has recorded.
  ///
  /// - Complexity: linear in the number of buckets, without allocation.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    recorded += other.recorded
    refused += other.refused
    sum += other.sum
    least = Swift.min(least, other.least)
    greatest = Swift.max(greatest, other.greatest)
  }

  /// Forgets everything, and keeps the memory.
  public mutating func reset() {
    for index in buckets.indices { buckets[index] = 0 }
    recorded = 0
    refused = 0
    least = .max
    greatest = 0
    sum = 0
  }

  /// The bucket of a time that is not negative.
  ///
  /// The six bits after the leading one choose among the 64 buckets of a power of two.
  @inlinable
  static func bucket(of nanoseconds: Int64) -> Int {
    guard nanoseconds >= 64 else { return Int(nanoseconds) }
    let exponent = 63 - nanoseconds.leadingZeroBitCount
    let part = Int((nanoseconds >> Int64(exponent - 6)) & 63)
    return (exponent - 5) * 64 + part
  }

  /// The largest time of a bucket.
  @inlinable
  static func largest(ofBucket bucket: Int) -> Int64 {
    guard bucket >= 64 else { return Int64(bucket) }
    let shift = Int64(bucket / 64 - 1)
    let part = Int64(bucket % 64)
    // In this order, the last bucket of all ends at Int64.max without overflow.
    return ((64 + part) << shift) + ((1 << shift) - 1)
  }
}

// MARK: - Asking

extension LatencyHistogram {
  /// How many times were recorded.
  public var count: UInt64 { recorded }

  /// How many negative times were refused; a clock that goes backwards makes them.
  public var refusedCount: UInt64 { refused }

  /// The least time recorded, exactly; nil if there is none.
  public var min: Int64? { count == 0 ? nil : least }

  /// The greatest time recorded, exactly; nil if there is none.
  public var max: Int64? { count == 0 ? nil : greatest }

  /// The mean of the times recorded, from their exact sum, rounded down; nil if there is none.
  public var mean: Int64? { count == 0 ? nil : Int64(sum / Int128(count)) }

  /// The sum of the times recorded, exactly.
  public var total: Int128 { sum }

  /// Finds the time that so many percent of the times recorded do not exceed.
  ///
  /// The answer is never below the exact one (the sample of rank `percent / 100 × count`, rounded
  /// up, at least 1) and above it by less than 1/64. The percentage counts to four decimals.
  ///
  /// - Precondition: `percent` is from 0 to 100.
  /// - Returns: nanoseconds, or nil if nothing was recorded.
  /// - Complexity: linear in the number of buckets.
  public func percentile(_ percent: Double) -> Int64? {
    precondition((0...100).contains(percent), "a percentage from 0 to 100 is wanted")
    guard count > 0 else { return nil }
    let millionths = UInt128((percent * 10_000).rounded())
    let scaled = UInt128(count) * millionths
    let rank = Swift.max(1, UInt64((scaled + 999_999) / 1_000_000))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += bucket
      if seen >= rank { return Swift.min(Self.largest(ofBucket: index), greatest) }
    }
    return greatest
  }

  /// Counts the times in the buckets that end at or below a bound.
  ///
  /// Times that share a bucket with the bound, but not its end, are left out: the answer is never
  /// too large, and what it leaves out is within 1/64 of the bound.
  ///
  /// - Complexity: linear in the number of buckets.
  public func count(certainlyAtMost nanoseconds: Int64) -> UInt64 {
    guard nanoseconds >= 0 else { return 0 }
    if nanoseconds >= greatest { return recorded }
    let bucket = Self.bucket(of: nanoseconds)
    let isWhole = Self.largest(ofBucket: bucket) == nanoseconds
    return buckets[..<(isWhole ? bucket + 1 : bucket)].reduce(0, +)
  }
}
