import OmniEncoding
import OmniMarketData
import OmniMoney
import OmniTestKit
import Testing

@Suite("OutlierScan")
struct OutlierScanTests {
  /// The reference sorts the hundred returns before each one anew.
  @Test func `outliers are those that sorting each window finds`() throws {
    for seed in UInt64(0)..<6 {
      var random = SeededRandom(seed: seed)
      var closes: [Int] = []
      for minute in 0..<400 {
        let jump = Int.random(in: 0..<25, using: &random) == 0 ? 90 : 1
        closes.append(20_000 + jump * Int.random(in: -20...20, using: &random) + minute)
      }
      var text = "ts_ms,close\n"
      for (minute, close) in closes.enumerated() {
        text += "\(1_600_000_020_000 + minute * 60_000),\(close)\n"
      }
      var options = ImportOptions(symbol: "gold")
      options.outlierScore = 3.5
      let result = try BarImportReader.read(ByteArraySource(text), options: options)
      let found = try #require(result.series.first?.report.outliers)

      let expected = reference(closes.map { Double($0) * 100 }, threshold: 3.5)
      #expect(found.count == expected.count && expected.count > 5, "seed \(seed)")
      #expect(found.examples.map(\.score) == Array(expected.prefix(5)), "seed \(seed)")
    }
  }

  @Test func `a stretch without a change is not judged`() throws {
    var text = "ts_ms,close\n"
    for minute in 0..<150 {
      text += "\(1_600_000_020_000 + minute * 60_000),\(minute == 140 ? 200 : 100)\n"
    }
    let result = try BarImportReader.read(
      ByteArraySource(text), options: ImportOptions(symbol: "gold"))
    #expect(result.series.first?.report.outliers.count == 0)
  }
}

private func reference(_ closes: [Double], threshold: Double) -> [Double] {
  let changes = zip(closes, closes.dropFirst()).map { ($1 - $0) / $0 }
  var scores: [Double] = []
  for index in 100..<changes.count {
    let window = Array(changes[index - 100..<index])
    let middle = median(window)
    let score = 0.6745 * abs(changes[index] - middle) / upperMedian(window.map { abs($0 - middle) })
    if score > threshold { scores.append(score) }
  }
  return scores
}

private func median(_ numbers: [Double]) -> Double {
  let sorted = numbers.sorted()
  return (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
}

/// Of an even count the upper of the two in the middle, as the scan takes it.
private func upperMedian(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
