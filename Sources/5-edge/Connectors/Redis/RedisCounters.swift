import OmniTelemetry
import OmniTime
import Synchronization

/// What a client counts, for itself and for its metrics.
final class RedisCounters: Sendable {
  private let commands = Atomic<UInt64>(0)
  private let errors = Atomic<UInt64>(0)
  private let losses = Atomic<UInt64>(0)
  private let timeouts = Atomic<UInt64>(0)
  private let refusals = Atomic<UInt64>(0)
  private let reconnects = Atomic<UInt64>(0)
  private let metrics: RedisMetrics?

  init(_ metrics: RedisMetrics?) { self.metrics = metrics }

  var counts: RedisClient.Counts {
    RedisClient.Counts(
      commands: commands.load(ordering: .relaxed), errors: errors.load(ordering: .relaxed),
      losses: losses.load(ordering: .relaxed), timeouts: timeouts.load(ordering: .relaxed),
      refusals: refusals.load(ordering: .relaxed), reconnects: reconnects.load(ordering: .relaxed))
  }

  func noteAnswer(_ replies: [RedisReply], after time: Interval) {
    let count = UInt64(replies.count)
    commands.wrappingAdd(count, ordering: .relaxed)
    var errorCount: UInt64 = 0
    for case .error in replies { errorCount += 1 }
    if errorCount > 0 { errors.wrappingAdd(errorCount, ordering: .relaxed) }
    guard let metrics else { return }
    metrics.commands.increment(by: count)
    if errorCount > 0 { metrics.errors.increment(by: errorCount) }
    metrics.roundTrips.record(time.nanoseconds)
  }

  func noteLoss() { note(losses, metrics?.losses) }
  func noteTimeout() { note(timeouts, metrics?.timeouts) }
  func noteRefusal() { note(refusals, metrics?.refusals) }
  func noteReconnect() { note(reconnects, metrics?.reconnects) }

  private func note(_ own: borrowing Atomic<UInt64>, _ shown: Counter?) {
    own.wrappingAdd(1, ordering: .relaxed)
    shown?.increment()
  }
}
