import OmniRateGate
import OmniTime
import Testing

/// What holds over a table of services, for every algorithm and many seeds.
///
/// One round trip is one time of service; the load is 1.3, and half of each span is for following.
@Suite("AdaptiveLimit, a table of services")
struct AdaptiveTableTests {
  /// A service of the table.
  struct Row: Sendable, CustomTestStringConvertible {
    let servers: Int
    let milliseconds: Int
    /// The seconds before, between and after the two changes.
    let span: Int
    let seeds: UInt64
    /// The least goodput of one seed as a share of the capacity, and the least of the mean.
    let worst: Double
    let mean: Double

    var testDescription: String { "\(servers) servers, \(milliseconds) ms" }
  }

  static let rows = [
    Row(servers: 9, milliseconds: 50, span: 40, seeds: 60, worst: 0.7, mean: 0.92),
    Row(servers: 24, milliseconds: 5, span: 4, seeds: 40, worst: 0.75, mean: 0.92),
    Row(servers: 60, milliseconds: 1, span: 2, seeds: 20, worst: 0.75, mean: 0.92),
    Row(servers: 3, milliseconds: 200, span: 160, seeds: 20, worst: 0.55, mean: 0.82),
    Row(servers: 24, milliseconds: 200, span: 120, seeds: 20, worst: 0.8, mean: 0.92),
    Row(servers: 200, milliseconds: 1_000, span: 400, seeds: 3, worst: 0.85, mean: 0.92),
    Row(servers: 1, milliseconds: 1_000, span: 1_000, seeds: 10, worst: 0.5, mean: 0.7),
  ]

  @Test(arguments: AdaptiveLimit.Algorithm.allCases, rows)
  func `goodput and limit are right again after steps to a third and back`(
    algorithm: AdaptiveLimit.Algorithm, row: Row
  ) throws {
    let service = Double(row.milliseconds) / 1_000
    let low = max(1, row.servers / 3)
    let (start, end) = (Double(row.span), Double(2 * row.span))
    let backend = Backend(
      servers: { $0 >= start && $0 < end ? low : row.servers }, meanService: { _ in service },
      arrivals: Double(row.servers) / service * 1.3, timeLimit: service * 20)
    var shares = [0.0, 0, 0]
    for seed in 1...row.seeds {
      var configuration = AdaptiveLimit.Configuration()
      configuration.algorithm = algorithm
      let (report, _) = QueueSimulation.run(
        backend, .adaptive(try AdaptiveLimit(configuration)), seconds: 3 * row.span, seed: seed)
      for (index, servers) in [row.servers, low, row.servers].enumerated() {
        let whole = (index * row.span)..<((index + 1) * row.span)
        let last = (whole.lowerBound + row.span / 2)..<whole.upperBound
        let share = report.goodput(last) / (Double(servers) / service)
        shares[index] += share
        #expect(share >= row.worst, "seed \(seed), span \(index): goodput \(share)")
        // Little's law with the usual headroom and the places that are always left, doubled.
        let most = 2 * (servers * 7 / 5 + 5)
        if index > 0 { #expect(report.limits(last).upperBound <= most, "seed \(seed)") }
      }
    }
    for share in shares { #expect(share / Double(row.seeds) >= row.mean, "mean \(shares)") }
  }
}
