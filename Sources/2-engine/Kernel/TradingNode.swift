public import OmniCollections
public import OmniExecution
public import OmniLedger
public import OmniMarketData
public import OmniMatching
public import OmniModel
import OmniMoney
public import OmniPortfolio
public import OmniRisk
public import OmniRuntime
public import OmniStorage
public import OmniStrategy
import OmniTime

/// One trading node: everything from a sequenced event to the books, driven by one thread.
///
///     bar ─▶ sequencer ─▶ board ─▶ venue ─▶ reports ─▶ orders ─▶ portfolio ─▶ ledger
///                           │                                        │
///                           └─▶ strategies ─▶ intents ─▶ risk ─▶ orders ─▶ venue ─▶ reports …
///
/// The types of strategies, journal and observer are parameters, so that the compiler sees through
/// all of a bar's way.
///
/// - Invariant: the state is a fold of the events; no clock, no chance, no waiting.
/// - Invariant: an order stands in the journal before the venue hears of it.
/// - Complexity: a bar costs what its subscribers and its orders cost; nothing allocates in the
///   steady state, unless a strategy does.
public struct TradingNode<
  Roster: StrategyRoster & ~Copyable, Sink: Journal & ~Copyable, Observer: RunObserver & ~Copyable
>: ~Copyable {
  /// Why a node stopped; it is not to be used any further.
  public enum Failure: Error {
    /// The sequencer refused an event.
    case sequencer(Sequencer<Sink>.Failure)
    /// The books refused a posting.
    case books(Ledger.Refusal)
    /// A bar is of an instrument that the plan does not have.
    case unknownInstrument(InstrumentID)
    /// A corporate action would take lots or prices out of their range.
    case action(CorporateAction)
    /// One event led to more wishes than a strategy in its right mind has.
    case runaway(intents: Int)
  }

  /// Numbers and journals every event.
  public var sequencer: Sequencer<Sink>
  /// Watches.
  public var observer: Observer
  /// Positions, money and books.
  public var portfolio: Portfolio

  @usableFromInline var board: BarBoard
  @usableFromInline var venue: BarVenue
  @usableFromInline var orders: OrderManager
  @usableFromInline var gate: PreTradeGate
  @usableFromInline var desk: Desk
  @usableFromInline var roster: Roster
  /// For each instrument, where its subscribers begin in ``subscribers``; one more at the end.
  @usableFromInline let firstSubscriber: OwnedBuffer<Int>
  @usableFromInline let subscribers: OwnedBuffer<StrategyID>
  @usableFromInline var counts = NodeCounts()

  /// Builds a node from a checked plan, with each strategy's capital in its books.
  public init(
    plan: RunPlan, roster: consuming Roster, journal: consuming Sink,
    observer: consuming Observer
  ) throws(Failure) {
    precondition(roster.count == plan.strategies.count, "a roster of the plan's strategies")
    let instruments = plan.instruments
    let labels = plan.strategies.map(\.label)
    sequencer = Sequencer(journal)
    self.observer = observer
    self.roster = roster
    portfolio = Portfolio(
      strategies: labels, instruments: instruments, currency: plan.currency)
    board = BarBoard(instrumentCount: instruments.count)
    venue = BarVenue(
      instruments: instruments, policy: plan.policy, capacity: Self.workingOrdersMax)
    orders = OrderManager(
      strategyCount: labels.count, instrumentCount: instruments.count,
      capacity: Self.workingOrdersMax)
    gate = PreTradeGate(
      instruments: instruments, strategyCount: labels.count, limits: plan.limits)
    desk = Desk(strategyCount: labels.count, instruments: instruments)
    var first: [Int] = []
    var all: [StrategyID] = []
    for index in instruments.indices {
      first.append(all.count)
      for (number, strategy) in plan.strategies.enumerated()
      where strategy.instruments.contains(InstrumentID(UInt32(index))) {
        all.append(StrategyID(UInt32(number)))
      }
    }
    first.append(all.count)
    firstSubscriber = OwnedBuffer(count: first.count) { first[$0] }
    subscribers = OwnedBuffer(count: all.count) { all[$0] }
    for (number, strategy) in plan.strategies.enumerated() {
      try deposit(strategy.capital, plan.currency, StrategyID(UInt32(number)))
    }
  }

  private mutating func deposit(
    _ capital: Int128, _ currency: Currency, _ strategy: StrategyID
  ) throws(Failure) {
    do throws(Ledger.Refusal) {
      try portfolio.deposit(Amount(minorUnits: capital, currency: currency), to: strategy)
    } catch {
      throw .books(error)
    }
    observer.posted(portfolio.ledger, sequence: .first, at: .distantPast)
    desk.turn(to: strategy, now: .epoch)
    desk.note(equity: portfolio.equity(strategy))
  }

  /// What has happened so far.
  public var totals: NodeCounts { counts }

  /// How many orders work now.
  public var workingOrderCount: Int { orders.count }

  /// The orders that work now, by number.
  ///
  /// - Complexity: O(n log n); allocates.
  public var workingOrders: [Order] { orders.workingOrders }

  /// Ends the node and hands its journal and observer over.
  public consuming func finish() -> Remains {
    Remains(journal: sequencer.takeJournal(), observer: observer)
  }

  /// What is left of a node that has ended.
  public struct Remains: ~Copyable {
    /// The journal.
    public var journal: Sink
    /// The observer.
    public var observer: Observer

    init(journal: consuming Sink, observer: consuming Observer) {
      self.journal = journal
      self.observer = observer
    }

    /// Takes the journal out.
    public consuming func takeJournal() -> Sink { journal }

    /// Takes the observer out.
    public consuming func takeObserver() -> Observer { observer }
  }
}
