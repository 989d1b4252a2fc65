public import OmniCollections
public import OmniEncoding
public import OmniMoney

/// Double-entry books, in memory.
///
/// A transaction is a series of legs that are staged and then committed together. Each leg debits
/// one account and credits another of the same currency by the same amount, so that no series of
/// transactions can make or lose a unit; what is left to check is checked before anything changes.
///
/// - Invariant: for each currency, the balances of all accounts sum to zero.
/// - Complexity: staging and committing a leg are O(1), with no allocation.
@frozen
public struct Ledger: ~Copyable {
  /// How many legs one transaction may have.
  @inlinable
  public static var legsMax: Int { 16 }

  /// What an account holds.
  @frozen
  public struct Balance: Sendable, Hashable {
    /// The sum of all debits, in minor units.
    public internal(set) var debits: Int128 = 0
    /// The sum of all credits, in minor units.
    public internal(set) var credits: Int128 = 0

    @usableFromInline
    init(debits: Int128, credits: Int128) {
      self.debits = debits
      self.credits = credits
    }

    /// Debits less credits.
    @inlinable
    public var net: Int128 { debits - credits }
  }

  /// Why a transaction was refused; the books are as they were.
  public enum Refusal: Error, Equatable, Sendable {
    /// There is no such account.
    case unknownAccount(AccountID)
    /// A leg's two accounts are kept in different currencies.
    case currencyMismatch(debit: AccountID, credit: AccountID)
    /// A leg moves nothing, or less than nothing.
    case amountNotPositive(Int128)
    /// A leg debits and credits the same account.
    case sameAccount(AccountID)
    /// A balance would leave the range of 128 bits.
    case overflow(AccountID)
    /// The transaction has more than ``Ledger/legsMax`` legs.
    case tooManyLegs
  }

  @usableFromInline var debits: OwnedBuffer<Int128>
  @usableFromInline var credits: OwnedBuffer<Int128>
  @usableFromInline let currencies: OwnedBuffer<Currency>
  @usableFromInline var staged: OwnedBuffer<Leg>
  @usableFromInline var stagedNumber = 0
  @usableFromInline var postedNumber = 0
  @usableFromInline var committedNumber: UInt64 = 0
  /// The chart of accounts; an account's identifier is its place here.
  public let accounts: [Account]

  /// Opens books with `accounts`, every balance zero.
  public init(accounts: [Account]) {
    self.accounts = accounts
    debits = OwnedBuffer(repeating: 0, count: accounts.count)
    credits = OwnedBuffer(repeating: 0, count: accounts.count)
    currencies = OwnedBuffer(count: accounts.count) { accounts[$0].currency }
    let nowhere = Leg(debit: AccountID(0), credit: AccountID(0), amount: 0)
    staged = OwnedBuffer(repeating: nowhere, count: Self.legsMax)
  }

  /// How many transactions have been committed.
  @inlinable
  public var transactionCount: UInt64 { committedNumber }

  /// How many legs are staged.
  @inlinable
  public var stagedCount: Int { stagedNumber }

  /// How many legs the last committed transaction has; zero as soon as the next one is begun.
  @inlinable
  public var postedCount: Int { postedNumber }

  /// The leg at `index` of the last committed transaction.
  ///
  /// - Precondition: `index` is from 0 to ``postedCount`` - 1.
  @inlinable
  public func postedLeg(_ index: Int) -> Leg {
    precondition(index < postedNumber, "a posted leg")
    return staged[index]
  }

  /// Adds a leg to the transaction that is being made, or refuses it and drops the transaction.
  @inlinable
  public mutating func stage(_ leg: Leg) throws(Refusal) {
    postedNumber = 0
    do throws(Refusal) {
      try check(leg)
    } catch {
      stagedNumber = 0
      throw error
    }
    staged[stagedNumber] = leg
    stagedNumber += 1
  }

  @inlinable
  func check(_ leg: Leg) throws(Refusal) {
    guard Int(leg.debit.index) < accounts.count else { throw .unknownAccount(leg.debit) }
    guard Int(leg.credit.index) < accounts.count else { throw .unknownAccount(leg.credit) }
    guard leg.debit != leg.credit else { throw .sameAccount(leg.debit) }
    guard leg.amount > 0 else { throw .amountNotPositive(leg.amount) }
    guard currencies[Int(leg.debit.index)] == currencies[Int(leg.credit.index)] else {
      throw .currencyMismatch(debit: leg.debit, credit: leg.credit)
    }
    guard stagedNumber < Self.legsMax else { throw .tooManyLegs }
  }

  /// Applies all staged legs, or none.
  @inlinable
  public mutating func commit() throws(Refusal) {
    let number = stagedNumber
    stagedNumber = 0
    postedNumber = 0
    for index in 0..<number {
      let leg = staged[index]
      let debit = debits[Int(leg.debit.index)].addingReportingOverflow(leg.amount)
      let credit = credits[Int(leg.credit.index)].addingReportingOverflow(leg.amount)
      if debit.overflow || credit.overflow {
        undo(index)
        throw .overflow(debit.overflow ? leg.debit : leg.credit)
      }
      debits[Int(leg.debit.index)] = debit.partialValue
      credits[Int(leg.credit.index)] = credit.partialValue
    }
    committedNumber += 1
    postedNumber = number
  }

  /// Takes the first `number` staged legs back.
  @usableFromInline
  mutating func undo(_ number: Int) {
    for index in 0..<number {
      let leg = staged[index]
      debits[Int(leg.debit.index)] -= leg.amount
      credits[Int(leg.credit.index)] -= leg.amount
    }
  }

  /// What `account` holds.
  ///
  /// - Precondition: the account exists.
  @inlinable
  public func balance(_ account: AccountID) -> Balance {
    let index = Int(account.index)
    return Balance(debits: debits[index], credits: credits[index])
  }

  /// The sum of all balances for each currency, in the order in which the currencies first appear.
  ///
  /// All are zero unless the program is wrong.
  public func trialBalance() -> [Amount] {
    var order: [Currency] = []
    var sums: [Currency: Int128] = [:]
    for index in debits.indices {
      let currency = currencies[index]
      if sums[currency] == nil { order.append(currency) }
      // Wraps by design: the parts may leave the range where the whole does not.
      sums[currency, default: 0] &+= debits[index] - credits[index]
    }
    return order.map { Amount(minorUnits: sums[$0, default: 0], currency: $0) }
  }

  /// Whether every currency's balances sum to zero.
  public var isBalanced: Bool { trialBalance().allSatisfy { $0.minorUnits == 0 } }

  /// Puts the canonical form of every balance.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(committedNumber)
    sink.put(UInt64(debits.count))
    for index in debits.indices {
      sink.put(debits[index])
      sink.put(credits[index])
    }
  }

  /// Replaces every balance by what was encoded before, or refuses and changes nothing.
  ///
  /// Words that no books could have put are refused: sums below zero, or that do not balance.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let committed = try source.take()
    let count = try source.take()
    guard count == UInt64(debits.count) else {
      throw .senseless(word: count, what: "count of accounts of these books")
    }
    var sums: [(Int128, Int128)] = []
    for _ in debits.indices { sums.append((try source.takeWide(), try source.takeWide())) }
    try checkBalanced(sums)
    committedNumber = committed
    stagedNumber = 0
    postedNumber = 0
    for (index, sum) in sums.enumerated() {
      debits[index] = sum.0
      credits[index] = sum.1
    }
  }

  /// Refuses sums of debits and credits that a series of transactions cannot lead to.
  private func checkBalanced(_ sums: [(Int128, Int128)]) throws(WordFailure) {
    var rests: [Currency: Int128] = [:]
    for (index, sum) in sums.enumerated() {
      guard sum.0 >= 0, sum.1 >= 0 else {
        throw .senseless(
          word: UInt64(truncatingIfNeeded: min(sum.0, sum.1)), what: "sum of debits or credits")
      }
      // Wraps by design: the sum is zero modulo 2¹²⁸ whenever it is zero, however large its parts.
      rests[currencies[index], default: 0] &+= sum.0 - sum.1
    }
    for rest in rests.values where rest != 0 {
      throw .senseless(word: UInt64(truncatingIfNeeded: rest), what: "sum of balances, which is 0")
    }
  }
}

extension Ledger.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownAccount(let account): "there is no account \(account.index)"
    case .currencyMismatch(let debit, let credit):
      "accounts \(debit.index) and \(credit.index) are kept in different currencies"
    case .amountNotPositive(let amount): "a leg moves \(amount), wanted more than zero"
    case .sameAccount(let account): "a leg debits and credits account \(account.index)"
    case .overflow(let account): "account \(account.index) would leave the range of 128 bits"
    case .tooManyLegs: "more than \(Ledger.legsMax) legs in one transaction"
    }
  }
}
