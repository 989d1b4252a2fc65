import OmniEncoding
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("Bar")
struct BarTests {
  @Test func `a bar comes back from its words`() throws {
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      let bar = randomBar(&random)
      var words = WordArray()
      bar.encode(into: &words)
      #expect(words.words.count == Bar.wordCount)
      var source = WordArrayReader(words.words)
      #expect(try Bar(decoding: &source) == bar, "seed \(seed)")
      #expect(source.isAtEnd)
    }
  }

  @Test func `words that make no bar are refused`() {
    var random = SeededRandom(seed: 1)
    var words = WordArray()
    randomBar(&random).encode(into: &words)
    let changes: [(Int, UInt64)] = [
      (0, 1 << 32), (3, UInt64(bitPattern: -5_000)), (4, UInt64(bitPattern: 5_000)),
      (6, UInt64(bitPattern: -1)),
    ]
    for (index, word) in changes {
      var changed = words.words
      changed[index] = word
      var source = WordArrayReader(changed)
      #expect(throws: WordFailure.self, "word \(index)") { try Bar(decoding: &source) }
    }
    for count in 0..<Bar.wordCount {
      var source = WordArrayReader(Array(words.words.prefix(count)))
      #expect(throws: WordFailure.exhausted) { try Bar(decoding: &source) }
    }
  }

  @Test func `prices are consistent when high and low enclose the others`() {
    for open in -1...1 {
      for high in -1...1 {
        for low in -1...1 {
          for close in -1...1 {
            let prices = OpenHighLowClose(
              open: ticks(open), high: ticks(high), low: ticks(low), close: ticks(close))
            let all = [open, high, low, close]
            #expect(prices.isConsistent == (all.max() == high && all.min() == low))
          }
        }
      }
    }
  }

  @Test func `a bar that contradicts itself stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let prices = OpenHighLowClose(
        open: Price(ticks: 1), high: Price(ticks: 0), low: Price(ticks: 0), close: Price(ticks: 0))
      _ = Bar(instrument: InstrumentID(0), closedAt: .epoch, prices: prices, volume: 0)
    }
  }
}

private func ticks(_ count: Int) -> Price { Price(ticks: Int64(count)) }

private func randomBar(_ random: inout SeededRandom) -> Bar {
  var prices = (0..<4).map { _ in Int64.random(in: -1_000...1_000, using: &random) }
  prices.sort()
  let isRising = Bool.random(using: &random)
  return Bar(
    instrument: InstrumentID(.random(in: 0...(.max), using: &random)),
    closedAt: Timestamp(nanoseconds: .random(in: .min...(.max), using: &random)),
    prices: OpenHighLowClose(
      open: Price(ticks: prices[isRising ? 1 : 2]), high: Price(ticks: prices[3]),
      low: Price(ticks: prices[0]), close: Price(ticks: prices[isRising ? 2 : 1])),
    volume: .random(in: 0...(.max), using: &random))
}
