import OmniKernel
import OmniLedger
import OmniLedgerStore
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniPosting
import OmniRisk
import OmniTestKit
import OmniTime
import OmniWriteAheadLog
import Testing

@Suite("PostingLedger")
struct PostingLedgerTests {
  private typealias Store = LedgerStore<SimulatedDiskHandle>

  private func plan(label: String = "trend", capital: Int128 = 1_000) throws -> RunPlan {
    RunPlan(
      instruments: [try InstrumentCatalogue.builtIn.instrument("btc-perp")],
      strategies: [
        .init(
          label: label, strategy: "ema-cross", parameters: [], instruments: [InstrumentID(0)],
          capital: capital * 100_000_000),
        .init(
          label: "other", strategy: "ema-cross", parameters: [], instruments: [InstrumentID(0)],
          capital: 500 * 100_000_000),
      ], policy: .omni, limits: .research, currency: .usdt)
  }

  private func configuration() throws -> LedgerConfiguration {
    LedgerConfiguration(log: try LogConfiguration(segmentBytes: 256 << 10))
  }

  private func create(_ disk: SimulatedDisk) throws -> Store {
    try Store.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(3), configuration: configuration())
  }

  private func open(_ disk: SimulatedDisk) throws -> Store {
    try Store.open(SimulatedDiskHandle(disk), configuration: configuration())
  }

  /// Fills of random sizes and prices, told to a recorder as a node tells them.
  private struct Run: ~Copyable {
    var books: Portfolio
    var recorder = PostingRecorder(isListening: true)
    private var random = SeededRandom(seed: 5)
    private var sequence: UInt64 = 10

    init(_ plan: RunPlan) throws {
      books = Portfolio(
        strategies: plan.strategies.map(\.label), instruments: plan.instruments,
        currency: plan.currency)
      for (index, strategy) in plan.strategies.enumerated() {
        try books.deposit(
          Amount(minorUnits: strategy.capital, currency: plan.currency),
          to: StrategyID(UInt32(index)))
        recorder.posted(books.ledger, sequence: .first, at: .distantPast)
      }
    }

    mutating func fill(_ count: Int) throws {
      for _ in 0..<count {
        sequence += UInt64.random(in: 1...3, using: &random)
        let fill = Fill(
          trade: TradeID(sequence), order: OrderID(sequence),
          quantity: Quantity(lots: Int64.random(in: 1...9, using: &random)),
          price: Price(ticks: Int64.random(in: 300_000...500_000, using: &random)),
          liquidity: .taker, fee: 7)
        let time = Timestamp(nanoseconds: Int64(sequence) * 1_000)
        try books.apply(
          fill,
          FillContext(
            strategy: StrategyID(UInt32.random(in: 0...1, using: &random)),
            instrument: InstrumentID(0), side: Bool.random(using: &random) ? .buy : .sell,
            at: time))
        recorder.posted(books.ledger, sequence: SequenceNumber(sequence), at: time)
      }
    }
  }

  @Test func `every posting is in the ledger once, under its number, and balances agree`() throws {
    let disk = SimulatedDisk(seed: 1)
    let plan = try plan()
    var run = try Run(plan)
    var ledger = try PostingLedger(try create(disk), of: plan)
    let isListening = ledger.isListening
    #expect(isListening)
    try run.fill(50)
    try ledger.take(&run.recorder)
    let kept = run.recorder.count
    #expect(kept == 0)
    try run.fill(30)
    try ledger.take(&run.recorder)
    try ledger.reconcile(with: run.books.ledger)
    let counts = [ledger.acceptedCount, ledger.knownCount]
    #expect(counts == [82, 0])
    try ledger.close()
    _ = consume ledger

    var store = try open(disk)
    var transactions: [Transaction] = []
    do throws(HistoryFailure<Never>) {
      try store.tellHistory { chapter in transactions += chapter.entries.map(\.transaction) }
    } catch {
      Issue.record("\(error)")
    }
    #expect(transactions.count == 82)
    #expect(transactions.map(\.nonce) == Array(1...82))
    let numbers = transactions.map { PostingID($0.id) }
    #expect(numbers.allSatisfy { $0.journal == plan.journalNumber })
    #expect(numbers[0].sequence == .first && numbers[0].place == 0)
    #expect(numbers[1].sequence == .first && numbers[1].place == 1)
    // What the books are opened with is dated as the run's first event.
    #expect(transactions[0].timestamp == transactions[2].timestamp)
    #expect(
      zip(transactions, numbers).dropFirst(2).allSatisfy {
        $0.timestamp == Int64($1.sequence.value) * 1_000
      })
    #expect(transactions[0].legs.count == 1)
    #expect(transactions[0].legs[0].debit == AccountKey(name: "assets:cash:trend"))
    #expect(transactions[0].legs[0].amount == 1_000 * 100_000_000)
    let trial = store.books.trialBalance()
    let isBalanced = trial.allSatisfy(\.isBalanced)
    #expect(isBalanced)
  }

  @Test func `sending again is answered exists, however far the ledger had come`() throws {
    for prefix in [1, 33, 60] {
      let disk = SimulatedDisk(seed: UInt64(prefix))
      let plan = try plan()
      do {
        var run = try Run(plan)
        var ledger = try PostingLedger(try create(disk), of: plan)
        try run.fill(prefix)
        try ledger.take(&run.recorder)
        // No close: the process ends here.
      }
      var again = try Run(plan)
      var ledger = try PostingLedger(try open(disk), of: plan)
      try again.fill(60)
      try ledger.take(&again.recorder)
      try ledger.reconcile(with: again.books.ledger)
      let counts = [ledger.acceptedCount, ledger.knownCount]
      #expect(counts == [UInt64(60 - prefix), UInt64(prefix + 2)])
    }
  }

  @Test func `another run of the same number is refused with the posting's place`() throws {
    let disk = SimulatedDisk(seed: 2)
    let plan = try plan()
    var run = try Run(plan)
    try run.fill(5)
    var ledger = try PostingLedger(try create(disk), of: plan)
    try ledger.take(&run.recorder)

    // The same journal number, and other fills behind the fifth.
    var other = try Run(plan)
    try other.fill(5)
    try other.books.deposit(Amount(minorUnits: 1, currency: .usdt), to: StrategyID(0))
    other.recorder.removeAll()
    other.recorder.posted(
      other.books.ledger, sequence: .first, at: Timestamp(nanoseconds: 1))
    let refusal = failure { () throws(PostingFailure) in
      var again = try PostingLedger(Self.opened(disk), of: plan)
      try again.take(&other.recorder)
    }
    guard case .refused(let id, let verdict)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(id.sequence == .first && verdict.code.hasPrefix("exists_with_different"))
    #expect(refusal?.code == "LED-032")
  }

  @Test func `accounts that are somebody else's are not posted to`() throws {
    let disk = SimulatedDisk(seed: 3)
    var store = try create(disk)
    let cash = try #require(
      AccountTerms(name: "assets:cash:trend", currency: .usdt, normal: .debit, limit: nil))
    try store.open([cash])
    try store.close()
    _ = consume store
    let plan = try plan()
    let refusal = failure { () throws(PostingFailure) in
      _ = try PostingLedger(Self.opened(disk), of: plan)
    }
    #expect(
      refusal == .accountTaken(name: "assets:cash:trend", journal: plan.journalNumber))
    #expect(refusal?.code == "LED-031")
    let books = try open(disk)
    let count = books.books.accountCount
    #expect(count == 1)
  }

  @Test func `a run that posts nothing leaves nothing in the ledger`() throws {
    let disk = SimulatedDisk(seed: 9)
    var recorder = PostingRecorder(isListening: true)
    var ledger = try PostingLedger(try create(disk), of: try plan())
    try ledger.take(&recorder)
    try ledger.close()
    _ = consume ledger
    let count = try open(disk).books.accountCount
    #expect(count == 0)
  }

  @Test func `a name that no account can have is refused, and nothing is opened`() throws {
    let disk = SimulatedDisk(seed: 4)
    _ = try create(disk)
    let long = String(repeating: "x", count: 130)
    let plan = try plan(label: long)
    let refusal = failure { () throws(PostingFailure) in
      _ = try PostingLedger(Self.opened(disk), of: plan)
    }
    #expect(refusal == .accountName("equity:capital:\(long)"))
    #expect(refusal?.code == "LED-030")
    let count = try open(disk).books.accountCount
    #expect(count == 0)
  }

  @Test func `a posting by somebody else is found when the books are held together`() throws {
    let disk = SimulatedDisk(seed: 6)
    let plan = try plan()
    var run = try Run(plan)
    try run.fill(3)
    do {
      var ledger = try PostingLedger(try create(disk), of: plan)
      try ledger.take(&run.recorder)
      try ledger.reconcile(with: run.books.ledger)
    }
    var store = try open(disk)
    var batch = TransactionBatch(capacity: 1)
    let cash = AccountKey(name: "assets:cash:other")
    batch.append(
      Transaction(
        id: TransactionID(77), sender: cash,
        legs: [
          TransferLeg(
            debit: cash, credit: AccountKey(name: "equity:capital:other"), amount: 5,
            asset: Currency.usdt.packedCode, digits: 8)
        ], nonce: 1, timestamp: 1))
    try store.commit(batch, workers: SerialWorkers())
    let verdict = store.verdict(0)
    #expect(verdict == .accepted)
    _ = consume store

    var again = try Run(plan)
    try again.fill(3)
    let books = again.books.ledger.balance(AccountID(5)).net
    var ledger = try PostingLedger(try open(disk), of: plan)
    try ledger.take(&again.recorder)
    var found: PostingFailure?
    do throws(PostingFailure) {
      try ledger.reconcile(with: again.books.ledger)
    } catch {
      found = error
    }
    #expect(found?.code == "LED-033")
    guard case .differs(let account, let inLedger, let inRun)? = found else { return }
    #expect(account == "equity:capital:other" || account == "assets:cash:other")
    #expect((inLedger - inRun).magnitude == 5)
    if account == "assets:cash:other" { #expect(inRun == books) }
  }

  @Test func `a recorder that does not listen keeps nothing`() throws {
    var recorder = PostingRecorder(isListening: false)
    var books = Ledger(accounts: [
      Account(name: "a", kind: .asset, currency: .usdt),
      Account(name: "b", kind: .equity, currency: .usdt),
    ])
    try books.stage(Leg(debit: AccountID(0), credit: AccountID(1), amount: 9))
    try books.commit()
    recorder.posted(books, sequence: .first, at: .distantPast)
    let kept = recorder.count
    #expect(kept == 0)
    var none = NoPostings()
    #expect(none.isListening == false)
    try none.take(&recorder)
    try none.reconcile(with: books)
  }

  // MARK: Words

  private static func opened(_ disk: SimulatedDisk) throws(PostingFailure) -> Store {
    do {
      return try Store.open(
        SimulatedDiskHandle(disk),
        configuration: LedgerConfiguration(log: try LogConfiguration(segmentBytes: 256 << 10)))
    } catch let error as LedgerStoreFailure {
      throw .store(error)
    } catch {
      throw .accountName("\(error)")
    }
  }

  private func failure(_ body: () throws(PostingFailure) -> Void) -> PostingFailure? {
    do throws(PostingFailure) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}
