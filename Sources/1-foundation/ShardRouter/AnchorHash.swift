/// AnchorHash: numbered buckets of which any can be taken away, with no table of keys.
///
/// An anchor has room for a fixed number of buckets, of which some work. A key is hashed to one of
/// all; while it meets a bucket that was taken away, it is hashed again among those that worked
/// just after that. Taking a bucket away moves its keys only, evenly to all others, and adding one
/// back moves keys only to it. Buckets come back in the reverse of the order in which they went.
///
/// The arrays are those of the paper: `A[b]` is 0 if b works and otherwise how many worked after b
/// went; `W` has the working buckets first; `L[b]` is where in W b was last; `K[b]` is the bucket
/// that took the place of b when b went.
///
/// Source: Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, "AnchorHash: a scalable
/// consistent hash", IEEE/ACM ToN 29 (2021), algorithm 3.
///
/// - Invariant: at least one bucket works.
public struct AnchorHash: Sendable, Equatable {
  /// The least and the greatest number of buckets there is room for.
  public static let capacities = 1...65_535

  /// The buckets that were taken away, the last at the end.
  public private(set) var removed: [UInt16] = []
  @usableFromInline var A: [UInt16]
  @usableFromInline var K: [UInt16]
  private var W: [UInt16]
  private var L: [UInt16]
  private var N: Int

  /// Creates an anchor in which the buckets from 0 up to `workingCount` work.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for the capacity or the count.
  /// - Complexity: O(capacity).
  public init(capacity: Int, workingCount: Int) throws(ShardFailure) {
    try ShardFailure.check(.anchorCapacity, capacity, in: Self.capacities)
    try ShardFailure.check(.nodes, workingCount, in: 1...capacity)
    self.init(full: capacity)
    for bucket in (workingCount..<capacity).reversed() { remove(bucket) }
  }

  private init(full capacity: Int) {
    A = [UInt16](repeating: 0, count: capacity)
    K = (0..<capacity).map { UInt16($0) }
    W = K
    L = K
    N = capacity
  }

  /// Creates the anchor from which `removed` were taken away in this order, or nil if they cannot
  /// be.
  init?(capacity: Int, removed: [UInt16]) {
    guard Self.capacities.contains(capacity), removed.count < capacity,
      Set(removed).count == removed.count, removed.allSatisfy({ $0 < capacity })
    else { return nil }
    self.init(full: capacity)
    for bucket in removed { remove(Int(bucket)) }
  }

  /// How many buckets there is room for.
  public var capacity: Int { A.count }

  /// How many buckets work.
  public var workingCount: Int { N }

  /// Whether a bucket works.
  ///
  /// - Precondition: the bucket is below ``capacity``.
  public func works(_ bucket: Int) -> Bool { A[bucket] == 0 }

  /// The bucket of `key`; it works.
  ///
  /// - Complexity: on average no more than 1 + ln(capacity / working count) hashes; no allocation.
  @inlinable
  public func bucket(of key: ShardKey) -> Int {
    var bucket = key.place(among: A.count)
    while A[bucket] != 0 {
      let working = A[bucket]
      let hash = ShardKey(key.bits, seed: UInt64(truncatingIfNeeded: bucket))
      var next = hash.place(among: Int(working))
      // A bucket that went later, or not at all, worked then. One that went earlier is followed to
      // the one that took its place.
      while A[next] >= working { next = Int(K[next]) }
      bucket = next
    }
    return bucket
  }

  /// Takes a bucket away.
  ///
  /// - Precondition: the bucket works, and is not the last that does.
  /// - Complexity: O(1).
  public mutating func remove(_ bucket: Int) {
    precondition(A[bucket] == 0 && N > 1, "a working bucket, and not the last")
    removed.append(UInt16(bucket))
    N -= 1
    A[bucket] = UInt16(N)
    let last = W[N]
    W[Int(L[bucket])] = last
    L[Int(last)] = L[bucket]
    K[bucket] = last
  }

  /// Adds the bucket that went last, and returns it; nil if all buckets work.
  ///
  /// - Complexity: O(1).
  public mutating func restore() -> Int? {
    guard let bucket = removed.popLast() else { return nil }
    let index = Int(bucket)
    A[index] = 0
    L[Int(W[N])] = UInt16(N)
    W[Int(L[index])] = bucket
    K[index] = bucket
    N += 1
    return index
  }
}
