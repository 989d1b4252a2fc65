public import OmniKernel
public import OmniLedger
public import OmniLedgerStore
import OmniMoney
import OmniPortfolio
import OmniTime
public import OmniWriteAheadLog

/// A ledger on disk that takes the postings of one journal.
///
/// The journal is the truth, and the ledger follows it: after a crash the run goes over its journal
/// again and sends every posting again, which the ledger answers with `exists` where it has it. The
/// account `journal:` and the journal's number is the sender of all of them; it counts them, so that
/// none can be left out.
public struct PostingLedger<Disk: LogDisk & ~Copyable>: PostingSink, ~Copyable {
  /// How many postings the ledger took.
  public private(set) var acceptedCount: UInt64 = 0
  /// How many it had already.
  public private(set) var knownCount: UInt64 = 0

  private var store: LedgerStore<Disk>
  private var batch: TransactionBatch
  private let journal: UInt64
  private let terms: [AccountTerms]
  private let senderTerms: AccountTerms
  private let keys: [AccountKey]
  private var nonce: UInt64 = 0

  /// Checks that `store` can take the postings of a run, and changes nothing in it: the accounts are
  /// opened with the first postings, so that a run that does not begin leaves none behind.
  ///
  /// - Parameters:
  ///   - store: The ledger; it is closed by ``close()``.
  ///   - plan: What the run is made of.
  public init(
    _ store: consuming LedgerStore<Disk>, of plan: RunPlan
  ) throws(PostingFailure) {
    let journal = plan.journalNumber
    let name = "journal:\(PostingID.digits(journal))"
    let senderTerms = try Self.terms(
      Account(name: name, kind: .equity, currency: plan.currency))
    let chart = ChartOfAccounts(
      strategyCount: plan.strategies.count, instrumentCount: plan.instruments.count)
    var terms: [AccountTerms] = []
    for account in chart.accounts(
      strategies: plan.strategies.map(\.label), instruments: plan.instruments,
      currency: plan.currency)
    { terms.append(try Self.terms(account)) }
    if store.books.register.number(named: name) == nil,
      let taken = terms.first(where: { store.books.register.number(of: $0.key) != nil })
    {
      throw .accountTaken(name: taken.name, journal: journal)
    }
    do throws(AccountRegister.Refusal) {
      for account in [senderTerms] + terms { _ = try store.books.register.isNew(account) }
    } catch {
      throw .store(.account(error))
    }
    self.store = store
    self.journal = journal
    self.terms = terms
    self.senderTerms = senderTerms
    keys = terms.map(\.key)
    batch = TransactionBatch()
  }

  private static func terms(_ account: Account) throws(PostingFailure) -> AccountTerms {
    let normal: NormalSide = account.kind.isDebitNormal ? .debit : .credit
    guard
      let terms = AccountTerms(
        name: account.name, currency: account.currency, normal: normal, limit: nil)
    else { throw .accountName(account.name) }
    return terms
  }

  /// Yes.
  public var isListening: Bool { true }

  /// Commits everything that `postings` keeps, and forgets it there.
  ///
  /// - Throws: `refused` with the first posting that the ledger does not accept; those before it are
  ///   in the ledger.
  public mutating func take(_ postings: inout PostingRecorder) throws(PostingFailure) {
    if postings.count > 0 && nonce == 0 { try openAccounts() }
    for index in 0..<postings.count {
      append(postings, index)
      if batch.isFull { try commit() }
    }
    try commit()
    postings.removeAll()
  }

  private mutating func openAccounts() throws(PostingFailure) {
    do throws(LedgerStoreFailure) {
      try store.open([senderTerms] + terms)
    } catch {
      throw .store(error)
    }
  }

  private mutating func append(_ postings: borrowing PostingRecorder, _ index: Int) {
    let entry = postings.entry(index)
    let id = PostingID(
      journal: journal, sequence: SequenceNumber(entry.sequence), place: UInt16(entry.place))
    nonce += 1
    var header = TransactionHeader(
      id: id.transactionID, sender: senderTerms.key, nonce: nonce,
      timestamp: postings.time(index).nanoseconds)
    header.legCount = UInt8(entry.legCount)
    for place in 0..<Int(entry.legCount) {
      let leg = postings.leg(index, place)
      let currency = terms[Int(leg.debit.index)].currency
      let transfer = TransferLeg(
        debit: keys[Int(leg.debit.index)], credit: keys[Int(leg.credit.index)],
        amount: leg.amount, asset: currency.packedCode, digits: currency.minorDigits)
      if place == 0 { header.setFirstLeg(transfer) } else { batch.putTail(transfer) }
    }
    batch.append(header, origin: entry.sequence)
  }

  private mutating func commit() throws(PostingFailure) {
    guard batch.count > 0 else { return }
    do throws(LedgerStoreFailure) {
      try store.commit(batch, workers: SerialWorkers())
    } catch {
      throw .store(error)
    }
    for index in 0..<batch.count {
      switch store.verdict(index) {
      case .accepted: acceptedCount += 1
      case .exists: knownCount += 1
      case let verdict: throw .refused(PostingID(batch.header(index).id), verdict)
      }
    }
    batch.removeAll()
  }

  /// Holds the ledger's balance of each of the run's accounts against the run's.
  public mutating func reconcile(with books: borrowing Ledger) throws(PostingFailure) {
    for (index, account) in terms.enumerated() {
      let run = books.balance(AccountID(UInt32(index)))
      guard let number = store.books.register.number(of: account.key) else {
        throw .differs(account: account.name, ledger: 0, run: run.net)
      }
      let state = store.books.account(number)
      guard state.debits == run.debits, state.credits == run.credits else {
        throw .differs(account: account.name, ledger: state.net, run: run.net)
      }
    }
  }

  /// Closes the ledger in peace.
  public mutating func close() throws(PostingFailure) {
    do throws(LedgerStoreFailure) { try store.close() } catch { throw .store(error) }
  }
}
