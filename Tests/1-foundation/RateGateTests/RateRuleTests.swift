import OmniRateGate
import OmniTime
import Testing

@Suite("A rule of rates")
struct RateRuleTests {
  @Test("what cannot be counted is refused with what was wanted")
  func faults() {
    #expect(throws: RateFault.range(key: "count", value: 0, wanted: 1...1_000_000_000)) {
      try RateRule(count: 0, per: .seconds(1))
    }
    #expect(throws: RateFault.range(key: "burst", value: -1, wanted: 1...1_000_000_000)) {
      try RateRule(count: 1, per: .seconds(1), burst: -1)
    }
    #expect(throws: RateFault.period(.zero)) { try RateRule(count: 1, per: .zero) }
    #expect(throws: RateFault.period(.days(32))) { try RateRule(count: 1, per: .days(32)) }
    #expect(throws: RateFault.self) { try RateRule(count: 1, per: .days(31), burst: 1_000) }
  }

  @Test("requests are never spaced too narrowly")
  func spacing() throws {
    #expect(try RateRule(count: 3, per: .seconds(1)).spacing == 333_333_334)
    #expect(try RateRule(count: 1_000_000, per: .seconds(1)).spacing == 1_000)
    let share = try RateRule(count: 100, per: .seconds(1), burst: 5).share(of: 10)
    #expect(share.count == 10 && share.burst == 1)
  }
}
