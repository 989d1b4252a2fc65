import OmniClocks
import OmniTime
import Testing

@Suite("An instant of a monotonic clock")
struct MonotonicInstantTests {
  @Test("it is held within what can be written down")
  func bounds() {
    let late = MonotonicInstant(nanoseconds: .max - 1)
    #expect(late + .seconds(1) == .distantFuture)
    #expect(MonotonicInstant.origin + Interval(nanoseconds: -1) == .origin)
    #expect(late - .origin == Interval(nanoseconds: .max - 1))
  }

  @Test("it is ordered as time is")
  func order() {
    let one = MonotonicInstant(nanoseconds: 1)
    #expect(.origin < one)
    #expect(one + .milliseconds(1) > one)
    #expect((.origin - one) == Interval(nanoseconds: -1))
  }
}
