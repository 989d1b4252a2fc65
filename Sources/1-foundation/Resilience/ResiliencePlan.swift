public import OmniCircuitBreaker
public import OmniConfiguration
public import OmniQueryCache
public import OmniRateGate
public import OmniShardRouter
public import OmniSnapshotter
import OmniTime

/// What a file says of limiters, gates, breakers, caches, snapshots and routers, by their names.
public struct ResiliencePlan: Sendable, Equatable {
  /// How many requests may go in which time.
  public private(set) var limiters: [String: RateRule] = [:]
  /// Gates that find their limit by themselves.
  public private(set) var gates: [String: AdaptiveLimit.Configuration] = [:]
  /// When a service is left alone.
  public private(set) var breakers: [String: BreakerConfiguration] = [:]
  /// How long values are good for.
  public private(set) var caches: [String: Freshness] = [:]
  /// When aggregates are snapshotted.
  public private(set) var snapshots: [String: SnapshotPolicy] = [:]
  /// Which node keys belong to.
  public private(set) var routers: [String: ShardRouter.Configuration] = [:]

  /// Every key of a plan, for help texts and checks.
  public static var schema: ConfigurationSchema { ResilienceKeys.schema }

  /// Creates a plan of nothing.
  public init() {}

  /// Reads a plan from YAML, of which JSON is a part.
  ///
  /// - Parameter label: What the text is called in errors.
  public init(yaml bytes: [UInt8], label: String) throws(ResilienceFault) {
    let all = try Self.load(bytes, label)
    for part in try Self.read(ResilienceKeys.limiters, all) {
      try Self.add(try Self.limiter(part), part, to: &limiters)
    }
    for part in try Self.read(ResilienceKeys.gates, all) {
      try Self.add(try Self.gate(part), part, to: &gates)
    }
    for part in try Self.read(ResilienceKeys.breakers, all) {
      try Self.add(try Self.breaker(part), part, to: &breakers)
    }
    for part in try Self.read(ResilienceKeys.caches, all) {
      try Self.add(try Self.cache(part), part, to: &caches)
    }
    for part in try Self.read(ResilienceKeys.snapshots, all) {
      try Self.add(try Self.snapshot(part), part, to: &snapshots)
    }
    for part in try Self.read(ResilienceKeys.routers, all) {
      try Self.add(try Self.router(part), part, to: &routers)
    }
  }

  private static func load(
    _ bytes: [UInt8], _ label: String
  ) throws(ResilienceFault) -> LayeredConfiguration {
    do throws(ConfigurationError) {
      let root = try ConfigurationValue(yaml: bytes, label: label)
      let configuration = try LayeredConfiguration([.init(name: label, root: root)])
      try schema.require(configuration)
      return configuration
    } catch {
      throw .configuration(error)
    }
  }

  static func read<Value>(
    _ key: ConfigurationKey<Value>, _ part: LayeredConfiguration
  ) throws(ResilienceFault) -> Value {
    do throws(ConfigurationError) {
      return try part.read(key)
    } catch {
      throw .configuration(error)
    }
  }

  private static func add<Value>(
    _ value: Value, _ part: LayeredConfiguration, to table: inout [String: Value]
  ) throws(ResilienceFault) {
    let name = try read(ResilienceKeys.name, part)
    guard table.updateValue(value, forKey: name) == nil else {
      throw .nameTwice("\(part.base): \(name)")
    }
  }
}
