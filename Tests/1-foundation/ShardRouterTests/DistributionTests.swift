import OmniShardRouter
import Testing

@Suite("Distribution")
struct DistributionTests {
  @Test func `figures are those computed by hand`() throws {
    let spread = Distribution(counts: [10, 25, 25], membership: try Membership(nodes(3)))
    #expect(spread.total == 60)
    #expect(spread.expected(0) == 20)
    #expect(spread.skew == 1.25)
    #expect(spread.skewMin == 0.5)
    // (100 + 25 + 25) / 20
    #expect(abs(spread.chiSquared - 7.5) < 1e-12)
    #expect(spread.degreesOfFreedom == 2)
  }

  @Test func `weights change what is expected`() throws {
    let spread = Distribution(
      counts: [10, 30], membership: try Membership(nodes(weights: [1, 3])))
    #expect(spread.shares == [0.25, 0.75])
    #expect(spread.chiSquared == 0 && spread.skew == 1 && spread.skewMin == 1)
  }

  @Test func `without keys, and with one node, nothing is uneven`() throws {
    let none = Distribution(counts: [0, 0], membership: try Membership(nodes(2)))
    #expect(none.skew == 1 && none.skewMin == 1 && none.chiSquared == 0)
    let one = Distribution(counts: [9], membership: try Membership(nodes(1)))
    #expect(one.criticalValue(.oneInTwenty) == 0 && one.isPlausible())
  }

  /// Upper points of the chi-squared distribution; NIST/SEMATECH e-Handbook, table 1.3.6.7.4.
  @Test func `critical values are those of the tables`() throws {
    let table: [(degrees: Int, twenty: Double, hundred: Double, thousand: Double)] = [
      (1, 3.841, 6.635, 10.828), (2, 5.991, 9.210, 13.816), (3, 7.815, 11.345, 16.266),
      (5, 11.070, 15.086, 20.515), (10, 18.307, 23.209, 29.588), (30, 43.773, 50.892, 59.703),
      (100, 124.342, 135.807, 149.449),
    ]
    for row in table {
      let spread = Distribution(
        counts: [Int](repeating: 1, count: row.degrees + 1),
        membership: try Membership(nodes(row.degrees + 1)))
      let tolerance = row.degrees < 5 ? 0.031 : row.degrees < 30 ? 0.012 : 0.002
      for (level, value) in [
        (Distribution.Level.oneInTwenty, row.twenty), (.oneInAHundred, row.hundred),
        (.oneInAThousand, row.thousand),
      ] {
        let error = abs(spread.criticalValue(level) / value - 1)
        #expect(error < tolerance, "\(row.degrees) degrees, \(level): \(error)")
      }
    }
  }

  @Test func `a spread that misses a node is not plausible`() throws {
    let bad = Distribution(counts: [150, 100, 50], membership: try Membership(nodes(3)))
    #expect(!bad.isPlausible() && !bad.isPlausible(.oneInTwenty))
  }

  @Test func `keys are counted where they go`() throws {
    let table = try SlotTable(Membership(nodes(3)))
    let some = keys(500, seed: 1)
    let spread = Distribution(of: some, over: table)
    #expect(spread.counts == (0..<3).map { node in some.count { table.owner(of: $0) == node } })
  }
}
