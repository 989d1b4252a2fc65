import OmniClocks
import OmniTime
import Testing

@Suite("A source of time")
struct TimeSourceTests {
  @Test("the machine's clock never goes back, and moves")
  func machine() {
    let source = TimeSource.machine
    let first = source.now()
    var last = first
    for _ in 0..<10_000 {
      let next = source.now()
      #expect(next >= last)
      last = next
    }
    #expect(last > first)
  }

  @Test("a clock that is set stands still until it is moved")
  func manual() {
    let time = ManualTime(start: MonotonicInstant(nanoseconds: 5))
    let source = TimeSource.manual(time)
    #expect(source.now() == MonotonicInstant(nanoseconds: 5))
    time.advance(by: .milliseconds(2))
    #expect(source.now() == MonotonicInstant(nanoseconds: 2_000_005))
    #expect(source.now() - MonotonicInstant(nanoseconds: 5) == .milliseconds(2))
  }
}
