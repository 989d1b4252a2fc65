import OmniCircuitBreaker
import OmniClocks
import OmniQueryCache
import OmniRateGate
import OmniResilience
import OmniTestKit
import OmniTime
import Testing

@Suite("Limit, protect and cached around one function")
struct CompositionTests {
  private struct Broken: Error {}

  @Test("the three together, as plain as they sound")
  func together() async throws {
    let time = ManualTime()
    let gate = try RateGate(RateRule(count: 5, per: .seconds(1)), time: .manual(time))
    var settings = BreakerConfiguration()
    settings.window = .count(4)
    settings.callsMin = 2
    let breaker = try CircuitBreaker("quotes", settings, time: .manual(time))
    let cache = try LoadingCache<String, Int>(
      capacity: 10, Freshness(lasting: .seconds(60), earlyPercent: 0), time: .manual(time), seed: 1)
    let calls = Shared(0)
    let fetch: @Sendable (String) async throws -> Int = { name in
      calls.change { $0 += 1 }
      if name == "bad" { throw Broken() }
      return name.count
    }
    let quote = limit(gate, by: { $0 }, protect(breaker, cached(cache, fetch)))

    for _ in 0..<5 { #expect(try await quote("BTC") == 3) }
    #expect(calls.value == 1)
    await #expect(throws: RateLimited.self) { try await quote("BTC") }
    #expect(try await quote("ETH2") == 4)
    for _ in 0..<5 { await #expect(throws: (any Error).self) { try await quote("bad") } }
    // Some of the five were refused by the open breaker and never made.
    #expect(breaker.health.state == .open)
    #expect(calls.value < 7)
    await #expect(throws: CircuitBreaker.Refused.self) { try await quote("ETH2") }
  }

  @Test("a refusal within says nothing of the service")
  func refusal() async throws {
    let gate = try RateGate(RateRule(count: 1, per: .seconds(1)), time: .manual(ManualTime()))
    var settings = BreakerConfiguration()
    settings.window = .count(4)
    settings.callsMin = 1
    let breaker = try CircuitBreaker("quotes", settings)
    let attempts = Shared(0)
    let call = protect(
      breaker,
      retried(
        Retry(pause: .zero, pauseMax: .zero),
        limit(
          gate,
          by: { (_: Int) in
            attempts.change { $0 += 1 }
            return "all"
          }, { $0 })))
    #expect(try await call(1) == 1)
    for _ in 0..<10 { await #expect(throws: RateLimited.self) { try await call(1) } }
    #expect(breaker.health.state == .closed && attempts.value == 11)
  }

  @Test("the others: bulkhead, time limit, retries, a gate that tunes itself")
  func others() async throws {
    let time = ManualTime()
    let calls = Shared(0)
    let flaky: @Sendable (Int) async throws -> Int = { input in
      let call = calls.change {
        $0 += 1; return $0
      }
      if call < 3 { throw Broken() }
      return input * 2
    }
    let rule = Retry(attemptCountMax: 3, pause: .zero, pauseMax: .zero)
    let call = protect(
      Bulkhead(runningMax: 1), limit(try SelfTuningGate(), retried(rule, flaky)))
    #expect(try await call(21) == 42)
    let slow: @Sendable (Int) async throws -> Int = { input in
      try await TimeSource.manual(time).sleep(for: .seconds(5))
      return input
    }
    let bounded = within(.seconds(1), time: .manual(time), slow)
    let task = Task { try await bounded(1) }
    while time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .seconds(1))
    await #expect(throws: TimeLimitExceeded.self) { try await task.value }
  }
}
