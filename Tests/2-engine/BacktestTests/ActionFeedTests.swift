import OmniBacktest
import OmniCrypto
import OmniEncoding
import OmniKernel
import OmniModel
import OmniMoney
import OmniStorage
import OmniTestKit
import OmniTime
import Testing

@Suite("ActionFeed")
struct ActionFeedTests {
  @Test func `actions stand before the bars that close behind them, and none behind the last`()
    throws
  {
    let actions = [
      try action(.symbolChange("late"), 4), try action(.symbolChange("b"), 2),
      try action(.symbolChange("a"), 0), try action(.symbolChange("c"), 2),
    ]
    var feed = ActionFeed(SeriesFeed([RunWords.bars([10, 11, 12, 13])]), actions)
    var seen: [String] = []
    while true {
      while let action = try feed.nextAction() { seen.append(name(action)) }
      guard let bar = try feed.next() else { break }
      seen.append("\(bar.close.ticks)")
    }
    #expect(seen == ["a", "10", "11", "b", "c", "12", "13"])
  }

  @Test func `a run with actions is replayed and verified from its journal, record by record`()
    throws
  {
    let closes = RunWords.walk(400, seed: 3)
    var scaled = closes
    for place in 200..<400 { scaled[place] /= 4 }
    let actions = [
      try action(.dividend(FixedDecimal(coefficient: 15, scale: 1)), 100),
      try action(.split(try #require(SplitRatio(new: 4, old: 1))), 200),
      try action(.split(try #require(SplitRatio(new: 3, old: 7))), 300),
    ]
    let disk = MemoryJournalDisk()
    var feed = ActionFeed(SeriesFeed([RunWords.bars(scaled)]), actions)
    var finished = try Backtest.run(
      try RunWords.plan(), over: &feed, journal: try RunWords.writer(disk))
    if let journal = finished.takeJournal() { try journal.close() }
    let outcome = finished.outcome
    #expect(outcome.isBalanced && outcome.results.counts.fills > 10)

    let kinds = try RunWords.records(disk).map(\.kind)
    #expect(kinds.count { $0 == RecordKind.corporateAction.rawValue } == 3)
    #expect(try RunWords.replay(disk).outcome.digest == outcome.digest)
    let verified = try RunWords.verify(disk)
    #expect(verified.comparedCount == UInt64(kinds.count))
    #expect(verified.outcome.digest == outcome.digest)
    var plain = SeriesFeed([RunWords.bars(scaled)])
    let without = try Backtest.run(try RunWords.plan(), over: &plain, journal: NullJournal())
    #expect(without.outcome.digest != outcome.digest)
  }

  @Test func `a feed without actions gives a run to the last bit`() throws {
    let bars = RunWords.bars(RunWords.walk(300, seed: 8))
    var feed = ActionFeed(SeriesFeed([bars]), [])
    let run = try Backtest.run(try RunWords.plan(), over: &feed, journal: NullJournal())
    #expect(run.outcome.digest == (try RunWords.run(bars)).digest)
  }
}

private func name(_ action: CorporateAction) -> String {
  if case .symbolChange(let name) = action.change { return name }
  return "?"
}

/// An action at so many minutes.
private func action(_ change: CorporateAction.Change, _ minute: Int64) throws -> CorporateAction {
  try #require(
    CorporateAction(
      change, of: InstrumentID(0), at: Timestamp(nanoseconds: minute * RunWords.minute)))
}
