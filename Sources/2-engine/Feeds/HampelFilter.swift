import OmniCollections

/// Finds prices that are far from those before them, in whole numbers.
///
/// A price is an outlier if its distance from the median of the last `window` prices is above
/// `factor` × 1.4826 × MAD, where MAD is the median of the distances of those prices from their median;
/// 1.4826 makes it the standard deviation if they are normally distributed. A quiet market has a MAD of
/// nothing, so it counts as at least `floorBasisPoints` of the median. Every price enters the window,
/// since a median does not mind a few bad ones, and a new level must become the usual one.
///
/// Source: F. R. Hampel, "The influence curve and its role in robust estimation", 1974.
///
/// - Complexity: O(window) a price, with no allocation.
public struct HampelFilter: ~Copyable {
  private let window: Int
  private let factor: Int64
  private let floorBasisPoints: Int64
  /// The prices in the order in which they came, as a circle.
  private var recent: GrowingBuffer<Int64>
  private var next = 0
  /// The same prices, smallest first.
  private var sorted: GrowingBuffer<Int64>

  /// Creates a filter that has seen no price.
  ///
  /// - Precondition: `window` is odd and from 3 to 1,001; `factor` and floor are 1 to 10,000.
  public init(window: Int = 101, factor: Int64 = 10, floorBasisPoints: Int64 = 5) {
    precondition(window % 2 == 1 && (3...1_001).contains(window), "an odd window of 3 to 1,001")
    precondition((1...10_000).contains(factor), "a factor of 1 to 10,000")
    precondition((1...10_000).contains(floorBasisPoints), "a floor of 1 to 10,000")
    self.window = window
    self.factor = factor
    self.floorBasisPoints = floorBasisPoints
    recent = GrowingBuffer(capacity: window)
    sorted = GrowingBuffer(capacity: window)
  }

  /// Whether `price` is an outlier after those before it; it is one of them from now on.
  ///
  /// As long as there are fewer prices than the window holds, none is judged.
  public mutating func isOutlier(_ price: Int64) -> Bool {
    var result = false
    if sorted.count == window {
      let median = sorted[window / 2]
      let floor = Int128(median.magnitude) * Int128(floorBasisPoints)
      // Both sides times 10,000: MAD itself, or the floor in basis points of the median.
      let deviation = max(Int128(medianDistance(from: median)) * 10_000, floor)
      let distance = Int128(price) - Int128(median)
      result = distance.magnitude * 100_000_000 > (Int128(factor) * 14_826 * deviation).magnitude
      remove(recent[next])
      recent[next] = price
      next = (next + 1) % window
    } else {
      recent.append(price)
    }
    insert(price)
    return result
  }

  /// The median of the distances, going outwards from the median by the nearer side.
  private func medianDistance(from median: Int64) -> UInt64 {
    var below = window / 2
    var above = window / 2 + 1
    var distance: UInt64 = 0
    for _ in 0...window / 2 {
      let left = below >= 0 ? UInt64(bitPattern: median &- sorted[below]) : .max
      let right = above < window ? UInt64(bitPattern: sorted[above] &- median) : .max
      // The differences wrap like the unsigned numbers that they are, so none is lost.
      if left <= right {
        distance = left
        below -= 1
      } else {
        distance = right
        above += 1
      }
    }
    return distance
  }

  /// Where the first price stands that is not below `price`.
  private func place(of price: Int64) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < price { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func insert(_ price: Int64) {
    let place = place(of: price)
    sorted.append(price)
    var index = sorted.count - 1
    while index > place {
      sorted[index] = sorted[index - 1]
      index -= 1
    }
    sorted[place] = price
  }

  private mutating func remove(_ price: Int64) {
    for index in place(of: price)..<sorted.count - 1 { sorted[index] = sorted[index + 1] }
    sorted.removeAll(from: sorted.count - 1)
  }
}
