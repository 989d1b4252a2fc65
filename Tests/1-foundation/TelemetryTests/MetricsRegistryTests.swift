import OmniTelemetry
import OmniTestKit
import Testing

@Suite("Metrics")
struct MetricsRegistryTests {
  @Test func `all metrics are rendered in the Prometheus text format, in stable order`() throws {
    let metrics = MetricsRegistry()
    let latency = try metrics.histogram(
      "omni_latency_nanoseconds", help: "From tick to decision.", labels: ["stage": "all"],
      bounds: [10, 100])
    let filled = try metrics.counter(
      "omni_orders", help: "Orders by status.", labels: ["venue": "b", "status": "filled"])
    let sent = try metrics.counter(
      "omni_orders", help: "Orders by status.", labels: ["status": "filled", "venue": "a"])
    let drawdown = try metrics.gauge("omni_drawdown", help: "Loss from the peak.")

    for value: Int64 in [5, 10, 11, 100, 101, -3] { latency.record(value) }
    filled.increment()
    sent.increment(by: 41)
    sent.increment()
    drawdown.record(-0.25)

    #expect(
      metrics.rendered() == """
        # HELP omni_drawdown Loss from the peak.
        # TYPE omni_drawdown gauge
        omni_drawdown -0.25
        # HELP omni_latency_nanoseconds From tick to decision.
        # TYPE omni_latency_nanoseconds histogram
        omni_latency_nanoseconds_bucket{stage="all",le="10"} 3
        omni_latency_nanoseconds_bucket{stage="all",le="100"} 5
        omni_latency_nanoseconds_bucket{stage="all",le="+Inf"} 6
        omni_latency_nanoseconds_sum{stage="all"} 224
        omni_latency_nanoseconds_count{stage="all"} 6
        # HELP omni_orders Orders by status.
        # TYPE omni_orders counter
        omni_orders{status="filled",venue="a"} 42
        omni_orders{status="filled",venue="b"} 1

        """)
    #expect(MetricsRegistry().rendered().isEmpty)
  }

  @Test func `help and label values are escaped as the format wants it`() throws {
    let metrics = MetricsRegistry()
    _ = try metrics.counter(
      "omni_x", help: "a \"b\" \\ c\nd", labels: ["l": "a \"b\" \\ c\nd é"])
    _ = try metrics.histogram("omni_y", help: "", bounds: [1])
    #expect(
      metrics.rendered() == #"""
        # HELP omni_x a "b" \\ c\nd
        # TYPE omni_x counter
        omni_x{l="a \"b\" \\ c\nd é"} 0
        # HELP omni_y 
        # TYPE omni_y histogram
        omni_y_bucket{le="1"} 0
        omni_y_bucket{le="+Inf"} 0
        omni_y_sum 0
        omni_y_count 0

        """#)
  }

  @Test func `a gauge prints what Prometheus can read`() throws {
    let table: [(value: Double, text: String)] = [
      (0, "0"), (-0.0, "0"), (1.5, "1.5"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
      (-.infinity, "-Inf"), (123_456_789, "123456789"),
    ]
    for (value, text) in table {
      let metrics = MetricsRegistry()
      try metrics.gauge("omni_x", help: "").record(value)
      #expect(metrics.rendered().hasSuffix("omni_x \(text)\n"))
    }
  }

  @Test func `the same metric again is the same object`() throws {
    let metrics = MetricsRegistry()
    let first = try metrics.counter("omni_x", help: "h", labels: ["a": "1"])
    let second = try metrics.counter("omni_x", help: "h", labels: ["a": "1"])
    let other = try metrics.counter("omni_x", help: "h", labels: ["a": "2"])
    #expect(first === second && first !== other)
  }

  @Test func `another type under the same name is refused`() throws {
    let metrics = MetricsRegistry()
    _ = try metrics.counter("omni_x", help: "h")
    _ = try metrics.histogram("omni_h", help: "h", bounds: [1])
    _ = try metrics.gauge("omni_z_count", help: "h")
    let before = metrics.rendered()

    #expect(
      throws: MetricsError.otherType(metric: "omni_x", registered: "counter", wanted: "gauge")
    ) { try metrics.gauge("omni_x", help: "h") }
    #expect(throws: MetricsError.self) { try metrics.histogram("omni_x", help: "h", bounds: [1]) }
    for part in ["omni_h_bucket", "omni_h_sum", "omni_h_count"] {
      #expect(
        throws: MetricsError.otherType(
          metric: part, registered: "part of a histogram", wanted: "counter")
      ) { try metrics.counter(part, help: "h") }
    }
    #expect(
      throws: MetricsError.otherType(
        metric: "omni_z_count", registered: "gauge", wanted: "part of a histogram")
    ) { try metrics.histogram("omni_z", help: "h", bounds: [1]) }
    #expect(metrics.rendered() == before)
  }

  @Test func `other help, label names or bounds under the same name are refused`() throws {
    let metrics = MetricsRegistry()
    _ = try metrics.histogram("omni_x", help: "h", labels: ["a": "1"], bounds: [1, 2])
    let refused: [(help: String, labels: [String: String], bounds: [Int64], what: String)] = [
      ("other", ["a": "1"], [1, 2], "help"), ("h", ["b": "1"], [1, 2], "label names"),
      ("h", [:], [1, 2], "label names"), ("h", ["a": "2"], [1, 3], "bounds"),
    ]
    for (help, labels, bounds, what) in refused {
      #expect(throws: MetricsError.otherDefinition(metric: "omni_x", what: what)) {
        try metrics.histogram("omni_x", help: help, labels: labels, bounds: bounds)
      }
    }
  }

  @Test func `names, labels and bounds outside the rules are refused`() throws {
    let metrics = MetricsRegistry()
    for name in [
      "", "omni_", "omni", "Omni_x", "omni_X", "omni-x", "x_omni_y", "omni_é", "omni_x\n",
    ] {
      #expect(throws: MetricsError.invalidName(name)) { try metrics.counter(name, help: "") }
    }
    for label in ["", "1a", "a-b", "__a", "le", "quantile", "é", "a\n", "a b"] {
      #expect(throws: MetricsError.invalidLabel(metric: "omni_x", label: label)) {
        try metrics.counter("omni_x", help: "", labels: [label: ""])
      }
    }
    for bounds: [Int64] in [[], [1, 1], [2, 1], Array(0...256)] {
      #expect(throws: MetricsError.invalidBounds(metric: "omni_x")) {
        try metrics.histogram("omni_x", help: "", bounds: bounds)
      }
    }
    #expect(metrics.rendered().isEmpty)
    _ = try metrics.counter("omni_0_x9", help: "", labels: ["_aB9": ""])
  }

  @Test func `the number of series has a limit`() throws {
    let metrics = MetricsRegistry()
    for index in 0..<MetricsRegistry.seriesCountMax {
      _ = try metrics.counter("omni_x", help: "", labels: ["i": "\(index)"])
    }
    #expect(throws: MetricsError.tooManySeries(metric: "omni_x", limit: 10_000)) {
      try metrics.counter("omni_x", help: "", labels: ["i": "more"])
    }
    _ = try metrics.counter("omni_x", help: "", labels: ["i": "7"])
  }

  @Test func `errors have stable codes and say what was wanted`() {
    let errors: [MetricsError] = [
      .invalidName("a\n"), .invalidLabel(metric: "omni_x", label: "1"),
      .otherType(metric: "omni_x", registered: "counter", wanted: "gauge"),
      .otherDefinition(metric: "omni_x", what: "help"), .invalidBounds(metric: "omni_x"),
      .tooManySeries(metric: "omni_x", limit: 1),
    ]
    #expect(errors.map(\.code) == (1...6).map { "TEL-00\($0)" })
    for error in errors {
      #expect(error.description.hasPrefix(error.code + ": "))
      #expect(error.description.contains("wanted") && !error.description.contains("\n"))
    }
    #expect(errors[2].description == "TEL-003: omni_x: is registered as counter, wanted as gauge")
  }

  @Test func `no count is lost between threads`() async throws {
    let metrics = MetricsRegistry()
    let gauge = try metrics.gauge("omni_gauge", help: "")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          guard
            let counter = try? metrics.counter("omni_counter", help: ""),
            let histogram = try? metrics.histogram("omni_histogram", help: "", bounds: [500])
          else { return }
          for value in 0..<1000 {
            counter.increment()
            gauge.add(0.5)
            histogram.record(Int64(value))
          }
        }
      }
    }
    #expect(try metrics.counter("omni_counter", help: "").value == 4000)
    #expect(gauge.value == 2000)
    let snapshot = try metrics.histogram("omni_histogram", help: "", bounds: [500]).snapshot
    #expect(snapshot.counts == [4 * 501, 4 * 499] && snapshot.sum == 4 * 499_500)
  }

  @Test func `a histogram puts each value where a search from the left would`() throws {
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      let bounds = Set((0..<20).map { _ in Int64.random(in: -50...50, using: &random) }).sorted()
      let histogram = try MetricsRegistry().histogram("omni_x", help: "", bounds: bounds)
      var expected = [UInt64](repeating: 0, count: bounds.count + 1)
      for _ in 0..<50 {
        let value = Int64.random(in: -60...60, using: &random)
        histogram.record(value)
        expected[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
      }
      #expect(histogram.snapshot.counts == expected, "seed \(seed)")
    }
  }
}
