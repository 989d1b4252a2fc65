import OmniRateGate
import OmniTime
import Testing

@Suite("The script of shared limits")
struct SharedScriptTests {
  @Test("its arguments are the amounts, and spacing and burst of each key")
  func arguments() throws {
    let request = SharedRequest(
      [
        .init(key: "a", rule: try RateRule(count: 10, per: .seconds(1), burst: 3)),
        .init(key: "b", rule: try RateRule(count: 1, per: .milliseconds(1), burst: 2)),
      ], wanted: 4, least: 2)
    #expect(
      SharedScript.arguments(of: request)
        == ["4", "2", "100000000", "300000000", "1000000", "2000000"])
  }

  @Test("numbers that it never returns are no grant")
  func grants() throws {
    let rule = try RateRule(count: 10, per: .seconds(1))
    let request = SharedRequest([.init(key: "a", rule: rule)], wanted: 4)
    #expect(
      SharedScript.grant(from: [4, 1, 0, 5], for: request)
        == SharedGrant(
          granted: 4, remaining: 1, retryAfter: .zero, resetAfter: Interval(nanoseconds: 5)))
    for wrong in [[], [1, 2, 3], [5, 0, 0, 0], [-1, 0, 0, 0], [1, 1, 1, 1, 1]] as [[Int64]] {
      #expect(SharedScript.grant(from: wrong, for: request) == nil)
    }
  }
}
