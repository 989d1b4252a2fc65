import OmniDeveloperTool
import Testing

@Suite("PeersCommand")
struct PeersCommandTests {
  @Test func `the best of each side is compared, and what is missing is said`() {
    let ratios = PeerRatios(
      ours: [["limiter_ns": 60, "breaker_ns": 20.04], ["limiter_ns": 50, "breaker_ns": 30]],
      theirs: [
        ["limiter_ns": 3_000, "breaker_ns": 900], ["limiter_ns": 2_600, "breaker_ns": 800],
      ])
    let lines = ratios.table.split(separator: "\n")
    #expect(
      lines[0]
        == "limiter decision, throttled-py: 50 against 2600, 52 times as quick; as wanted, at least 50"
    )
    #expect(
      lines[1]
        == "closed breaker call, pybreaker: 20 against 800, 39.9 times as quick; NOT as wanted, at least 50"
    )
    #expect(lines[2] == "route, uhashring: not measured")
    #expect(lines.count == 6)
  }
}
