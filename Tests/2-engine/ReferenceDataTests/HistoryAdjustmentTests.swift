import OmniModel
import OmniMoney
import OmniReferenceData
import OmniTime
import Testing

@Suite("HistoryAdjustment")
struct HistoryAdjustmentTests {
  let bars = [
    bar(1, 645_57, 1_000), bar(2, 700_00, 10), bar(3, 92_23, 7_000), bar(4, 100_00, 1),
  ]

  @Test func `bars before a split are in units of the instant, rounded once`() throws {
    let split = try action(.split(try #require(SplitRatio(new: 7, old: 1))), day: 2)
    let adjusted = try HistoryAdjustment(terms).adjust(bars, [split], asOf: day(4))
    #expect(adjusted.map(\.close.ticks) == [92_22, 100_00, 92_23, 100_00])
    #expect(adjusted.map(\.volume) == [7_000, 70, 7_000, 1])
    #expect(adjusted.map(\.closedAt) == bars.map(\.closedAt))
  }

  @Test func `what comes behind the instant is not looked at`() throws {
    let split = try action(.split(try #require(SplitRatio(new: 7, old: 1))), day: 2)
    let later = try action(.split(try #require(SplitRatio(new: 2, old: 1))), day: 4)
    let early = try HistoryAdjustment(terms).adjust(
      bars, [later, split], asOf: Timestamp(nanoseconds: day(2).nanoseconds - 1))
    #expect(early.map(\.close.ticks) == [645_57])
    #expect(
      try HistoryAdjustment(terms).adjust(bars, [later, split], asOf: day(3)).map(\.close.ticks)
        == [92_22, 100_00, 92_23])
    #expect(
      try HistoryAdjustment(terms).adjust(bars, [later, split], asOf: day(4)).map(\.close.ticks)
        == [46_11, 50_00, 46_12, 50_00], "645.57 / 14 = 46.112…, 92.23 / 2 = 46.115")
  }

  @Test func `splits that undo each other leave the bars as they were`() throws {
    let actions = [
      try action(.split(try #require(SplitRatio(new: 7, old: 3))), day: 2),
      try action(.split(try #require(SplitRatio(new: 3, old: 7))), day: 3),
    ]
    let adjusted = try HistoryAdjustment(terms).adjust(bars, actions, asOf: day(4))
    #expect(adjusted[0] == bars[0] && adjusted[1] == bars[1] && adjusted[2] != bars[2])
  }

  @Test func `a dividend takes its share of the last close off what lies before`() throws {
    let dividend = try action(.dividend(FixedDecimal(coefficient: 70, scale: 0)), day: 2)
    let with = HistoryAdjustment(terms, withDividends: true)
    let adjusted = try with.adjust(bars, [dividend], asOf: day(4))
    // (700 − 70) / 700 = 0.9.
    #expect(adjusted.map(\.close.ticks) == [581_01, 630_00, 92_23, 100_00])
    #expect(
      try HistoryAdjustment(terms).adjust(bars, [dividend], asOf: day(4)) == bars)
    let all = try action(.dividend(FixedDecimal(coefficient: 700, scale: 0)), day: 2)
    #expect(throws: ReferenceError.adjustment(at: day(2))) {
      try with.adjust(bars, [all], asOf: day(4))
    }
  }
}

private let terms: InstrumentTerms = {
  guard
    let terms = InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 2), lot: FixedDecimal(coefficient: 1, scale: 0),
      currency: .usd, settlement: .cash, costs: .init(), volumeDecimals: 0)
  else { preconditionFailure("terms of a share") }
  return terms
}()

private func day(_ number: Int64) -> Timestamp {
  Timestamp(nanoseconds: number * 86_400_000_000_000)
}

private func bar(_ number: Int64, _ close: Int64, _ volume: Int64) -> Bar {
  let price = Price(ticks: close)
  return Bar(
    instrument: InstrumentID(0), closedAt: day(number),
    prices: OpenHighLowClose(open: price, high: price, low: price, close: price), volume: volume)
}

private func action(_ change: CorporateAction.Change, day number: Int64) throws -> CorporateAction {
  try #require(CorporateAction(change, of: InstrumentID(0), at: day(number)))
}
