import OmniTelemetry
import OmniTime
import Synchronization

/// What a pool counts, for itself and for its metrics.
final class SQLPoolCounters: Sendable {
  private let state = Mutex(SQLPoolCounts())
  private let metrics: SQLPoolMetrics?

  init(_ metrics: SQLPoolMetrics?) { self.metrics = metrics }

  var counts: SQLPoolCounts { state.withLock { $0 } }

  func noteCall(of time: Interval) {
    state.withLock { $0.calls += 1 }
    metrics?.calls.increment()
    metrics?.times.record(time.nanoseconds)
  }

  func noteRepeat() {
    state.withLock { $0.repeats += 1 }
    metrics?.repeats.increment()
  }

  func noteConnect() {
    state.withLock { $0.connects += 1 }
    metrics?.connects.increment()
  }

  func noteFailedConnect() {
    state.withLock { $0.failedConnects += 1 }
    metrics?.failedConnects.increment()
  }

  func note(_ failure: SQLFailure) {
    switch failure {
    case .notMade:
      state.withLock { $0.refusals += 1 }
      metrics?.refusals.increment()
    case .statementRefused, .contended:
      state.withLock { $0.errors += 1 }
      metrics?.errors.increment()
    case .unreachable, .connectionLost, .timedOut, .storeFailed:
      state.withLock { $0.failures += 1 }
      metrics?.failures.increment()
    case .cancelled: break
    }
  }
}
