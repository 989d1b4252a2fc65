import OmniCircuitBreaker
import OmniClocks
import OmniTime
import Testing

@Suite("A budget of retries")
struct RetryBudgetTests {
  @Test("a fifth of the calls and ten a second, and no more")
  func amount() {
    let time = ManualTime()
    let budget = RetryBudget(percent: 20, perSecond: 10, callsPerSecond: 100, time: .manual(time))
    var granted = 0
    while budget.take() { granted += 1 }
    #expect(granted == 100)
    for _ in 0..<100 { budget.recordCall() }
    granted = 0
    while budget.take() { granted += 1 }
    #expect(granted == 20)
    for _ in 0..<1_000 {
      time.advance(by: Interval(nanoseconds: 1_000_001))
      if budget.take() { granted += 1 }
    }
    #expect(granted == 30)
    // What is not used is not kept for ever: ten seconds of both kinds.
    time.advance(by: .days(1))
    for _ in 0..<10_000 { budget.recordCall() }
    granted = 0
    while budget.take() { granted += 1 }
    #expect(granted == 300)
  }
}
