public import OmniCollections
public import OmniMoney

/// The books of a ledger: accounts, balances, what is pending, and which transactions are in.
///
/// A fold of committed transactions: the same series gives the same books, however it was cut into
/// batches and however many workers judged them. ``BatchJudge`` brings them up to date.
///
/// - Invariant: for each asset, the posted debits of all accounts equal the posted credits, and so
///   do the pending ones.
/// - Invariant: no account's balance, less what is reserved, is further below zero than its limit.
public struct Books: ~Copyable {
  /// The chart of accounts.
  public internal(set) var register = AccountRegister()
  @usableFromInline var accounts = GrowingBuffer<AccountState>()
  @usableFromInline var facts = GrowingBuffer<AccountFacts>()
  /// How far below zero a limited account's balance may go.
  @usableFromInline var limits = GrowingBuffer<Int128>()
  /// The place of an account's last own transaction in its series; 0 before the first.
  @usableFromInline var nonces = GrowingBuffer<UInt64>()
  /// The last transaction of a sender in the batch that is being judged.
  var marks = GrowingBuffer<BatchMark>()
  /// A transaction that touches the account in the batch that is being judged.
  var owners = GrowingBuffer<BatchMark>()
  @usableFromInline var index: TransactionIndex
  @usableFromInline var pendings = PendingTable()
  /// The latest instant of a transaction that was not imported, in nanoseconds since 1970.
  ///
  /// The only clock that pending transactions know; `Int64.min` before the first transaction.
  public internal(set) var time = Int64.min
  /// Counts the batches, so that marks of earlier ones mean nothing.
  var epoch: UInt32 = 0

  /// Opens empty books.
  ///
  /// - Parameters:
  ///   - seed: The key of the hash of identifiers; it changes no result.
  ///   - capacity: For how many transactions memory is taken at once.
  public init(seed: (UInt64, UInt64) = (0, 0), capacity: Int = 0) {
    index = TransactionIndex(seed: seed, capacity: capacity)
  }

  /// How many transactions are in the books.
  public var transactionCount: Int { index.count }
  /// How many accounts there are.
  public var accountCount: Int { accounts.count }
  /// How many pending transactions there ever were.
  public var pendingCount: Int { pendings.entries.count }

  /// Opens an account, unless it is open on the same terms; says whether it was new.
  @discardableResult
  public mutating func open(_ terms: AccountTerms) throws(AccountRegister.Refusal) -> Bool {
    guard try register.open(terms) else { return false }
    accounts.append(AccountState())
    facts.append(AccountFacts(terms))
    limits.append(terms.limit ?? 0)
    nonces.append(0)
    marks.append(BatchMark())
    owners.append(BatchMark())
    return true
  }

  /// What the account with the number `number` holds.
  ///
  /// - Precondition: there is such an account.
  public func account(_ number: Int) -> AccountState { accounts[number] }

  /// The place of the account's last own transaction in its series; 0 before the first.
  public func nonce(_ number: Int) -> UInt64 { nonces[number] }

  /// Whether the account refuses every further transaction.
  public func isClosed(_ number: Int) -> Bool { facts[number].isClosed }

  /// How much could still be taken out of the account, or nil when there is no limit.
  @inlinable
  public func available(_ number: Int) -> Int128? {
    guard facts[number].isLimited else { return nil }
    return accounts[number].unreserved(facts[number].normal) + limits[number]
  }

  /// The place of a transaction in the ledger, counted from 0, or nil when it is not in the books.
  public func place(of id: TransactionID) -> Int? { index.find(id) }

  /// The identifier of the transaction at `place`.
  ///
  /// - Precondition: there is such a place.
  public func id(at place: Int) -> TransactionID { index.ids[place] }

  /// Where the pending transaction at `place` stands, or nil when it is none.
  public func pendingState(at place: Int) -> PendingState? {
    pendings.find(place: place).map { pendings.entries[$0].state }
  }

  /// Moves the ledger's time on, and gives back what has expired by then; earlier times do nothing.
  ///
  /// - Returns: the places of the transactions that expired, in the order of their instants.
  @discardableResult
  public mutating func advance(to instant: Int64) -> [Int] {
    time = max(time, instant)
    return expire()
  }

  /// Gives back what every pending transaction reserves whose time has run out.
  @discardableResult
  mutating func expire() -> [Int] {
    var places: [Int] = []
    while let entry = pendings.popExpired(at: time) {
      release(entry, as: .expired)
      places.append(Int(pendings.entries[entry].place))
    }
    return places
  }

  /// Gives back what the open entry reserves, and opens again what it closed.
  mutating func release(_ entry: Int, as state: PendingState) {
    let record = pendings.entries[entry]
    for offset in 0..<Int(record.postingCount) {
      let posting = pendings.postings[Int(record.firstPosting) + offset]
      accounts[Int(posting.debit)].pendingDebits -= posting.amount
      accounts[Int(posting.credit)].pendingCredits -= posting.amount
      if record.flags.contains(.closingDebit) { facts[Int(posting.debit)].isClosed = false }
      if record.flags.contains(.closingCredit) { facts[Int(posting.credit)].isClosed = false }
    }
    pendings.entries[entry].state = state
  }

  /// The sums of debits and credits of every asset, in the order in which assets first appear.
  public func trialBalance() -> [TrialBalanceLine] {
    TrialBalanceLine.lines(register.terms) { accounts[$0] }
  }
}

/// One asset's sums over all accounts, in minor units.
public struct TrialBalanceLine: Sendable, Equatable {
  /// Of what.
  public let currency: Currency
  /// All posted debits.
  public private(set) var debits = WideSum()
  /// All posted credits.
  public private(set) var credits = WideSum()
  /// All pending debits.
  public private(set) var pendingDebits = WideSum()
  /// All pending credits.
  public private(set) var pendingCredits = WideSum()

  /// Creates the line of an asset without accounts.
  public init(currency: Currency) { self.currency = currency }

  /// The lines of all assets over accounts that hold what `state` says of their numbers.
  public static func lines(
    _ terms: [AccountTerms], _ state: (Int) -> AccountState
  ) -> [TrialBalanceLine] {
    var lines: [TrialBalanceLine] = []
    var places: [Currency: Int] = [:]
    for (number, terms) in terms.enumerated() {
      let place = places[terms.currency] ?? lines.count
      if place == lines.count {
        places[terms.currency] = place
        lines.append(TrialBalanceLine(currency: terms.currency))
      }
      lines[place].add(state(number))
    }
    return lines
  }

  /// Adds what an account holds.
  public mutating func add(_ account: AccountState) {
    debits.add(account.debits)
    credits.add(account.credits)
    pendingDebits.add(account.pendingDebits)
    pendingCredits.add(account.pendingCredits)
  }

  /// Whether debits equal credits, posted and pending.
  public var isBalanced: Bool { debits == credits && pendingDebits == pendingCredits }
}

/// A sum of amounts that may need more than 128 bits.
public struct WideSum: Sendable, Equatable {
  private var low: Int128 = 0
  /// Multiples of 2¹²⁶.
  private var high: Int64 = 0

  /// Creates a sum of nothing.
  public init() {}

  /// Adds an amount from 0 to 2¹²⁶.
  public mutating func add(_ amount: Int128) {
    low += amount
    if low >= 1 << 126 {
      low -= 1 << 126
      high += 1
    }
  }

  /// The sum, if it fits 128 bits.
  public var value: Int128? { high == 0 ? low : high == 1 ? low + (1 << 126) : nil }
}
