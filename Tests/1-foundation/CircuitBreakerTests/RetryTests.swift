import OmniCircuitBreaker
import OmniClocks
import OmniTime
import Testing

@Suite("Retries")
struct RetryTests {
  private struct Broken: Error, Equatable { let attempt: Int }

  @Test("a call is made again as often as the rule says, and the last error comes through")
  func attempts() async throws {
    var attempts = 0
    let rule = Retry(attemptCountMax: 4, pause: .zero, pauseMax: .zero)
    await #expect(throws: Broken(attempt: 4)) {
      try await rule.call {
        attempts += 1
        throw Broken(attempt: attempts)
      }
    }
    #expect(attempts == 4)
    attempts = 0
    let result = try await rule.call {
      attempts += 1
      if attempts < 3 { throw Broken(attempt: attempts) }
      return attempts
    }
    #expect(result == 3)
  }

  @Test("what is not worth another attempt, and what has no budget, ends at once")
  func notWorthwhile() async {
    var attempts = 0
    await #expect(throws: CancellationError.self) {
      try await Retry(pause: .zero).call {
        attempts += 1
        throw CancellationError()
      }
    }
    #expect(attempts == 1)
    let budget = RetryBudget(percent: 0, perSecond: 0, time: .manual(ManualTime()))
    await #expect(throws: Broken(attempt: 2)) {
      try await Retry(pause: .zero, budget: budget).call {
        attempts += 1
        throw Broken(attempt: attempts)
      }
    }
  }

  @Test("the bound of the pauses grows by half, up to its own bound")
  func pauses() {
    let rule = Retry(pause: .milliseconds(100), pauseMax: .milliseconds(300))
    #expect(
      (1...5).map { rule.pauseBound(afterAttempts: $0).nanoseconds / 1_000_000 }
        == [100, 150, 225, 300, 300])
  }
}
