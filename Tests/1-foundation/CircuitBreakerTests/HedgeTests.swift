import OmniCircuitBreaker
import OmniClocks
import OmniTestKit
import OmniTime
import Testing

@Suite("Hedged calls")
struct HedgeTests {
  private struct Broken: Error {}

  @Test("a quick call is made once; a late one twice, and the first result counts")
  func late() async throws {
    let time = ManualTime()
    let calls = Shared(0)
    let hedge = Hedge(delay: .seconds(1))
    #expect(try await hedge.call(time: .manual(time)) { $0 } == 0)
    async let result = hedge.call(time: .manual(time)) { number in
      calls.change { $0 += 1 }
      if number == 0 { try await TimeSource.manual(time).sleep(for: .seconds(60)) }
      return number
    }
    while time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .seconds(1))
    #expect(try await result == 1)
    #expect(calls.value == 2)
    #expect(time.sleeperCount == 0)
  }

  @Test("a failure alone begins no other call")
  func failure() async {
    let calls = Shared(0)
    await #expect(throws: Broken.self) {
      try await Hedge(delay: .seconds(60)).call { _ -> Int in
        calls.change { $0 += 1 }
        throw Broken()
      }
    }
    #expect(calls.value == 1)
  }
}
