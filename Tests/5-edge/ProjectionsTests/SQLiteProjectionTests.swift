import OmniLedger
import OmniMoney
import OmniProjections
import Testing

@Suite("SQLiteProjection")
struct SQLiteProjectionTests {
  /// Where 64 bits end, and where 128 do.
  private let amounts: [Int128] = [
    1, Int128(Int64.max), Int128(Int64.max) + 1, 1 << 64, .max - (1 << 65) - 1,
  ]

  @Test func `amounts of 128 bits are exact in both places`() throws {
    try holds(SQLitePlace.self)
    try holds(PostgreSQLPlace.self)

    func holds<Place: ProjectionPlace>(_: Place.Type) throws {
      var target = try Place().open()
      try fill(&target)

      let legs = try target.rows("SELECT amount FROM legs ORDER BY ordinal")
      #expect(legs == amounts.map { ["\($0)"] }, "\(Place.self)")
      let sum = amounts.reduce(0, +)
      let balances = try target.rows(
        "SELECT debits, credits, balance FROM account_balances ORDER BY number")
      let text = RandomBooks.decimal(sum, 2)
      #expect(balances == [[text, "0.00", text], ["0.00", text, "-\(text)"]], "\(Place.self)")
      let moved = try target.rows("SELECT debit FROM statement WHERE account = 0 ORDER BY ordinal")
      #expect(moved == amounts.map { [RandomBooks.decimal($0, 2)] }, "\(Place.self)")
      let limits = try target.rows("SELECT balance_limit FROM accounts ORDER BY number")
      #expect(limits == [["\(AccountState.sumMax)"], [nil]], "\(Place.self)")
    }
  }

  @Test func `a running balance that 64 bits do not hold is NULL, and never inexact`() throws {
    var sqlite = try SQLitePlace().open()
    var server = try PostgreSQLPlace().open()
    try fill(&sqlite)
    try fill(&server)
    let sql = "SELECT balance FROM statement WHERE account = 0 ORDER BY ordinal"

    var running: Int128 = 0
    let wanted = amounts.map { amount in
      running += amount
      return [RandomBooks.decimal(running, 2)]
    }
    #expect(try server.rows(sql) == wanted)
    #expect(try sqlite.rows(sql) == [["0.01"], [nil], [nil], [nil], [nil]])
    #expect(try sqlite.rows("SELECT debits FROM trial_balance") == [[nil]])
    let total = RandomBooks.decimal(running, 2)
    #expect(
      try server.rows("SELECT debits, credits, difference FROM trial_balance")
        == [[total, total, "0.00"]])
  }

  @Test func `a running balance is exact up to the last of 64 bits`() throws {
    var target = try SQLitePlace().open()
    let steps: [Int128] = [Int128(Int64.max) - 5, 5]
    try fill(&target, steps)
    let balances = try target.rows(
      "SELECT balance_minor FROM statement ORDER BY account, ordinal")
    // Both accounts are debit-normal, so that the credited one goes below zero.
    #expect(
      balances == [
        ["\(Int64.max - 5)"], ["\(Int64.max)"], ["\(5 - Int64.max)"], ["\(-Int64.max)"],
      ])
    #expect(
      try target.rows("SELECT debits, difference FROM trial_balance")
        == [["92233720368547758.07", "0.00"]])
  }

  /// One debit of account 0 and credit of account 1 for each amount.
  private func fill(
    _ target: inout some ReadableProjection & ~Copyable, _ amounts: [Int128]? = nil
  ) throws {
    let amounts = amounts ?? self.amounts
    let accounts = try (0..<2 as Range<UInt32>).map { number in
      ProjectedAccount(
        number: number,
        terms: try #require(
          AccountTerms(
            name: "account \(number)", currency: .usd, normal: .debit,
            limit: number == 0 ? AccountState.sumMax : nil)))
    }
    let sum = amounts.reduce(0, +)
    try target.begin()
    try target.put(accounts)
    try target.put(
      amounts.enumerated().map { index, amount in
        ProjectedTransaction(
          ordinal: UInt64(index + 1), frame: 1,
          transaction: Transaction(
            id: TransactionID(UInt128(index + 1)), sender: accounts[0].terms.key, legs: [],
            nonce: UInt64(index + 1), timestamp: 0),
          legs: [ProjectedLeg(debit: 0, credit: 1, amount: amount)])
      })
    try target.put([
      ProjectedBalance(account: 0, debits: sum, credits: 0),
      ProjectedBalance(account: 1, debits: 0, credits: sum),
    ])
    try target.commit(RandomBooks.position(frame: 1, ordinal: UInt64(amounts.count)))
  }
}
