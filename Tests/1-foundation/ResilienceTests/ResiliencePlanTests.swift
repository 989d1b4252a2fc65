import OmniCircuitBreaker
import OmniQueryCache
import OmniRateGate
import OmniResilience
import OmniShardRouter
import OmniSnapshotter
import OmniTime
import Testing

@Suite("A plan of limits, breakers, caches and routers")
struct ResiliencePlanTests {
  static let text = """
    limiters:
      - {name: api, count: 100, burst: 20}
      - {name: orders, algorithm: slidingWindow, count: 10, period_milliseconds: 60000}
    self_tuning_gates:
      - {name: venue, algorithm: vegas, most: 50}
    breakers:
      - name: quotes
        window_milliseconds: 10000
        calls_min: 5
        slow_after_milliseconds: 200
        adaptive_floor_percent: 5
    caches:
      - {name: quotes, lasting_milliseconds: 5000, stale_for_milliseconds: 1000}
    snapshots:
      - {name: books, events: 1000, replay_milliseconds: 50}
    routers:
      - name: accounts
        nodes: [{name: a}, {name: b, weight: 2, zone: east}]
    """

  static func plan(_ text: String = text) throws -> ResiliencePlan {
    try ResiliencePlan(yaml: Array(text.utf8), label: "plan.yaml")
  }

  @Test("what it says is what it is, and what it does not say is the usual")
  func read() throws {
    let plan = try Self.plan()
    #expect(plan.limiters["api"] == (try RateRule(count: 100, per: .seconds(1), burst: 20)))
    #expect(
      plan.limiters["orders"] == (try RateRule(.slidingWindow, count: 10, per: .seconds(60))))
    #expect(plan.gates["venue"]?.algorithm == .vegas && plan.gates["venue"]?.most == 50)
    var breaker = BreakerConfiguration()
    breaker.window = .time(.seconds(10), buckets: 10)
    breaker.callsMin = 5
    breaker.slowAfter = .milliseconds(200)
    breaker.adaptive = .init(floorPercent: 5)
    #expect(plan.breakers["quotes"] == breaker)
    #expect(
      plan.caches["quotes"] == Freshness(lasting: .seconds(5), staleFor: .seconds(1)))
    #expect(plan.snapshots["books"]?.events == 1_000)
    #expect(plan.routers["accounts"]?.nodes.map(\.weight) == [1, 2])
    #expect(try Self.plan("") == ResiliencePlan())
  }

  @Test("JSON says the same")
  func json() throws {
    let json = #"{"limiters": [{"name": "api", "count": 100, "burst": 20}]}"#
    #expect(try Self.plan(json).limiters["api"]?.burst == 20)
  }

  @Test(
    "what cannot be is refused, with its place",
    arguments: [
      ("limiters: [{name: a, count: 1}, {name: a, count: 2}]", "RES-003"),
      ("limiters: [{name: a, count: 0}]", "CFG-"),
      ("limiters: [{name: a, count: 1, brust: 3}]", "CFG-"),
      ("limiters: [{name: a}]", "CFG-"),
      ("limiter: []", "CFG-"),
      ("limiters: [{name: a, count: 1, period_milliseconds: 0}]", "RES-002"),
      ("breakers: [{name: a, calls_min: 200}]", "RES-002"),
      ("breakers: [{name: a, backoff_milliseconds: 9, backoff_max_milliseconds: 8}]", "RES-002"),
      ("caches: [{name: a, lasting_milliseconds: 0}]", "RES-002"),
      ("routers: [{name: a, nodes: [{name: x}, {name: x}]}]", "RES-002"),
      ("routers: [{name: a, strategy: quantum, nodes: [{name: x}]}]", "CFG-"),
      ("limiters: [", "CFG-"),
    ])
  func faults(text: String, code: String) {
    let fault = #expect(throws: ResilienceFault.self) { try Self.plan(text) }
    #expect(fault?.code.hasPrefix(code) == true, "\(String(describing: fault))")
    #expect(fault?.description.contains("\n") == false)
  }
}
