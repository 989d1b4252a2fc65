import OmniBacktest
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("SeriesFeed")
struct BarFeedTests {
  @Test func `no series, empty series and one bar are fed to their end`() throws {
    #expect(try fed([]).isEmpty)
    #expect(try fed([[], []]).isEmpty)
    let one = RunWords.bars([5])
    #expect(try fed([[], one, []]) == one)
    #expect(SeriesFeed([one, [], one]).count == 2)
  }

  @Test func `bars come in order of time, and of two at one instant the earlier series' first`()
    throws
  {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let series = (0..<Int.random(in: 1...6, using: &random)).map { number in
        var time: Int64 = 0
        return (0..<Int.random(in: 0...30, using: &random)).map { index in
          time += Int64.random(in: 1...3, using: &random)
          return Bar(
            instrument: InstrumentID(UInt32(number)), closedAt: Timestamp(nanoseconds: time),
            prices: OpenHighLowClose(
              open: .zero, high: .zero, low: .zero, close: .zero), volume: Int64(index))
        }
      }
      let wanted = series.joined().sorted {
        ($0.closedAt, $0.instrument.index) < ($1.closedAt, $1.instrument.index)
      }
      #expect(try fed(series) == wanted, "seed \(seed)")
    }
  }

  private func fed(_ series: [[Bar]]) throws -> [Bar] {
    var feed = SeriesFeed(series)
    var bars: [Bar] = []
    while let bar = try feed.next() { bars.append(bar) }
    return bars
  }
}
