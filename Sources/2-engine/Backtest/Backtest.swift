public import OmniCrypto
public import OmniKernel
import OmniLedger
import OmniModel
import OmniPortfolio
import OmniRuntime
public import OmniStorage
public import OmniStrategy
import OmniTime

/// Runs a plan over series of bars.
public enum Backtest {
  /// Why a run ended before its end.
  public enum Failure: Error {
    /// The plan cannot be run.
    case plan(RunPlan.Failure)
    /// A strategy could not be made.
    case strategy(StrategyCatalogue.Failure)
    /// The journal refused a record.
    case journal(JournalFailure)
    /// An event came with a time before the last one's.
    case timeWentBack(String)
    /// The node stopped.
    case node(String)
    /// Whoever watches asked for an end.
    case interrupted
  }

  /// What came of a run.
  public struct Outcome: Sendable {
    /// The state at the end, hashed.
    public let digest: Digest256
    /// How many events were sequenced, the plan and the end among them.
    public let eventCount: UInt64
    /// Whether every currency's postings sum to zero.
    public let isBalanced: Bool
    /// What happened.
    public let results: RunResults
  }

  /// Makes the strategies of a plan.
  public static func roster(of plan: RunPlan) throws(Failure) -> ReadyRoster {
    var strategies: [ReadyStrategy] = []
    for strategy in plan.strategies {
      var parameters: [String: String] = [:]
      for parameter in strategy.parameters { parameters[parameter.name] = parameter.value }
      let instruments = strategy.instruments.map {
        (id: $0, terms: plan.instruments[Int($0.index)].terms)
      }
      do throws(StrategyCatalogue.Failure) {
        strategies.append(
          try StrategyCatalogue.make(
            strategy.strategy, parameters: parameters, instruments: instruments))
      } catch {
        throw .strategy(error)
      }
    }
    return ReadyRoster(strategies)
  }

  /// Runs `plan` over `feed`, writing to `journal` first.
  ///
  /// - Parameters:
  ///   - plan: What to run.
  ///   - feed: The bars, in order of time.
  ///   - journal: Where every event goes; it is committed now and then, and at the end.
  ///   - options: How often to commit and to report progress.
  ///   - progress: Is told how many bars are done, and answers whether to go on.
  /// - Returns: What came of it, and the journal, which the caller closes.
  public static func run<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, over feed: inout some BarFeed & ~Copyable, journal: consuming Sink,
    options: Options = Options(), progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Finished<Sink> {
    do throws(RunPlan.Failure) { try plan.check() } catch { throw .plan(error) }
    var node = try makeNode(plan, try roster(of: plan), journal)
    try start(plan, &node)
    var done = 0
    while let bar = try feed.next() {
      try step(bar, &node)
      done += 1
      if done % options.barsPerCommit == 0 { try commit(&node) }
      if done % options.barsPerProgress == 0, !progress(done) { throw .interrupted }
    }
    _ = progress(done)
    let digest = try end(&node)
    try commit(&node)
    let outcome = Outcome(
      digest: digest, eventCount: node.sequencer.count,
      isBalanced: node.portfolio.ledger.isBalanced,
      results: node.observer.results(node.portfolio, node.totals))
    return Finished(outcome: outcome, journal: node.finish().takeJournal())
  }

  /// How often a run commits and reports.
  public struct Options: Sendable {
    /// Bars between two commits of the journal.
    public var barsPerCommit = 4_096
    /// Bars between two reports of progress.
    public var barsPerProgress = 16_384

    /// Creates the usual options.
    public init() {}
  }

  /// A run's outcome, and its journal.
  public struct Finished<Sink: Journal & ~Copyable>: ~Copyable {
    /// What came of it.
    public let outcome: Outcome
    private var journal: Sink?

    init(outcome: Outcome, journal: consuming Sink) {
      self.outcome = outcome
      self.journal = consume journal
    }

    /// Takes the journal out, not closed; the outcome stays.
    ///
    /// It is not consuming: taking one part of a value that must not be copied, and using another
    /// afterwards, made the optimiser (6.3) release the outcome twice.
    ///
    /// - Precondition: it was not taken before.
    public mutating func takeJournal() -> Sink {
      guard let journal = journal.take() else { preconditionFailure("a journal, taken once") }
      return journal
    }
  }

  typealias Node<Sink: Journal & ~Copyable> = TradingNode<ReadyRoster, Sink, ResultRecorder>

  private static func makeNode<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, _ roster: ReadyRoster, _ journal: consuming Sink
  ) throws(Failure) -> Node<Sink> {
    do throws(TradingNode<ReadyRoster, Sink, ResultRecorder>.Failure) {
      return try TradingNode(
        plan: plan, roster: roster, journal: journal, observer: ResultRecorder(plan))
    } catch {
      throw translate(error)
    }
  }

  private static func start<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(TradingNode<ReadyRoster, Sink, ResultRecorder>.Failure) {
      try node.start(plan)
    } catch {
      throw translate(error)
    }
  }

  private static func step<Sink: Journal & ~Copyable>(
    _ bar: Bar, _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(TradingNode<ReadyRoster, Sink, ResultRecorder>.Failure) {
      try node.process(bar)
    } catch {
      throw translate(error)
    }
  }

  private static func commit<Sink: Journal & ~Copyable>(
    _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(JournalFailure) {
      try node.sequencer.journal.commit()
    } catch {
      throw .journal(error)
    }
  }

  private static func end<Sink: Journal & ~Copyable>(
    _ node: inout Node<Sink>
  ) throws(Failure) -> Digest256 {
    do throws(TradingNode<ReadyRoster, Sink, ResultRecorder>.Failure) {
      return try node.end()
    } catch {
      throw translate(error)
    }
  }

  private static func translate<Sink: Journal & ~Copyable>(
    _ failure: TradingNode<ReadyRoster, Sink, ResultRecorder>.Failure
  ) -> Failure {
    switch failure {
    case .sequencer(.journal(let cause)): .journal(cause)
    case .sequencer(let cause): .timeWentBack(cause.description)
    case .books(let refusal): .node("the books refused a posting: \(refusal)")
    case .unknownInstrument(let instrument):
      .node("a bar of instrument \(instrument.index), which the plan does not have")
    case .runaway(let intents): .node("one event led to \(intents) wishes; wanted an end")
    }
  }
}

extension Backtest.Failure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .plan(let failure): failure.description
    case .strategy(let failure): failure.description
    case .journal(let failure): "\(failure)"
    case .timeWentBack(let text), .node(let text): text
    case .interrupted: "the run was interrupted"
    }
  }

  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .plan: "RUN-001"
    case .strategy: "RUN-002"
    case .journal(let failure): failure.code
    case .timeWentBack: "RUN-003"
    case .node: "RUN-004"
    case .interrupted: "RUN-005"
    }
  }
}
