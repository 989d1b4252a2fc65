import OmniCircuitBreaker
import OmniClocks
import OmniRateGate
import OmniResilience
import OmniShardRouter
import OmniTelemetry
import OmniTime
import Testing

@Suite("The parts of a plan")
struct ResilienceTests {
  private struct Broken: Error {}

  private func make(_ time: ManualTime) throws -> Resilience {
    try Resilience(ResiliencePlanTests.plan(), time: .manual(time))
  }

  @Test("a part is one object, and one that the plan does not have is an error")
  func parts() throws {
    let resilience = try make(ManualTime())
    #expect(try resilience.breaker("quotes") === resilience.breaker("quotes"))
    #expect(throws: ResilienceFault.unknown(kind: "limiter", name: "x")) {
      try resilience.limiter("x")
    }
  }

  @Test("all parts are seen in one registry, those too that a later plan brings")
  func metrics() throws {
    let registry = MetricsRegistry()
    let resilience = try make(ManualTime())
    try resilience.observe(in: registry)
    _ = try resilience.limiter("api").decide("u")
    #expect(registry.rendered().contains("omni_limiter_allowed{limiter=\"api\"} 1\n"))
    #expect(registry.rendered().contains("omni_breaker_state{breaker=\"quotes\"} 0\n"))
    let text = ResiliencePlanTests.text.replacing(
      "limiters:\n", with: "limiters:\n  - {name: more, count: 1}\n")
    try resilience.apply(ResiliencePlanTests.plan(text))
    #expect(registry.rendered().contains("omni_limiter_allowed{limiter=\"more\"} 0\n"))
    #expect(registry.rendered().contains("omni_limiter_allowed{limiter=\"api\"} 1\n"))
    #expect(throws: ResilienceFault.self) { try resilience.observe(in: registry) }
    // A plan whose new parts cannot be shown is not taken over, not in part either.
    try RateGate(RateRule(count: 1, per: .seconds(1))).observe(in: registry, as: "taken")
    let clash = ResiliencePlanTests.text.replacing(
      "limiters:\n", with: "limiters:\n  - {name: more, count: 1}\n  - {name: taken, count: 1}\n"
    ).replacing("burst: 20", with: "burst: 30")
    #expect(throws: ResilienceFault.self) {
      try resilience.apply(ResiliencePlanTests.plan(clash))
    }
    #expect(try resilience.limiter("api").look("v").remaining == 20)
    #expect(throws: ResilienceFault.self) { try resilience.limiter("taken") }
    // Two sets of parts with the same names cannot share a registry.
    let other = try make(ManualTime())
    #expect(throws: ResilienceFault.self) { try other.observe(in: registry) }
  }

  @Test("another plan is taken over without losing what was used, or the state of a breaker")
  func reload() throws {
    let time = ManualTime()
    let resilience = try make(time)
    let limiter = try resilience.limiter("api")
    for _ in 0..<15 { _ = limiter.decide("u") }
    let breaker = try resilience.breaker("quotes")
    for _ in 0..<4 { #expect(throws: Broken.self) { try breaker.callInPlace { throw Broken() } } }
    let router = try resilience.router("accounts")
    let owners = (0..<1_000 as Range<UInt64>).map { router.route($0) }
    let text = ResiliencePlanTests.text
      .replacing("burst: 20", with: "burst: 30").replacing("calls_min: 5", with: "calls_min: 4")
      .replacing("{name: a}", with: "{name: a}, {name: c}")
    try resilience.apply(ResiliencePlanTests.plan(text))
    #expect(try resilience.limiter("api") === limiter)
    #expect(limiter.look("u").remaining == 15)
    #expect(breaker.health.windowErrors == 4)
    let next = try resilience.router("accounts")
    let moved = zip(owners, (0..<1_000 as Range<UInt64>).map { next.route($0) }).filter {
      router.membership.nodes[$0] != next.membership.nodes[$1]
    }
    // A quarter of the weight is new, and only what it takes has moved.
    #expect((200...300).contains(moved.count))
    #expect(moved.allSatisfy { next.membership.nodes[$0.1].name == "c" })
  }

  @Test("a plan that leaves out what is in use changes nothing")
  func removed() throws {
    let resilience = try make(ManualTime())
    let before = resilience.plan
    let text = ResiliencePlanTests.text
      .replacing("- {name: api, count: 100, burst: 20}", with: "- {name: other, count: 5}")
    #expect(throws: ResilienceFault.removed(kind: "limiter", name: "api")) {
      try resilience.apply(ResiliencePlanTests.plan(text))
    }
    #expect(resilience.plan == before)
    #expect(throws: ResilienceFault.unknown(kind: "limiter", name: "other")) {
      try resilience.limiter("other")
    }
  }
}
