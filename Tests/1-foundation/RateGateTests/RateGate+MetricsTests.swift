import OmniClocks
import OmniRateGate
import OmniTelemetry
import OmniTime
import Testing

@Suite("Metrics of limits")
struct RateGateMetricsTests {
  @Test func `a limiter shows what went and what was refused`() throws {
    let (registry, time) = (MetricsRegistry(), ManualTime())
    let gate = try RateGate(
      RateRule(count: 1, per: .seconds(1), burst: 2), time: .manual(time))
    try gate.observe(in: registry, as: "orders")
    for _ in 0..<5 { _ = gate.decide("a") }
    _ = gate.decide("b")
    #expect(
      Self.figures(registry) == [
        #"omni_limiter_allowed{limiter="orders"} 3"#, #"omni_limiter_keys{limiter="orders"} 2"#,
        #"omni_limiter_refused{limiter="orders"} 3"#,
        #"omni_limiter_refused_full{limiter="orders"} 0"#,
      ])
    #expect(throws: MetricsError.self) { try gate.observe(in: registry, as: "orders") }
  }

  @Test func `a shared limiter shows its questions, and a gate its limit`() async throws {
    let (registry, time) = (MetricsRegistry(), ManualTime())
    let shared = try SharedGate(
      "all", .init(RateRule(count: 1, per: .seconds(1)), fallback: .open),
      store: MemorySharedLimits(time: .manual(time)), time: .manual(time))
    try shared.observe(in: registry, as: "all")
    for _ in 0..<3 { _ = try await shared.decide("a") }
    var settings = AdaptiveLimit.Configuration()
    settings.initial = 7
    let gate = try SelfTuningGate(settings, time: .manual(time))
    try gate.observe(in: registry, as: "venue")
    _ = try await gate.call { Self.figures(registry) == [] }
    let figures = Self.figures(registry)
    #expect(figures.contains(#"omni_shared_limiter_asked{limiter="all"} 3"#))
    #expect(figures.contains(#"omni_shared_limiter_refused{limiter="all"} 2"#))
    #expect(figures.contains(#"omni_gate_limit{gate="venue"} 7"#))
    #expect(figures.contains(#"omni_gate_allowed{gate="venue"} 1"#))
    #expect(figures.contains(#"omni_gate_running{gate="venue"} 0"#))
  }

  static func figures(_ registry: MetricsRegistry) -> [String] {
    registry.rendered().split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
  }
}
