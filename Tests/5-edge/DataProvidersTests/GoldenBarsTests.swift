import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

private let path = "\(SampleFiles.root)/../shared/golden/engine/bars.csv.gz"

@Suite(
  "Golden bars",
  .enabled(if: SampleFiles.has(path), "the shared golden files are not beside the repository"))
struct GoldenBarsTests {
  @Test func `the golden bars are taken as they are, with the gaps that were filled`() throws {
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
  }
}
