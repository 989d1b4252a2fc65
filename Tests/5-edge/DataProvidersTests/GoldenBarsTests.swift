import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

private let path = "\(SampleFiles.root)/../shared/golden/engine/bars.csv.gz"

@Suite(
  "Golden bars",
  .enabled(if: SampleFiles.has(path), "the shared golden files are not beside the repository"))
struct GoldenBarsTests {
  @Test func `the golden bars are taken as they are, with ten rows of filled gaps rounded`() throws
  {
    let terms = try #require(
      InstrumentTerms(
        tick: FixedDecimal("0.1"), lot: FixedDecimal("0.001"), currency: .usdt,
        settlement: .margined, costs: .init(leverageMax: 100)))

    let loaded = try BarFile.load(path: path, instrument: InstrumentID(0), terms: terms)

    let lines = [244, 246, 248, 250, 17_524, 17_525, 17_526, 17_528, 17_529, 17_530]
    #expect(loaded.bars.count == 45_031 && loaded.facts.rows == 45_031)
    #expect(loaded.facts.interpolated.count == 10)
    #expect(loaded.facts.interpolated.firstLines == lines)
    let opens = [
      468_218, 468_192, 468_168, 468_142, 436_098, 436_105, 436_112, 436_128, 436_135, 436_142,
    ]
    let closes = [
      468_108, 468_062, 468_018, 467_972, 436_139, 436_128, 436_116, 436_094, 436_082, 436_071,
    ]
    #expect(lines.map { loaded.bars[$0 - 2].open.ticks } == opens.map(Int64.init))
    #expect(lines.map { loaded.bars[$0 - 2].close.ticks } == closes.map(Int64.init))

    let imported = try BarImporter.importFile(path: path, options: .init(symbol: "btc-perp"))
    let series = try #require(imported.series.first)
    #expect(series.report.roundedPrices == 26)
    #expect(series.bars.map(\.prices) == loaded.bars.map(\.prices), "the importer rounds alike")
    #expect(series.bars.map(\.closedAt) == loaded.bars.map(\.closedAt))
    #expect(loaded.bars.first?.closedAt.description == "2021-12-31T23:01:00Z")
    #expect(loaded.bars.last?.closedAt.description == "2022-02-01T05:31:00Z")
    #expect(
      zip(loaded.bars, loaded.bars.dropFirst()).allSatisfy {
        $1.closedAt - $0.closedAt == .minutes(1)
      })
  }
}

extension Bar {
  fileprivate var prices: [Int64] { [open, high, low, close].map(\.ticks) }
}
