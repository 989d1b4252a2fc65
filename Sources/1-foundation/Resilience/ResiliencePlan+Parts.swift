import OmniCircuitBreaker
import OmniConfiguration
import OmniQueryCache
import OmniRateGate
import OmniShardRouter
import OmniSnapshotter
import OmniTime

extension ResiliencePlan {
  static func limiter(_ part: LayeredConfiguration) throws(ResilienceFault) -> RateRule {
    typealias Keys = ResilienceKeys.Limiter
    let algorithm = try read(Keys.algorithm, part)
    let count = try read(Keys.count, part)
    let period = try milliseconds(Keys.period, part)
    let burst = try read(Keys.burst, part)
    do throws(RateFault) {
      return try RateRule(algorithm, count: count, per: period, burst: burst)
    } catch {
      throw .rule(at: "\(part.base)", error.description)
    }
  }

  static func gate(
    _ part: LayeredConfiguration
  ) throws(ResilienceFault) -> AdaptiveLimit.Configuration {
    typealias Keys = ResilienceKeys.Gate
    var result = AdaptiveLimit.Configuration()
    result.algorithm = try read(Keys.algorithm, part)
    result.initial = try read(Keys.initial, part)
    result.least = try read(Keys.least, part)
    result.most = try read(Keys.most, part)
    if let fault = result.fault { throw .rule(at: "\(part.base)", fault.description) }
    return result
  }

  static func breaker(
    _ part: LayeredConfiguration
  ) throws(ResilienceFault) -> BreakerConfiguration {
    typealias Keys = ResilienceKeys.Breaker
    var result = BreakerConfiguration()
    if let span = try read(Keys.windowTime, part) {
      result.window = .time(
        .milliseconds(Int64(span)), buckets: try read(Keys.windowBuckets, part))
    } else {
      result.window = .count(try read(Keys.windowCalls, part))
    }
    result.callsMin = try read(Keys.callsMin, part)
    result.errorPercent = try read(Keys.errorPercent, part)
    result.slowAfter = try read(Keys.slowAfter, part).map { .milliseconds(Int64($0)) }
    result.slowPercent = try read(Keys.slowPercent, part)
    if let floor = try read(Keys.adaptiveFloor, part) {
      result.adaptive = .init(
        floorPercent: floor, deviations: try read(Keys.adaptiveDeviations, part))
    }
    result.probeCount = try read(Keys.probes, part)
    result.probeLimit = try milliseconds(Keys.probeLimit, part)
    result.ramp = try milliseconds(Keys.ramp, part)
    result.backoff = try milliseconds(Keys.backoff, part)
    result.backoffMax = try milliseconds(Keys.backoffMax, part)
    result.jitterPercent = try read(Keys.jitter, part)
    if let fault = result.fault { throw .rule(at: "\(part.base)", fault.description) }
    return result
  }

  static func cache(_ part: LayeredConfiguration) throws(ResilienceFault) -> Freshness {
    typealias Keys = ResilienceKeys.Cache
    let result = Freshness(
      lasting: try milliseconds(Keys.lasting, part), jitterPercent: try read(Keys.jitter, part),
      staleFor: try milliseconds(Keys.staleFor, part),
      absentFor: try milliseconds(Keys.absentFor, part), earlyPercent: try read(Keys.early, part))
    if let fault = result.fault { throw .rule(at: "\(part.base)", fault.description) }
    return result
  }

  static func snapshot(_ part: LayeredConfiguration) throws(ResilienceFault) -> SnapshotPolicy {
    typealias Keys = ResilienceKeys.Snapshot
    return SnapshotPolicy(
      events: try read(Keys.events, part).map { UInt64($0) },
      interval: try read(Keys.interval, part).map { .milliseconds(Int64($0)) },
      bytes: try read(Keys.bytes, part).map { UInt64($0) },
      replayTime: try read(Keys.replay, part).map { .milliseconds(Int64($0)) })
  }

  static func router(
    _ part: LayeredConfiguration
  ) throws(ResilienceFault) -> ShardRouter.Configuration {
    typealias Keys = ResilienceKeys.Router
    var nodes: [ShardNode] = []
    for node in try read(Keys.nodes, part) {
      let name = try read(ResilienceKeys.name, node)
      let weight = UInt32(try read(ResilienceKeys.Node.weight, node))
      let zone = try read(ResilienceKeys.Node.zone, node)
      do throws(ShardFailure) {
        nodes.append(try ShardNode(name, weight: weight, zone: zone))
      } catch {
        throw .rule(at: "\(node.base)", error.description)
      }
    }
    var result = ShardRouter.Configuration(
      strategy: try read(Keys.strategy, part).value, nodes: nodes,
      seed: UInt64(try read(Keys.seed, part)))
    result.replicaCount = try read(Keys.replicas, part)
    do throws(ShardFailure) {
      // A plan that no router can be made of is refused with the plan.
      _ = try ShardRouter(result)
    } catch {
      throw .rule(at: "\(part.base)", error.description)
    }
    return result
  }

  private static func milliseconds(
    _ key: ConfigurationKey<Int>, _ part: LayeredConfiguration
  ) throws(ResilienceFault) -> Interval {
    .milliseconds(Int64(try read(key, part)))
  }
}
