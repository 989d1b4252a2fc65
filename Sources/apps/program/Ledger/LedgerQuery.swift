import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniPlatform
import OmniTime

/// `omni ledger balance`, `statement`, `trial` and `expire`.
struct LedgerQuery {
  private let isJSON: Bool
  private let at: Int64?

  init(_ arguments: Arguments) throws {
    isJSON = arguments.has("--json")
    at = try Self.instant("--at", arguments)
  }

  /// The instant that an option names, in nanoseconds since 1970, or nil without it.
  static func instant(_ name: String, _ arguments: Arguments) throws -> Int64? {
    guard let text = arguments.value(name) else { return nil }
    do {
      return try TimeText(text, order: .yearMonthDay).instant.nanoseconds
    } catch {
      throw Problem.usage(
        "CLI-033", "\(name) is \(text)", wanted: "an instant such as 2026-01-31T09:30:00Z",
        remedy: "give one")
    }
  }

  // MARK: Balance

  func balance(of name: String, _ folder: LedgerFolder, _ console: Console) throws {
    var store = try folder.open(console)
    let number = try number(of: name, store.books)
    let terms = store.books.register.terms[number]
    let state = store.books.account(number)
    let sums = try at.map { try statesAsOf($0, &store)[number] } ?? state
    let net = sums.debits - sums.credits
    let balance = terms.normal == .debit ? net : -net
    func text(_ units: Int128) -> String {
      Amount(minorUnits: units, currency: terms.currency).decimalText
    }
    var members: [(String, JSONText)] = [
      ("account", .text(terms.name)), ("asset", .text(terms.currency.code)),
      ("normal", .text(terms.normal == .debit ? "debit" : "credit")),
      ("balance", .text(text(balance))), ("debits", .text(text(sums.debits))),
      ("credits", .text(text(sums.credits))), ("pending_debits", .text(text(sums.pendingDebits))),
      ("pending_credits", .text(text(sums.pendingCredits))),
    ]
    if at == nil {
      let room = store.books.available(number).map { JSONText.text(text($0)) } ?? .text("unlimited")
      members.append(("available", room))
      members.append(("closed", .flag(store.books.isClosed(number))))
      members.append(("nonce", .count(store.books.nonce(number))))
    }
    try close(&store)
    show(members, console)
  }

  /// What every account held, by the instants that transactions say.
  private func statesAsOf(
    _ instant: Int64, _ store: inout LedgerFolder.Store
  ) throws -> [AccountState] {
    var (debits, credits) = (zeros(store), zeros(store))
    var (pendingDebits, pendingCredits) = (zeros(store), zeros(store))
    var open: [TransactionID: LedgerEntry] = [:]
    try LedgerFolder.tell(&store) { chapter in
      for entry in chapter.entries where entry.transaction.timestamp <= instant {
        let flags = entry.transaction.flags
        if flags.contains(.pending) {
          open[entry.transaction.id] = entry
          continue
        }
        if let resolved = entry.resolves { open[resolved] = nil }
        if flags.contains(.void) { continue }
        for posting in entry.postings {
          debits[Int(posting.debit)] += posting.amount
          credits[Int(posting.credit)] += posting.amount
        }
      }
    }
    for entry in open.values where !isExpired(entry.transaction, at: instant) {
      for posting in entry.postings {
        pendingDebits[Int(posting.debit)] += posting.amount
        pendingCredits[Int(posting.credit)] += posting.amount
      }
    }
    return debits.indices.map { number in
      AccountState(
        debits: debits[number], credits: credits[number], pendingDebits: pendingDebits[number],
        pendingCredits: pendingCredits[number])
    }
  }

  private func zeros(_ store: borrowing LedgerFolder.Store) -> [Int128] {
    Array(repeating: 0, count: store.books.accountCount)
  }

  private func isExpired(_ transaction: Transaction, at instant: Int64) -> Bool {
    guard transaction.timeoutMilliseconds > 0 else { return false }
    let end = transaction.timestamp.addingReportingOverflow(
      Int64(transaction.timeoutMilliseconds) * 1_000_000)
    return !end.overflow && end.partialValue <= instant
  }

  // MARK: Statement

  func statement(of name: String, _ folder: LedgerFolder, _ console: Console) throws {
    var store = try folder.open(console)
    let number = try number(of: name, store.books)
    let terms = store.books.register.terms[number]
    var balance: Int128 = 0
    var rows: [JSONText] = []
    func text(_ units: Int128) -> String {
      Amount(minorUnits: units, currency: terms.currency).decimalText
    }
    if !isJSON { console.print("ordinal,time,id,kind,debit,credit,balance") }
    try LedgerFolder.tell(&store) { chapter in
      for entry in chapter.entries where entry.transaction.timestamp <= at ?? .max {
        let flags = entry.transaction.flags
        for posting in entry.postings
        where Int(posting.debit) == number || Int(posting.credit) == number {
          let isDebit = Int(posting.debit) == number
          let kind =
            flags.contains(.pending) ? "pending" : flags.contains(.void) ? "void" : "posted"
          if kind == "posted" {
            balance += isDebit == (terms.normal == .debit) ? posting.amount : -posting.amount
          }
          let time = "\(Timestamp(nanoseconds: entry.transaction.timestamp))"
          let (debit, credit) = isDebit ? (text(posting.amount), "") : ("", text(posting.amount))
          if isJSON {
            rows.append(
              .object([
                ("ordinal", .count(entry.ordinal)), ("time", .text(time)),
                ("id", .text("\(entry.transaction.id)")), ("kind", .text(kind)),
                ("debit", .text(debit)), ("credit", .text(credit)),
                ("balance", .text(text(balance))),
              ]))
          } else {
            console.print(
              "\(entry.ordinal),\(time),\(entry.transaction.id),\(kind),\(debit),\(credit),"
                + text(balance))
          }
        }
      }
    }
    try close(&store)
    if isJSON {
      console.print(
        JSONText.object([
          ("account", .text(terms.name)), ("asset", .text(terms.currency.code)),
          ("balance", .text(text(balance))), ("rows", .list(rows)),
        ]).text)
    }
  }

  // MARK: Trial balance

  func trial(_ folder: LedgerFolder, _ console: Console) throws {
    var store = try folder.open(console)
    let states = try at.map { try statesAsOf($0, &store) }
    let lines =
      states.map { states in TrialBalanceLine.lines(store.books.register.terms) { states[$0] } }
      ?? store.books.trialBalance()
    let transactions = store.books.transactionCount
    try close(&store)
    let isBalanced = lines.allSatisfy(\.isBalanced)
    func text(_ sum: WideSum, _ currency: Currency) -> String {
      sum.value.map { Amount(minorUnits: $0, currency: currency).decimalText } ?? "beyond 128 bits"
    }
    if isJSON {
      let rows = lines.map { line in
        JSONText.object([
          ("asset", .text(line.currency.code)), ("debits", .text(text(line.debits, line.currency))),
          ("credits", .text(text(line.credits, line.currency))),
          ("pending_debits", .text(text(line.pendingDebits, line.currency))),
          ("pending_credits", .text(text(line.pendingCredits, line.currency))),
          ("balanced", .flag(line.isBalanced)),
        ])
      }
      console.print(
        JSONText.object([
          ("balanced", .flag(isBalanced)), ("transactions", .count(transactions)),
          ("assets", .list(rows)),
        ]).text)
    } else {
      console.print("asset,debits,credits,pending_debits,pending_credits")
      for line in lines {
        let sums = [line.debits, line.credits, line.pendingDebits, line.pendingCredits]
        console.print(
          ([line.currency.code] + sums.map { text($0, line.currency) }).joined(separator: ","))
      }
      console.print(isBalanced ? "balanced" : "NOT BALANCED")
    }
    if !isBalanced {
      throw Problem(
        "LED-022", "the books do not balance", wanted: "debits equal to credits in every asset",
        remedy: "run omni ledger scrub, and report it")
    }
  }

  // MARK: Time

  func expire(_ folder: LedgerFolder, _ console: Console) throws {
    var store = try folder.open(console)
    let instant = at ?? SystemClock().now().nanoseconds
    let count: Int
    do throws(LedgerStoreFailure) {
      count = try store.advance(to: instant)
    } catch {
      throw LedgerFolder.problem(error)
    }
    try close(&store)
    show(
      [("expired", .count(count)), ("time", .text("\(Timestamp(nanoseconds: instant))"))], console)
  }

  // MARK: Words

  private func number(of name: String, _ books: borrowing Books) throws -> Int {
    if let number = books.register.number(named: name) { return number }
    throw Self.unknownAccount(name, books)
  }

  static func unknownAccount(_ name: String, _ books: borrowing Books) -> Problem {
    Problem(
      "LED-023", "there is no account \(name)", wanted: "one of the \(books.accountCount) accounts",
      remedy: "open it with --accounts, or spell it as it was opened")
  }

  private func close(_ store: inout LedgerFolder.Store) throws {
    do throws(LedgerStoreFailure) { try store.close() } catch { throw LedgerFolder.problem(error) }
  }

  private func show(_ members: [(String, JSONText)], _ console: Console) {
    if isJSON { return console.print(JSONText.object(members).text) }
    let width = (members.map { $0.0.count }.max() ?? 0) + 2
    for (name, value) in members {
      let plain = if case .text(let text) = value { text } else { value.text }
      console.print(name + String(repeating: " ", count: width - name.count) + plain)
    }
  }
}
