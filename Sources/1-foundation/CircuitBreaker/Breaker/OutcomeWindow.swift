package import OmniClocks
import OmniTime

/// The outcomes of the calls that a breaker looks at: the last so many, or those of the last while.
package struct OutcomeWindow: Sendable {
  /// Sums over the window.
  package struct Sums: Sendable, Equatable {
    package var calls: Int
    package var errors: Int
    package var slow: Int

    package init(calls: Int = 0, errors: Int = 0, slow: Int = 0) {
      self.calls = calls
      self.errors = errors
      self.slow = slow
    }

    package static func += (left: inout Self, right: Self) {
      left.calls += right.calls
      left.errors += right.errors
      left.slow += right.slow
    }

    package static func -= (left: inout Self, right: Self) {
      left.calls -= right.calls
      left.errors -= right.errors
      left.slow -= right.slow
    }
  }

  // Of the last calls: two bits a call. Of a while: the sums of each bucket.
  private var bits: [UInt8] = []
  private var buckets: [Sums] = []
  private let bucketNanoseconds: Int64
  /// Where the next call is noted, or the number of the bucket of the present.
  private var position: Int64 = 0
  package private(set) var sums = Sums()

  package init(_ window: BreakerConfiguration.Window) {
    switch window {
    case .count(let count):
      bits = [UInt8](repeating: 0, count: count)
      bucketNanoseconds = 0
    case .time(let span, let count):
      buckets = [Sums](repeating: Sums(), count: count)
      // Rounded up, so that the window is never shorter than wanted.
      bucketNanoseconds = (span.nanoseconds + Int64(count) - 1) / Int64(count)
    }
  }

  /// Notes the outcome of a call that ended at `now`.
  package mutating func record(isError: Bool, isSlow: Bool, at now: MonotonicInstant) {
    let one = Sums(calls: 1, errors: isError ? 1 : 0, slow: isSlow ? 1 : 0)
    if bits.isEmpty {
      move(to: now)
      buckets[Int(position % Int64(buckets.count))] += one
      sums += one
      return
    }
    let index = Int(position)
    position = index + 1 == bits.count ? 0 : position + 1
    let old = bits[index]
    if old & 4 != 0 {
      sums -= Sums(calls: 1, errors: Int(old & 1), slow: Int(old >> 1 & 1))
    }
    bits[index] = 4 | (isError ? 1 : 0) | (isSlow ? 2 : 0)
    sums += one
  }

  /// Lets what is too old fall out.
  mutating func move(to now: MonotonicInstant) {
    guard bits.isEmpty else { return }
    let present = now.nanoseconds / bucketNanoseconds
    guard present > position else { return }
    let passed = min(present - position, Int64(buckets.count))
    for step in 1...passed {
      // The buckets that become those of the present were the oldest.
      let index = Int((present - passed + step) % Int64(buckets.count))
      sums -= buckets[index]
      buckets[index] = Sums()
    }
    position = present
  }

  /// Forgets everything.
  mutating func clear() {
    for index in bits.indices { bits[index] = 0 }
    for index in buckets.indices { buckets[index] = Sums() }
    sums = Sums()
  }

  /// A window of another kind or size with what this one knows, the oldest left out where it has
  /// less room; between the two kinds only the sums can be carried over.
  package func resized(to window: BreakerConfiguration.Window, at now: MonotonicInstant)
    -> OutcomeWindow
  {
    var result = OutcomeWindow(window)
    if !bits.isEmpty, !result.bits.isEmpty {
      for step in 0..<bits.count {
        let bit = bits[(Int(position) + step) % bits.count]
        guard bit & 4 != 0 else { continue }
        result.record(isError: bit & 1 != 0, isSlow: bit & 2 != 0, at: now)
      }
      return result
    }
    if bits.isEmpty, result.bits.isEmpty {
      for step in 0..<Int64(buckets.count) where position >= Int64(buckets.count) - 1 - step {
        let number = position - Int64(buckets.count) + 1 + step
        let instant = MonotonicInstant(nanoseconds: number * bucketNanoseconds)
        result.move(to: instant)
        let part = buckets[Int(number % Int64(buckets.count))]
        result.buckets[Int(result.position % Int64(result.buckets.count))] += part
        result.sums += part
      }
      result.move(to: now)
      return result
    }
    var rest = sums
    let room = result.bits.isEmpty ? rest.calls : min(rest.calls, result.bits.count)
    // Failures first: they are not lost where there is less room.
    for _ in 0..<room {
      result.record(isError: rest.errors > 0, isSlow: rest.slow > 0, at: now)
      rest.errors -= rest.errors > 0 ? 1 : 0
      rest.slow -= rest.slow > 0 ? 1 : 0
    }
    return result
  }
}
