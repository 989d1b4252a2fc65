import OmniClocks
import OmniTime
import Testing

@Suite("A limit of time")
struct TimeLimitTests {
  @Test("a call in time gives its result, one that takes longer is cancelled")
  func limit() async throws {
    #expect(try await withTimeLimit(.seconds(10)) { 5 } == 5)
    let time = ManualTime()
    let late = Task {
      try await withTimeLimit(.seconds(1), time: .manual(time)) {
        try await TimeSource.manual(time).sleep(for: .seconds(5))
        return 1
      }
    }
    while time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .seconds(1))
    await #expect(throws: TimeLimitExceeded.self) { try await late.value }
    #expect(time.sleeperCount == 0)
  }
}
