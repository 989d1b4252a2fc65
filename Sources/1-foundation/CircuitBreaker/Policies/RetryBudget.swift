public import OmniClocks
import OmniTime
import Synchronization

/// How many calls may be made again: a share of all calls and a few a second, so that retries cannot
/// multiply the load of a service that is already in trouble.
///
/// Each call adds a share of a retry, each second a few; what is not used is kept for ten seconds
/// at most.
///
/// Source: the retry budgets of Finagle (Twitter).
public final class RetryBudget: Sendable {
  private struct State {
    /// In thousandths of a retry.
    var credit: Int64
    var last: MonotonicInstant
    var granted: UInt64 = 0
    var refused: UInt64 = 0
  }

  /// Retries allowed for a hundred calls.
  public let percent: Int
  /// Retries allowed a second besides.
  public let perSecond: Int
  private let creditMax: Int64
  private let time: TimeSource
  private let state: Mutex<State>

  /// Creates a budget; it begins with what ten seconds give.
  ///
  /// - Parameter callsPerSecond: Calls a second for which credit is kept at most.
  /// - Precondition: No number is negative, and percent is at most 1,000.
  public init(
    percent: Int = 20, perSecond: Int = 10, callsPerSecond: Int = 1_000, time: TimeSource = .machine
  ) {
    precondition((0...1_000).contains(percent), "at most ten retries a call")
    precondition((0...1_000_000_000).contains(perSecond), "a number of retries")
    precondition((0...1_000_000_000).contains(callsPerSecond), "a number of calls")
    self.percent = percent
    self.perSecond = perSecond
    self.time = time
    creditMax = 10 * (Int64(perSecond) * 1_000 + Int64(callsPerSecond) * Int64(percent) * 10)
    state = Mutex(State(credit: Int64(perSecond) * 10_000, last: time.now()))
  }

  /// Counts a call that is no retry.
  public func recordCall() {
    state.withLock { $0.credit = min(creditMax, $0.credit + Int64(percent) * 10) }
  }

  /// Takes one retry, if there is one.
  public func take() -> Bool {
    let now = time.now()
    return state.withLock { state in
      let elapsed = max(0, (now - state.last).nanoseconds)
      let gained = Int64(clamping: Int128(elapsed) * Int128(perSecond) / 1_000_000)
      if gained > 0 {
        // The time that gave no whole thousandth stays for the next.
        let used = Int64(Int128(gained) * 1_000_000 / Int128(max(1, perSecond)))
        state.last = state.last + Interval(nanoseconds: used)
        let (sum, isOver) = state.credit.addingReportingOverflow(gained)
        state.credit = isOver ? creditMax : min(creditMax, sum)
      }
      guard state.credit >= 1_000 else {
        state.refused += 1
        return false
      }
      state.credit -= 1_000
      state.granted += 1
      return true
    }
  }

  /// How many retries were granted and refused so far.
  public var counts: (granted: UInt64, refused: UInt64) {
    state.withLock { ($0.granted, $0.refused) }
  }
}
