import OmniBacktest
import OmniCrypto
import OmniEncoding
import OmniKernel
import OmniRuntime
import OmniStorage
import OmniStrategy

/// Runs a day without a journal, with a second set of books beside it, and once puts the whole
/// state away and goes on with a new node that takes it back.
struct BookedRun {
  let day: Day
  /// After which bar the state is put away.
  let snapshotBar: Int

  private typealias Node = TradingNode<ReadyRoster, NullJournal, BookKeeper>

  init(_ day: Day) {
    self.day = day
    var chance = Chance(day.seed, .snapshot)
    snapshotBar = chance.below(max(day.barCount, 1))
  }

  /// What came of it.
  struct Outcome {
    let digest: Digest256
    let counts: NodeCounts
    let books: BookKeeper
  }

  func run(_ checks: inout Checks) throws(SimulationFailure) -> Outcome {
    let roster = try roster(checks)
    var feed = SeriesFeed(day.series)
    do {
      var node = try Node(
        plan: day.plan, roster: roster, journal: NullJournal(), observer: BookKeeper(day.plan))
      try node.start(day.plan)
      var number = 0
      while let bar = try feed.next() {
        try node.process(bar)
        if let failure = node.observer.failure {
          throw checks.failure(failure.check, found: failure.found)
        }
        if number == snapshotBar { node = try revived(node, roster) }
        number += 1
      }
      let digest = try node.end()
      let outcome = Outcome(digest: digest, counts: node.totals, books: node.observer)
      checks.add(outcome.books.checkCount)
      return outcome
    } catch let failure as SimulationFailure {
      throw failure
    } catch {
      throw checks.failure("a run without a stop", found: "\(error)")
    }
  }

  private func roster(_ checks: Checks) throws(SimulationFailure) -> ReadyRoster {
    do throws(Backtest.Failure) {
      return try Backtest.roster(of: day.plan)
    } catch {
      throw checks.failure("strategies that can be made", found: "\(error)")
    }
  }

  private func revived(_ node: borrowing Node, _ roster: ReadyRoster) throws -> Node {
    var words = WordArray()
    node.encode(into: &words)
    var other = try Node(
      plan: day.plan, roster: roster,
      journal: NullJournal(first: node.sequencer.journal.nextSequence), observer: node.observer)
    var reader = WordArrayReader(words.words)
    try other.decode(from: &reader)
    return other
  }
}
