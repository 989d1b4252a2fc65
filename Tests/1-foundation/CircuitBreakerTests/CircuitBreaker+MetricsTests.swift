import OmniCircuitBreaker
import OmniClocks
import OmniTelemetry
import OmniTime
import Testing

@Suite("Metrics of breakers")
struct CircuitBreakerMetricsTests {
  private struct Broken: Error {}

  @Test func `a breaker shows its state, its window and its decisions`() throws {
    let (registry, time) = (MetricsRegistry(), ManualTime())
    var settings = BreakerConfiguration()
    settings.callsMin = 4
    let breaker = try CircuitBreaker("quotes", settings, time: .manual(time))
    try breaker.observe(in: registry)
    #expect(figure(registry, "state") == "0")
    breaker.forceOpen()
    #expect(figure(registry, "state") == "4")
    breaker.disable()
    #expect(figure(registry, "state") == "5")
    breaker.release()
    for number in 0..<6 {
      _ = try? breaker.callInPlace { if number > 0 { throw Broken() } }
    }
    #expect(figure(registry, "state") == "3" && figure(registry, "openings") == "1")
    #expect(figure(registry, "rejected") == "\(breaker.health.counts.rejected)")
    #expect(figure(registry, "failures") == "\(breaker.health.counts.failures)")
    #expect(figure(registry, "admitted") == "\(breaker.health.counts.admitted)")
    #expect(breaker.health.counts.rejected > 0 && breaker.health.counts.failures >= 3)
    #expect(figure(registry, "error_threshold_percent") == "50")
  }

  @Test func `a bulkhead and a budget show how full they are`() async throws {
    let registry = MetricsRegistry()
    let bulkhead = Bulkhead(runningMax: 1, waitingMax: 0, waitMax: .zero)
    try bulkhead.observe(in: registry, as: "db")
    let budget = RetryBudget(percent: 0, perSecond: 0)
    try budget.observe(in: registry, as: "db")
    let inside = try await bulkhead.call { registry.rendered() }
    #expect(inside.contains("omni_bulkhead_running{bulkhead=\"db\"} 1\n"))
    #expect(registry.rendered().contains("omni_bulkhead_running{bulkhead=\"db\"} 0\n"))
    #expect(!budget.take())
    #expect(registry.rendered().contains("omni_retry_budget_refused{budget=\"db\"} 1\n"))
  }

  private func figure(_ registry: MetricsRegistry, _ name: String) -> String? {
    let start = "omni_breaker_\(name){breaker=\"quotes\"} "
    return registry.rendered().split(separator: "\n").first { $0.hasPrefix(start) }
      .map { String($0.dropFirst(start.count)) }
  }
}
