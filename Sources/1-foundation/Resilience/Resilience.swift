public import OmniCircuitBreaker
public import OmniClocks
public import OmniQueryCache
public import OmniRateGate
public import OmniShardRouter
public import OmniSnapshotter
public import OmniTelemetry
import Synchronization

/// The limiters, gates, breakers and routers of a plan, by their names.
///
///     let resilience = try Resilience(ResiliencePlan(yaml: bytes, label: "resilience.yaml"))
///     let breaker = try resilience.breaker("quotes")
///
/// Another plan is taken over whole or not at all, without forgetting anything: limits keep what was
/// used, breakers their state. Parts may come; what is in use may not go.
public final class Resilience: Sendable {
  private struct State {
    var plan: ResiliencePlan
    var limiters: [String: RateGate] = [:]
    var gates: [String: SelfTuningGate] = [:]
    var breakers: [String: CircuitBreaker] = [:]
    var routers: [String: ShardRouter] = [:]
    var registry: MetricsRegistry?
  }

  private let time: TimeSource
  private let state: Mutex<State>

  /// Makes the parts of a plan.
  public init(_ plan: ResiliencePlan, time: TimeSource = .machine) throws(ResilienceFault) {
    self.time = time
    var first = State(plan: ResiliencePlan())
    try Self.take(plan, time, &first)
    state = Mutex(first)
  }

  /// The plan in force.
  public var plan: ResiliencePlan { state.withLock { $0.plan } }

  /// A limiter; one object for as long as the program runs.
  public func limiter(_ name: String) throws(ResilienceFault) -> RateGate {
    try find(state.withLock { $0.limiters[name] }, "limiter", name)
  }

  /// A self-tuning gate; one object for as long as the program runs.
  public func gate(_ name: String) throws(ResilienceFault) -> SelfTuningGate {
    try find(state.withLock { $0.gates[name] }, "self-tuning gate", name)
  }

  /// A breaker; one object for as long as the program runs.
  public func breaker(_ name: String) throws(ResilienceFault) -> CircuitBreaker {
    try find(state.withLock { $0.breakers[name] }, "breaker", name)
  }

  /// How long a cache's values are good for, now.
  public func freshness(_ name: String) throws(ResilienceFault) -> Freshness {
    try find(state.withLock { $0.plan.caches[name] }, "cache", name)
  }

  /// When aggregates are snapshotted, now.
  public func snapshots(_ name: String) throws(ResilienceFault) -> SnapshotPolicy {
    try find(state.withLock { $0.plan.snapshots[name] }, "snapshot policy", name)
  }

  /// A router as it is now; it is a value, to be asked for again after a plan was taken over.
  public func router(_ name: String) throws(ResilienceFault) -> ShardRouter {
    try find(state.withLock { $0.routers[name] }, "router", name)
  }

  /// Shows the limiters, gates and breakers in `registry`, those too that later plans bring.
  ///
  /// - Throws: a rule fault if a name is taken there, or if this was done before; what was
  ///   registered by then stays.
  public func observe(in registry: MetricsRegistry) throws(ResilienceFault) {
    let fault: ResilienceFault? = state.withLock { state in
      guard state.registry == nil else { return .rule(at: "metrics", "they are observed already") }
      do throws(ResilienceFault) {
        try Self.observe(state, since: nil, in: registry)
        state.registry = registry
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  private static func observe(
    _ state: State, since old: State?, in registry: MetricsRegistry
  ) throws(ResilienceFault) {
    do throws(MetricsError) {
      for (name, limiter) in state.limiters where old?.limiters[name] == nil {
        try limiter.observe(in: registry, as: name)
      }
      for (name, gate) in state.gates where old?.gates[name] == nil {
        try gate.observe(in: registry, as: name)
      }
      for (name, breaker) in state.breakers where old?.breakers[name] == nil {
        try breaker.observe(in: registry)
      }
    } catch {
      throw .rule(at: "metrics", "\(error)")
    }
  }

  /// Takes another plan over.
  public func apply(_ plan: ResiliencePlan) throws(ResilienceFault) {
    let fault: ResilienceFault? = state.withLock { state in
      do throws(ResilienceFault) {
        try Self.take(plan, time, &state)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }

  private func find<Part>(
    _ part: Part?, _ kind: String, _ name: String
  ) throws(ResilienceFault) -> Part {
    guard let part else { throw .unknown(kind: kind, name: name) }
    return part
  }

  private static func take(
    _ plan: ResiliencePlan, _ time: TimeSource, _ state: inout State
  ) throws(ResilienceFault) {
    try check(plan, against: state.plan)
    // A plan has been held to all rules when it was read, so that nothing fails from here on but
    // what is made anew; which is made before anything is changed.
    var next = state
    do {
      for (name, rule) in plan.limiters where state.limiters[name] == nil {
        next.limiters[name] = try RateGate(rules: [(name, rule)], time: time)
      }
      for (name, settings) in plan.gates where state.gates[name] == nil {
        next.gates[name] = try SelfTuningGate(settings, time: time)
      }
      for (name, settings) in plan.breakers where state.breakers[name] == nil {
        next.breakers[name] = try CircuitBreaker(name, settings, time: time)
      }
      for (name, settings) in plan.routers {
        next.routers[name] = try router(settings, state, name)
      }
      if let registry = state.registry { try observe(next, since: state, in: registry) }
      for (name, rule) in plan.limiters where state.plan.limiters[name] != rule {
        try next.limiters[name]?.reconfigure(name, to: rule)
      }
      for (name, settings) in plan.breakers where state.plan.breakers[name] != settings {
        try next.breakers[name]?.reconfigure(settings)
      }
      for (name, settings) in plan.gates where state.plan.gates[name] != settings {
        try next.gates[name]?.reconfigure(settings)
      }
    } catch let fault as ResilienceFault {
      throw fault
    } catch {
      throw .rule(at: "plan", "\(error)")
    }
    next.plan = plan
    state = next
  }

  /// A router that moves no more keys than it has to, if the nodes alone have changed.
  private static func router(
    _ settings: ShardRouter.Configuration, _ state: State, _ name: String
  ) throws -> ShardRouter {
    guard let old = state.plan.routers[name], let router = state.routers[name] else {
      return try ShardRouter(settings)
    }
    if old == settings { return router }
    var sameNodes = settings
    sameNodes.nodes = old.nodes
    guard sameNodes == old else { return try ShardRouter(settings) }
    return try router.apply(try router.plan(to: Membership(settings.nodes)))
  }

  private static func check(
    _ plan: ResiliencePlan, against old: ResiliencePlan
  ) throws(ResilienceFault) {
    let uses: [(kind: String, old: [String], new: Set<String>)] = [
      ("limiter", Array(old.limiters.keys), Set(plan.limiters.keys)),
      ("self-tuning gate", Array(old.gates.keys), Set(plan.gates.keys)),
      ("breaker", Array(old.breakers.keys), Set(plan.breakers.keys)),
      ("cache", Array(old.caches.keys), Set(plan.caches.keys)),
      ("snapshot policy", Array(old.snapshots.keys), Set(plan.snapshots.keys)),
      ("router", Array(old.routers.keys), Set(plan.routers.keys)),
    ]
    for use in uses {
      for name in use.old.sorted() where !use.new.contains(name) {
        throw .removed(kind: use.kind, name: name)
      }
    }
  }
}
