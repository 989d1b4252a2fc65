import OmniBacktest
public import OmniCrypto
import OmniEncoding
public import OmniExecution
public import OmniKernel
import OmniLedger
public import OmniModel
public import OmniPortfolio
import OmniRuntime
import OmniSnapshotter
import OmniStorage
import OmniStrategy
public import OmniTime

/// The state of a run after some of its records.
///
/// An object, since a node cannot be copied: whoever applies events to it changes it for all that
/// hold it. `RunHistory` gives each one away once.
public final class RunState {
  /// Why a record did not fit the state; the run cannot be followed beyond it.
  public enum Fault: Error, Equatable, Sendable {
    /// The first record is not a run's plan, or a later one is.
    case misplaced(kind: UInt16)
    /// The plan cannot be run by this program.
    case plan(String)
    /// The node stopped.
    case stopped(String)
    /// The state at the end is not the one that the run recorded.
    case digest(recorded: Digest256, found: Digest256)
  }

  typealias Node = TradingNode<ReadyRoster, NullJournal, NoObserver>

  /// What the run is made of; nil before the first record.
  public private(set) var plan: RunPlan?
  /// Why the run could not be followed any further, if so.
  public private(set) var fault: Fault?
  private var node: Node?

  init() {}

  // MARK: Events

  func take(_ event: RunEvent) {
    guard fault == nil else { return }
    do throws(Fault) {
      switch event {
      case .started(let plan): try start(plan)
      case .bar(let bar): try process(bar)
      case .action(let action): try process(action)
      case .ended(let digest): try end(digest)
      case .derived(let kind): if node == nil { throw .misplaced(kind: kind) }
      }
    } catch {
      fault = error
    }
  }

  private func start(_ plan: RunPlan) throws(Fault) {
    guard node == nil else { throw .misplaced(kind: RecordKind.runStarted.rawValue) }
    node = try Self.makeNode(plan)
    self.plan = plan
    do throws(Node.Failure) { try node?.start(plan) } catch { throw .stopped("\(error)") }
  }

  private func process(_ bar: Bar) throws(Fault) {
    guard node != nil else { throw .misplaced(kind: RecordKind.barClosed.rawValue) }
    do throws(Node.Failure) { try node?.process(bar) } catch { throw .stopped("\(error)") }
  }

  private func process(_ action: CorporateAction) throws(Fault) {
    guard node != nil else { throw .misplaced(kind: RecordKind.corporateAction.rawValue) }
    do throws(Node.Failure) { try node?.process(action) } catch { throw .stopped("\(error)") }
  }

  private func end(_ recorded: Digest256) throws(Fault) {
    let found: Digest256?
    do throws(Node.Failure) { found = try node?.end() } catch { throw .stopped("\(error)") }
    guard let found else { throw .misplaced(kind: RecordKind.runEnded.rawValue) }
    guard found == recorded else { throw .digest(recorded: recorded, found: found) }
  }

  private static func makeNode(_ plan: RunPlan) throws(Fault) -> Node {
    do throws(RunPlan.Failure) { try plan.check() } catch { throw .plan("\(error)") }
    let roster: ReadyRoster
    do throws(Backtest.Failure) {
      roster = try Backtest.roster(of: plan)
    } catch {
      throw .plan("\(error)")
    }
    do throws(Node.Failure) {
      return try Node(plan: plan, roster: roster, journal: NullJournal(), observer: NoObserver())
    } catch {
      throw .stopped("\(error)")
    }
  }

  // MARK: Bytes

  func encoded() -> [UInt8] {
    guard fault == nil, let plan else { return [] }
    var words = WordArray()
    plan.encode(into: &words)
    node?.encode(into: &words)
    return words.bytes
  }

  convenience init(decoding bytes: Span<UInt8>) throws(CodecFailure) {
    self.init()
    var words = try ByteWords(bytes)
    do throws(WordFailure) {
      let plan = try RunPlan(decoding: &words)
      do throws(Fault) {
        node = try Self.makeNode(plan)
      } catch {
        throw WordFailure.senseless(word: plan.journalNumber, what: "plan that can be run")
      }
      self.plan = plan
      try node?.decode(from: &words)
      guard words.isAtEnd else { throw .senseless(word: words.next, what: "end of a state") }
    } catch {
      throw .malformed(what: "state of a run (\(error))", at: words.offset)
    }
  }
}

// What can be asked.
extension RunState {
  /// How many records the journal has up to this state.
  public var recordCount: UInt64 { node?.sequencer.count ?? 0 }

  /// The instant of the last input; nil before the first bar.
  public var time: Timestamp? {
    guard let now = node?.sequencer.now, now > .distantPast else { return nil }
    return now
  }

  /// What has happened so far.
  public var totals: NodeCounts? { node?.totals }

  /// The SHA-256 of the whole state, as a run that ended here would record it.
  public var digest: Digest256? { node?.digest() }

  /// Whether every currency's postings sum to zero.
  public var isBalanced: Bool { node?.portfolio.ledger.isBalanced ?? true }

  /// The equity of all strategies together, in minor units of the plan's currency.
  public var equity: Int128 { node?.portfolio.equity ?? 0 }

  /// The money of one strategy, in minor units; nil for one that the plan does not have.
  public func money(_ strategy: StrategyID) -> Portfolio.StrategySum? {
    guard let plan, strategy.index < plan.strategies.count else { return nil }
    return node?.portfolio.sum(strategy)
  }

  /// What one strategy holds of one instrument; nil for one that the plan does not have.
  public func position(_ strategy: StrategyID, _ instrument: InstrumentID) -> Position? {
    guard let plan, strategy.index < plan.strategies.count,
      instrument.index < plan.instruments.count
    else { return nil }
    return node?.portfolio.position(strategy, instrument)
  }

  /// The orders that work, by number.
  public var workingOrders: [Order] { node?.workingOrders ?? [] }
}

extension RunState.Fault: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .misplaced(let kind):
      "a record of kind \(kind) stands where none can; wanted the plan first, and once"
    case .plan(let reason): "the plan cannot be run: \(reason)"
    case .stopped(let reason): "the node stopped: \(reason)"
    case .digest(let recorded, let found):
      "the run ends in \(found); wanted \(recorded), which it recorded"
    }
  }
}
