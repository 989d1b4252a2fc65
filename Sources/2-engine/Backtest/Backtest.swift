public import OmniCrypto
public import OmniKernel
import OmniLedger
import OmniModel
import OmniPortfolio
public import OmniPosting
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
    /// The ledger did not take the postings.
    case ledger(PostingFailure)
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

  /// Runs the plan of `setup` over `feed`, writing to `journal` first.
  ///
  /// - Parameters:
  ///   - setup: What to run, and how often to commit and to report progress.
  ///   - feed: The bars, in order of time.
  ///   - journal: Where every event goes; it is committed now and then, and at the end.
  ///   - postings: Takes what the books commit, each time after the journal was committed.
  ///   - progress: Is told how many bars are done, and answers whether to go on.
  /// - Returns: What came of it, and the journal, which the caller closes.
  public static func run<Sink: Journal & ~Copyable>(
    _ setup: Setup, over feed: inout some BarFeed & ~Copyable, journal: consuming Sink,
    postings: inout some PostingSink & ~Copyable, progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Finished<Sink> {
    let (plan, options) = (setup.plan, setup.options)
    do throws(RunPlan.Failure) { try plan.check() } catch { throw .plan(error) }
    var node = try makeNode(plan, try roster(of: plan), journal, isPosting: postings.isListening)
    try start(plan, &node)
    var done = 0
    while true {
      while let action = try feed.nextAction() { try step(action, &node) }
      guard let bar = try feed.next() else { break }
      try step(bar, &node)
      done += 1
      if done % options.barsPerCommit == 0 { try commit(&node, &postings) }
      if done % options.barsPerProgress == 0, !progress(done) { throw .interrupted }
    }
    _ = progress(done)
    let digest = try end(&node)
    try commit(&node, &postings)
    do throws(PostingFailure) {
      try postings.reconcile(with: node.portfolio.ledger)
    } catch {
      throw .ledger(error)
    }
    let outcome = Outcome(
      digest: digest, eventCount: node.sequencer.count,
      isBalanced: node.portfolio.ledger.isBalanced,
      results: node.observer.first.results(node.portfolio, node.totals))
    return Finished(outcome: outcome, journal: node.finish().takeJournal())
  }

  /// Runs `plan` over `feed`, writing to `journal` first; the books live in memory alone.
  public static func run<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, over feed: inout some BarFeed & ~Copyable, journal: consuming Sink,
    options: Options = Options(), progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Finished<Sink> {
    var postings = NoPostings()
    return try run(
      Setup(plan, options), over: &feed, journal: journal, postings: &postings,
      progress: progress)
  }

  /// What is run, and how.
  public struct Setup: Sendable {
    /// What is run.
    public var plan: RunPlan
    /// How often it commits and reports.
    public var options: Options

    /// Groups plan and options.
    public init(_ plan: RunPlan, _ options: Options = Options()) {
      self.plan = plan
      self.options = options
    }
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
      self.journal = .some(journal)
    }

    /// Takes the journal out, or returns nil when it was taken before.
    ///
    /// Mutating and not consuming: with a consuming function that gives one of several parts away,
    /// the optimiser of Swift 6.3.1 released the other parts twice.
    public mutating func takeJournal() -> Sink? { journal.take() }
  }

  typealias Watch = ObserverPair<ResultRecorder, PostingRecorder>
  typealias Node<Sink: Journal & ~Copyable> = TradingNode<ReadyRoster, Sink, Watch>

  private static func makeNode<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, _ roster: ReadyRoster, _ journal: consuming Sink, isPosting: Bool
  ) throws(Failure) -> Node<Sink> {
    let watch = Watch(ResultRecorder(plan), PostingRecorder(isListening: isPosting))
    do throws(TradingNode<ReadyRoster, Sink, Watch>.Failure) {
      return try TradingNode(
        plan: plan, roster: roster, journal: journal, observer: watch)
    } catch {
      throw translate(error)
    }
  }

  private static func start<Sink: Journal & ~Copyable>(
    _ plan: RunPlan, _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(TradingNode<ReadyRoster, Sink, Watch>.Failure) {
      try node.start(plan)
    } catch {
      throw translate(error)
    }
  }

  private static func step<Sink: Journal & ~Copyable>(
    _ bar: Bar, _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(TradingNode<ReadyRoster, Sink, Watch>.Failure) {
      try node.process(bar)
    } catch {
      throw translate(error)
    }
  }

  private static func step<Sink: Journal & ~Copyable>(
    _ action: CorporateAction, _ node: inout Node<Sink>
  ) throws(Failure) {
    do throws(TradingNode<ReadyRoster, Sink, Watch>.Failure) {
      try node.process(action)
    } catch {
      throw translate(error)
    }
  }

  private static func commit<Sink: Journal & ~Copyable>(
    _ node: inout Node<Sink>, _ postings: inout some PostingSink & ~Copyable
  ) throws(Failure) {
    do throws(JournalFailure) {
      try node.sequencer.journal.commit()
    } catch {
      throw .journal(error)
    }
    do throws(PostingFailure) {
      try postings.take(&node.observer.second)
    } catch {
      throw .ledger(error)
    }
  }

  private static func end<Sink: Journal & ~Copyable>(
    _ node: inout Node<Sink>
  ) throws(Failure) -> Digest256 {
    do throws(TradingNode<ReadyRoster, Sink, Watch>.Failure) {
      return try node.end()
    } catch {
      throw translate(error)
    }
  }

  private static func translate<Sink: Journal & ~Copyable>(
    _ failure: TradingNode<ReadyRoster, Sink, Watch>.Failure
  ) -> Failure {
    switch failure {
    case .sequencer(.journal(let cause)): .journal(cause)
    case .sequencer(let cause): .timeWentBack(cause.description)
    case .books(let refusal): .node("the books refused a posting: \(refusal)")
    case .unknownInstrument(let instrument):
      .node("a bar of instrument \(instrument.index), which the plan does not have")
    case .action(let action):
      .node(
        "an action of \(action.at) takes lots or prices of instrument "
          + "\(action.instrument.index) out of their range; wanted a smaller ratio")
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
    case .ledger(let failure): failure.description
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
    case .ledger(let failure): failure.code
    case .interrupted: "RUN-005"
    }
  }
}
