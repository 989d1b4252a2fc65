import OmniEncoding
import OmniLedger
import OmniMoney
import OmniTestKit
import Testing

@Suite("Ledger")
struct LedgerTests {
  // MARK: Examples

  @Test func `a leg moves its amount from the credited account to the debited one`() throws {
    var books = Ledger(accounts: chart)

    try books.post([Leg(debit: cash, credit: capital, amount: 1_000)])
    try books.post([Leg(debit: fees, credit: cash, amount: 30)])

    #expect(books.balance(cash).debits == 1_000)
    #expect(books.balance(cash).credits == 30)
    #expect(books.balance(cash).net == 970)
    #expect(books.balance(capital).net == -1_000)
    #expect(books.balance(fees).net == 30)
    #expect(books.transactionCount == 2)
    #expect(books.isBalanced == true)
  }

  @Test func `staged legs count for nothing until they are committed`() throws {
    var books = Ledger(accounts: chart)
    let leg = Leg(debit: cash, credit: capital, amount: 5)

    try books.stage(leg)
    try books.stage(Leg(debit: euros, credit: euroCapital, amount: 7))
    #expect(books.stagedCount == 2)
    #expect(books.balance(cash).net == 0)

    try books.commit()
    #expect(books.stagedCount == 0)
    #expect(books.balance(cash).net == 5)
    #expect(books.balance(euros).net == 7)
    #expect(books.transactionCount == 1)
  }

  @Test func `the legs of the last transaction can be read until the next one is begun`() throws {
    var books = Ledger(accounts: chart)
    let legs = [
      Leg(debit: cash, credit: capital, amount: 5), Leg(debit: fees, credit: cash, amount: 2),
    ]
    #expect(books.postedCount == 0)
    try books.post(legs)
    #expect(books.postedCount == 2)
    #expect(books.postedLeg(0) == legs[0] && books.postedLeg(1) == legs[1])

    try books.stage(legs[0])
    #expect(books.postedCount == 0)
    try books.commit()
    #expect(books.postedCount == 1)

    // A refused leg, and a transaction that is taken back, leave nothing to read.
    #expect(throws: Ledger.Refusal.self) {
      try books.stage(Leg(debit: cash, credit: cash, amount: 1))
    }
    #expect(books.postedCount == 0)
    try books.stage(Leg(debit: cash, credit: capital, amount: .max))
    #expect(throws: Ledger.Refusal.self) { try books.commit() }
    #expect(books.postedCount == 0)
  }

  @Test func `the trial balance names each currency once, in order of appearance`() throws {
    var books = Ledger(accounts: chart)
    try books.post([Leg(debit: euros, credit: euroCapital, amount: 9)])

    #expect(books.trialBalance() == [.zero(.usd), .zero(.eur)])
  }

  @Test func `debits enlarge assets and expenses, credits the rest`() {
    let debitNormal = AccountKind.allCases.filter(\.isDebitNormal)
    #expect(debitNormal == [.asset, .expense])
    #expect(AccountID(1) < AccountID(2))
    #expect(chart[0].currency == .usd)
  }

  // MARK: Refusals

  @Test func `every refusal is tripped by its leg, and not by the one just within`() throws {
    for row in refusals {
      var books = Ledger(accounts: chart)
      try books.post(row.before)
      let words = books.words

      #expect(throws: row.refusal, "\(row.refusal)") { try books.post(row.tripping) }
      #expect(books.words == words, "\(row.refusal) changed the books")
      #expect(books.stagedCount == 0, "\(row.refusal) left legs behind")
      #expect(!row.refusal.description.isEmpty)

      try books.post(row.within)
      #expect(books.isBalanced == true)
    }
  }

  @Test func `a transaction whose last leg overflows takes all its legs back`() throws {
    var books = Ledger(accounts: chart)
    try books.post([Leg(debit: fees, credit: capital, amount: .max - 10)])
    let words = books.words

    #expect(throws: Ledger.Refusal.overflow(fees)) {
      try books.post([
        Leg(debit: cash, credit: income, amount: 4), Leg(debit: fees, credit: cash, amount: 5),
        Leg(debit: euros, credit: euroCapital, amount: 6),
        Leg(debit: fees, credit: income, amount: 6),
      ])
    }
    #expect(books.words == words)
    #expect(books.isBalanced == true)
  }

  @Test func `balances at the end of the range still add up to zero`() throws {
    var books = Ledger(accounts: chart)
    try books.post([
      Leg(debit: capital, credit: income, amount: .max),
      Leg(debit: cash, credit: fees, amount: .max),
    ])
    #expect(books.isBalanced == true)

    var other = Ledger(accounts: chart)
    var source = WordArrayReader(books.words)
    try other.decode(from: &source)
    #expect(other.words == books.words)
  }

  // MARK: Words

  @Test func `words of other books are refused and change nothing`() throws {
    var books = Ledger(accounts: chart)
    try books.post([Leg(debit: cash, credit: capital, amount: 77)])
    let words = books.words

    for (name, wrong) in damagedWords(of: words) {
      var source = WordArrayReader(wrong)
      #expect(throws: WordFailure.self, "\(name)") { try books.decode(from: &source) }
      #expect(books.words == words, "\(name) changed the books")
    }
  }

  @Test func `reading drops what was staged`() throws {
    var books = Ledger(accounts: chart)
    let words = books.words
    try books.stage(Leg(debit: cash, credit: capital, amount: 77))

    var source = WordArrayReader(words)
    try books.decode(from: &source)
    try books.commit()

    #expect(books.balance(cash).net == 0)
  }

  // MARK: Properties

  @Test func `random transactions agree with a plain model and never make a unit`() throws {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      var books = Ledger(accounts: chart)
      var model = Model()
      for step in 0..<20 {
        let legs = random.legs()
        let isAccepted = (try? books.post(legs)) != nil
        #expect(isAccepted == model.post(legs), "seed \(seed), step \(step)")
        #expect(books.isBalanced == true, "seed \(seed), step \(step)")
      }
      for index in chart.indices {
        let balance = books.balance(AccountID(UInt32(index)))
        #expect(balance.debits == model.debits[index, default: 0], "seed \(seed)")
        #expect(balance.credits == model.credits[index, default: 0], "seed \(seed)")
      }
      #expect(books.transactionCount == model.count, "seed \(seed)")
      try checkRoundTrip(books, seed)
    }
  }

  private func checkRoundTrip(_ books: borrowing Ledger, _ seed: UInt64) throws {
    let words = books.words
    var other = Ledger(accounts: chart)
    var source = WordArrayReader(words)
    try other.decode(from: &source)
    #expect(source.isAtEnd, "seed \(seed)")
    #expect(other.words == words, "seed \(seed)")
  }
}

// MARK: - Words for the tests

private let capital = AccountID(0)
private let cash = AccountID(1)
private let income = AccountID(2)
private let fees = AccountID(3)
private let euroCapital = AccountID(4)
private let euros = AccountID(5)

private let chart = [
  Account(name: "equity:capital", kind: .equity, currency: .usd),
  Account(name: "assets:cash", kind: .asset, currency: .usd),
  Account(name: "income:realised", kind: .income, currency: .usd),
  Account(name: "expenses:fees", kind: .expense, currency: .usd),
  Account(name: "equity:capital:eur", kind: .equity, currency: .eur),
  Account(name: "assets:cash:eur", kind: .asset, currency: .eur),
]

/// A refusal, the transaction that leads to it, and one that is just within the rule.
private struct Row {
  var refusal: Ledger.Refusal
  var before: [Leg] = []
  var tripping: [Leg]
  var within: [Leg]
}

private let unit = Leg(debit: cash, credit: capital, amount: 1)

private let refusals: [Row] = [
  Row(
    refusal: .unknownAccount(AccountID(6)),
    tripping: [unit, Leg(debit: AccountID(6), credit: cash, amount: 1)],
    within: [Leg(debit: AccountID(5), credit: AccountID(4), amount: 1)]),
  Row(
    refusal: .unknownAccount(AccountID(7)),
    tripping: [unit, Leg(debit: cash, credit: AccountID(7), amount: 1)],
    within: [Leg(debit: AccountID(4), credit: AccountID(5), amount: 1)]),
  Row(
    refusal: .currencyMismatch(debit: cash, credit: euros),
    tripping: [unit, Leg(debit: cash, credit: euros, amount: 1)],
    within: [unit, Leg(debit: euroCapital, credit: euros, amount: 1)]),
  Row(
    refusal: .amountNotPositive(0), tripping: [unit, Leg(debit: cash, credit: capital, amount: 0)],
    within: [unit]),
  Row(
    refusal: .amountNotPositive(.min),
    tripping: [unit, Leg(debit: cash, credit: capital, amount: .min)],
    within: [Leg(debit: cash, credit: capital, amount: .max)]),
  Row(
    refusal: .sameAccount(cash), tripping: [unit, Leg(debit: cash, credit: cash, amount: 1)],
    within: [Leg(debit: cash, credit: fees, amount: 1)]),
  Row(
    refusal: .overflow(cash), before: [Leg(debit: cash, credit: capital, amount: .max - 1)],
    tripping: [Leg(debit: cash, credit: income, amount: 2)],
    within: [Leg(debit: cash, credit: income, amount: 1)]),
  Row(
    refusal: .overflow(capital), before: [Leg(debit: cash, credit: capital, amount: .max - 1)],
    tripping: [Leg(debit: fees, credit: capital, amount: 2)],
    within: [Leg(debit: fees, credit: capital, amount: 1)]),
  Row(
    refusal: .tooManyLegs, tripping: Array(repeating: unit, count: Ledger.legsMax + 1),
    within: Array(repeating: unit, count: Ledger.legsMax)),
]

/// Words that these books did not put, with what is wrong with them.
private func damagedWords(of words: [UInt64]) -> [(String, [UInt64])] {
  var fewer = words
  fewer[1] -= 1
  var more = words
  more[1] += 1
  var unbalanced = words
  unbalanced[2] += 1
  var negative = words
  negative[3] = .max
  negative[5] = .max
  return [
    ("fewer accounts", fewer), ("more accounts", more), ("unbalanced", unbalanced),
    ("below zero", negative), ("one word short", Array(words.dropLast())), ("no words", []),
  ]
}

extension Ledger {
  fileprivate mutating func post(_ legs: [Leg]) throws(Refusal) {
    for leg in legs { try stage(leg) }
    try commit()
  }

  fileprivate var words: [UInt64] {
    var sink = WordArray()
    encode(into: &sink)
    return sink.words
  }
}

/// The same books as two dictionaries, checked before anything is changed.
private struct Model {
  var debits: [Int: Int128] = [:]
  var credits: [Int: Int128] = [:]
  var count: UInt64 = 0

  mutating func post(_ legs: [Leg]) -> Bool {
    guard legs.count <= 16, legs.allSatisfy(isLegal) else { return false }
    for leg in legs {
      debits[Int(leg.debit.index), default: 0] += leg.amount
      credits[Int(leg.credit.index), default: 0] += leg.amount
    }
    count += 1
    return true
  }

  private func isLegal(_ leg: Leg) -> Bool {
    let (debit, credit) = (Int(leg.debit.index), Int(leg.credit.index))
    return debit < chart.count && credit < chart.count && debit != credit && leg.amount > 0
      && chart[debit].currency == chart[credit].currency
  }
}

extension SeededRandom {
  /// Legs of one transaction, most of them legal.
  fileprivate mutating func legs() -> [Leg] {
    let count = below(12) == 0 ? 17 : 1 + below(4)
    return (0..<count).map { _ in
      let isOdd = below(24) == 0
      let pair: (UInt64, UInt64) = below(3) == 0 ? (4, 2) : (0, 4)
      let debit = pair.0 + below(pair.1)
      var credit = pair.0 + below(pair.1)
      if credit == debit { credit = pair.0 + (debit - pair.0 + 1) % pair.1 }
      if isOdd { credit = below(8) }
      let size = below(30) == 0 ? 0 : 1 + below(1 << 62)
      return Leg(
        debit: AccountID(UInt32(debit)), credit: AccountID(UInt32(credit)),
        amount: Int128(size) * (below(5) == 0 ? 1 << 40 : 1))
    }
  }
}
