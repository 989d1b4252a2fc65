import OmniDeveloperTool
import Testing

@Suite("BusRatios")
struct BusRatiosTests {
  private static let output = """
    redis pub/sub paced 5k/s                       n=20000 p50 45.2 p99 99.1 p99.9 301.0 max 900.5 us  4999 msg/s
    redis pub/sub saturated (pipeline 100)         n=300000 p50 200.0 p99 500.5 p99.9 600.0 max 700.0 us  410000 msg/s
    a line about something else
    redis streams XADD/XREAD paced 5k/s            n=20000 p50 60.0 p99 120.0 p99.9 1.0 max 2.0 us  5000 msg/s
    """

  @Test func `the peer's lines are read`() {
    #expect(
      BusRatios.figures(ofPeer: Self.output) == [
        "redis pub/sub paced 5k/s.p50": 45.2, "redis pub/sub paced 5k/s.p99": 99.1,
        "redis pub/sub paced 5k/s.rate": 4_999,
        "redis pub/sub saturated (pipeline 100).p50": 200,
        "redis pub/sub saturated (pipeline 100).p99": 500.5,
        "redis pub/sub saturated (pipeline 100).rate": 410_000,
        "redis streams XADD/XREAD paced 5k/s.p50": 60,
        "redis streams XADD/XREAD paced 5k/s.p99": 120,
        "redis streams XADD/XREAD paced 5k/s.rate": 5_000,
      ])
    #expect(BusRatios.figures(ofPeer: "").isEmpty)
  }

  @Test func `medians are held against what is wanted`() {
    let ours: [[String: Double]] = [210, 9_000, 190].map { p50 in
      [
        "inprocess_p50_ns": p50, "inprocess_per_s": 4_000_000, "end_to_end_p99_us": 1_200.4,
        "inprocess_p99_redis_killed_ratio": 1.05,
      ]
    }
    let theirs = Array(repeating: BusRatios.figures(ofPeer: Self.output), count: 3)
    let lines = BusRatios(ours: ours, theirs: theirs).table.split(separator: "\n")
    #expect(
      lines == [
        "in the process, paced, p50 in us: 0.21 (0.19 to 9) against 45.2 (45.2 to 45.2), 0.005 times; as wanted, at most 0.1",
        "in the process, events a second: 4000000 (4000000 to 4000000) against 410000 (410000 to 410000), 9.76 times; NOT as wanted, at least 10",
        "to another process through Redis Streams, paced at 20,000/s, p99 in us: 1200 (1200 to 1200); NOT as wanted, at most 1200",
        "in the process, p99 while Redis dies against not: 1.05 (1.05 to 1.05); as wanted, at most 1.2",
        "in the process, p99 while Kafka is down against not: not measured",
        "redis pub/sub paced 5k/s.p99: 99.1 (99.1 to 99.1)",
        "redis streams XADD/XREAD paced 5k/s.p50: 60 (60 to 60)",
        "redis streams XADD/XREAD paced 5k/s.p99: 120 (120 to 120)",
      ])
  }

  @Test func `without a peer OMNI's own figures are shown`() {
    let table = BusRatios(ours: [["inprocess_p50_ns": 200]], theirs: []).table
    #expect(
      table.split(separator: "\n")[0]
        == "in the process, paced, p50 in us: 0.2 (0.2 to 0.2); no peer was measured")
  }
}
