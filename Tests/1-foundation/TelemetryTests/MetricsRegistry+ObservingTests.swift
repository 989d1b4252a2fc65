import OmniTelemetry
import Synchronization
import Testing

@Suite("Metrics of parts that count for themselves")
struct MetricsRegistryObservingTests {
  private final class Part: Sendable {
    let count = Atomic<UInt64>(0)
    let reads = Atomic<Int>(0)

    var observations: [Observation] {
      reads.wrappingAdd(1, ordering: .relaxed)
      return [
        .counter("went", "Requests that went.", count.load(ordering: .relaxed)),
        .gauge("share", "A share.", 0.5), .gauge("keys", "Keys.", -3),
      ]
    }
  }

  @Test func `a part is asked once for each text, and not in between`() throws {
    let (registry, part) = (MetricsRegistry(), Part())
    try registry.observe("omni_part", labels: ["part": "a"]) { part.observations }
    part.count.store(.max, ordering: .relaxed)
    for _ in 0..<3 {
      #expect(
        registry.rendered() == """
          # HELP omni_part_keys Keys.
          # TYPE omni_part_keys gauge
          omni_part_keys{part="a"} -3
          # HELP omni_part_share A share.
          # TYPE omni_part_share gauge
          omni_part_share{part="a"} 0.5
          # HELP omni_part_went Requests that went.
          # TYPE omni_part_went counter
          omni_part_went{part="a"} 18446744073709551615

          """)
    }
    #expect(part.reads.load(ordering: .relaxed) == 4)
  }

  @Test func `parts of one kind stand together, and beside what is pushed`() throws {
    let (registry, one, two) = (MetricsRegistry(), Part(), Part())
    try registry.observe("omni_part", labels: ["part": "b"]) { one.observations }
    try registry.observe("omni_part", labels: ["part": "a"]) { two.observations }
    let pushed = try registry.counter(
      "omni_part_went", help: "Requests that went.", labels: ["part": "c"])
    one.count.store(1, ordering: .relaxed)
    two.count.store(2, ordering: .relaxed)
    pushed.increment(by: 3)
    let lines = registry.rendered().split(separator: "\n").filter { $0.contains("_went{") }
    #expect(
      lines == [
        #"omni_part_went{part="a"} 2"#, #"omni_part_went{part="b"} 1"#,
        #"omni_part_went{part="c"} 3"#,
      ])
  }

  @Test func `a part that cannot be registered whole leaves nothing behind`() throws {
    let registry = MetricsRegistry()
    let part = Part()
    func code(_ name: String, _ labels: [String: String]) -> String? {
      do throws(MetricsError) {
        try registry.observe(name, labels: labels) { part.observations }
        return nil
      } catch {
        return error.code
      }
    }
    _ = try registry.gauge("omni_a_keys", help: "Keys.", labels: ["part": "x"])
    _ = try registry.counter("omni_b_keys", help: "Keys.", labels: ["part": "y"])
    _ = try registry.gauge("omni_c_keys", help: "Other.", labels: ["part": "y"])
    _ = try registry.gauge("omni_d_keys", help: "Keys.", labels: ["other": "y"])
    let before = registry.rendered()
    #expect(code("omni_a", ["part": "x"]) == "TEL-007")
    #expect(code("omni_b", ["part": "x"]) == "TEL-003")
    #expect(code("omni_c", ["part": "x"]) == "TEL-004")
    #expect(code("omni_d", ["part": "x"]) == "TEL-004")
    #expect(code("Part", ["part": "x"]) == "TEL-001" && code("omni_e", ["1": "x"]) == "TEL-002")
    #expect(registry.rendered() == before)

    #expect(code("omni_a", ["part": "z"]) == nil && code("omni_a", ["part": "z"]) == "TEL-007")
    // A pushed metric cannot take the place of an observed one either.
    #expect(throws: MetricsError.self) {
      try registry.gauge("omni_a_keys", help: "Keys.", labels: ["part": "z"])
    }
  }

  @Test func `the registry's limit counts each figure`() throws {
    let registry = MetricsRegistry()
    let part = Part()
    var registered = 0
    #expect(throws: MetricsError.tooManySeries(metric: "omni_part_went", limit: 10_000)) {
      while true {
        try registry.observe("omni_part", labels: ["part": "\(registered)"]) { part.observations }
        registered += 1
      }
    }
    #expect(registered == 3_333)
    _ = try registry.counter("omni_last", help: "")
    #expect(throws: MetricsError.self) { try registry.counter("omni_more", help: "") }
  }
}
