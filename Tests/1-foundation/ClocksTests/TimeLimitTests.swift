import OmniClocks
import OmniTestKit
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

  @Test("a call that starts in place and ends there has no timer; one that suspends is given up")
  func inPlace() async throws {
    let time = ManualTime()
    let source = TimeSource.manual(time)
    let sleepers = Task.immediate {
      try await withTimeLimit(.seconds(1), time: source, startsInPlace: true) { time.sleeperCount }
    }
    #expect(try await sleepers.value == 0 && time.sleeperCount == 0)
    let isBegun = Shared(false)
    let late = Task.immediate {
      try await withTimeLimit(.seconds(1), time: source, startsInPlace: true) {
        isBegun.change { $0 = true }
        // What is done in place counts.
        time.advance(by: .milliseconds(900))
        try await source.sleep(for: .seconds(5))
      }
    }
    #expect(isBegun.value)
    while time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .milliseconds(100))
    await #expect(throws: TimeLimitExceeded.self) { try await late.value }
    #expect(time.sleeperCount == 0)
  }

  @Test("a call that starts in place and throws there is not waited for")
  func thrownInPlace() async {
    struct Broken: Error {}
    let time = ManualTime()
    await #expect(throws: Broken.self) {
      try await withTimeLimit(.seconds(1), time: .manual(time), startsInPlace: true) {
        throw Broken()
      }
    }
    #expect(time.sleeperCount == 0)
  }
}
