import OmniCrypto
import OmniLedger
import OmniMoney
import OmniProjections
import OmniTestKit

/// A ledger's history from a seed, and what the tables have to hold after it: the slow model.
struct RandomBooks {
  /// What one frame of the ledger brings.
  struct Frame {
    var accounts: [ProjectedAccount] = []
    var transactions: [ProjectedTransaction] = []
    var expired: [TransactionID] = []
    var balances: [ProjectedBalance] = []
    var position: ProjectionPosition
  }

  static let identity: UInt128 = 0x0123_4567_89AB_CDEF_0000_0000_0000_0007

  private(set) var frames: [Frame] = []
  private(set) var accounts: [ProjectedAccount] = []
  private(set) var transactions: [ProjectedTransaction] = []
  private(set) var balances: [UInt32: ProjectedBalance] = [:]
  private var pending: [Int] = []
  private var random: SeededRandom
  private let amountMax: UInt64

  /// Makes the history of `seed`.
  init(seed: UInt64, frameCount: Int = 12, amountMax: UInt64 = 1 << 40) {
    random = SeededRandom(seed: seed)
    self.amountMax = amountMax
    for number in 1...UInt64(frameCount) { addFrame(number) }
  }

  /// The digest of the chain at the end of a frame.
  static func digest(_ frame: UInt64) -> Digest256 { SHA256.digest(of: Array("\(frame)".utf8)) }

  static func position(frame: UInt64, ordinal: UInt64) -> ProjectionPosition {
    ProjectionPosition(
      identity: identity, frame: frame, ordinal: ordinal, digest: digest(frame))
  }

  // MARK: History

  private mutating func addFrame(_ number: UInt64) {
    var frame = Frame(position: Self.position(frame: number, ordinal: 0))
    for _ in 0..<(number == 1 ? 6 : Int(random.below(2))) { frame.accounts.append(addAccount()) }
    var touched: Set<UInt32> = []
    for _ in 0..<random.below(7) {
      let item = addTransaction(number)
      frame.transactions.append(item)
      for leg in item.legs { touched.formUnion([leg.debit, leg.credit]) }
    }
    if !pending.isEmpty, random.below(4) == 0 {
      let place = pending.remove(at: Int(random.below(UInt64(pending.count))))
      transactions[place].state = .expired
      frame.expired.append(transactions[place].transaction.id)
      release(transactions[place])
      for leg in transactions[place].legs { touched.formUnion([leg.debit, leg.credit]) }
    }
    for account in pendingTouched { touched.insert(account) }
    frame.balances = touched.sorted().compactMap { balances[$0] }
    frame.position.ordinal = UInt64(transactions.count)
    frames.append(frame)
  }

  /// Accounts whose reservations were changed by a resolution.
  private var pendingTouched: Set<UInt32> = []

  private mutating func addAccount() -> ProjectedAccount {
    let number = UInt32(accounts.count)
    let currency = number.isMultiple(of: 2) ? Currency.usd : number % 3 == 0 ? .usdt : .eur
    let key = random.below(2) == 0 ? nil : Ed25519.PublicKey(Self.digest(UInt64(number)).bytes)
    let limit = random.below(2) == 0 ? nil : Int128(random.below(1 << 30))
    guard
      let terms = AccountTerms(
        name: "assets:café's \\ \(number)", currency: currency,
        normal: number % 4 < 2 ? .debit : .credit, limit: limit, publicKey: key)
    else { preconditionFailure("terms") }
    let account = ProjectedAccount(number: number, terms: terms)
    accounts.append(account)
    balances[number] = ProjectedBalance(account: number, debits: 0, credits: 0)
    return account
  }

  private mutating func addTransaction(_ frame: UInt64) -> ProjectedTransaction {
    let ordinal = UInt64(transactions.count + 1)
    var item = ProjectedTransaction(
      ordinal: ordinal, frame: frame,
      transaction: Transaction(
        id: TransactionID(low: random.next(), high: random.next()),
        sender: accounts[Int(random.below(UInt64(accounts.count)))].terms.key, legs: [],
        nonce: ordinal,
        timestamp: random.within(-4_000_000_000_000_000_000...4_600_000_000_000_000_000)),
      legs: [])
    if !transactions.isEmpty, random.below(3) == 0 {
      item.transaction.parents = [random.pick(transactions).transaction.id].sorted()
    }
    if random.below(3) == 0 { item.transaction.signature = Array(repeating: 1, count: 8) }
    switch random.below(6) {
    case 0:
      item.state = .pending
      item.transaction.flags = [.pending, .balancing]
      item.transaction.timeoutMilliseconds = UInt32(random.below(10_000))
      item.legs = makeLegs()
      reserve(item)
      pending.append(transactions.count)
    case 1 where !pending.isEmpty: resolve(&item)
    default:
      item.legs = makeLegs()
      move(item)
    }
    transactions.append(item)
    return item
  }

  private mutating func resolve(_ item: inout ProjectedTransaction) {
    let place = pending.remove(at: Int(random.below(UInt64(pending.count))))
    let isVoid = random.below(2) == 0
    let first = transactions[place]
    item.resolves = first.transaction.id
    item.transaction.parents = [first.transaction.id]
    item.transaction.flags = isVoid ? .void : .post
    transactions[place].state = isVoid ? .voided : .posted
    release(first)
    for leg in first.legs { pendingTouched.formUnion([leg.debit, leg.credit]) }
    guard !isVoid else { return }
    item.legs = first.legs.map {
      ProjectedLeg(
        debit: $0.debit, credit: $0.credit,
        amount: Int128(random.below(UInt64($0.amount) + 1)))
    }
    move(item)
  }

  private mutating func makeLegs() -> [ProjectedLeg] {
    (0...random.below(3)).compactMap { _ in
      let debit = random.pick(accounts)
      let others = accounts.filter {
        $0.number != debit.number && $0.terms.currency == debit.terms.currency
      }
      if others.isEmpty { return nil }
      return ProjectedLeg(
        debit: debit.number, credit: random.pick(others).number,
        amount: Int128(1 + random.below(amountMax)))
    }
  }

  private mutating func move(_ item: ProjectedTransaction) {
    for leg in item.legs {
      balances[leg.debit]?.debits += leg.amount
      balances[leg.credit]?.credits += leg.amount
    }
  }

  private mutating func reserve(_ item: ProjectedTransaction) {
    for leg in item.legs {
      balances[leg.debit]?.pendingDebits += leg.amount
      balances[leg.credit]?.pendingCredits += leg.amount
    }
  }

  private mutating func release(_ item: ProjectedTransaction) {
    for leg in item.legs {
      balances[leg.debit]?.pendingDebits -= leg.amount
      balances[leg.credit]?.pendingCredits -= leg.amount
    }
  }
}

// MARK: - The rows that follow

extension RandomBooks {
  /// Every table's rows in the order of its key, as text.
  var tables: [String: [[String?]]] {
    let touched = Set(frames.flatMap(\.balances).map(\.account))
    return [
      "accounts": accounts.map { account in
        [
          "\(account.number)", "\(Int64(bitPattern: account.terms.key.value))", account.terms.name,
          account.terms.currency.code, "\(account.terms.currency.minorDigits)",
          "\(account.terms.normal)", account.terms.limit.map { "\($0)" },
          account.terms.publicKey?.hexadecimal,
        ]
      },
      "transactions": transactions.map(row),
      "legs": transactions.flatMap { item in
        item.legs.enumerated().map {
          ["\(item.ordinal)", "\($0)", "\($1.debit)", "\($1.credit)", "\($1.amount)"]
        }
      },
      "parents": transactions.flatMap { item in
        item.transaction.parents.enumerated().map { ["\(item.ordinal)", "\($0)", "\($1)"] }
      },
      "balances": balances.values.filter { touched.contains($0.account) }
        .sorted { $0.account < $1.account }.map { balance in
          [
            "\(balance.account)", "\(balance.debits)", "\(balance.credits)",
            "\(balance.pendingDebits)", "\(balance.pendingCredits)",
            "\(balance.debits - balance.credits)",
          ]
        },
      "position": [
        [
          "1", "1", "\(TransactionID(Self.identity))", "\(frames.count)", "\(transactions.count)",
          "\(Self.digest(UInt64(frames.count)))",
        ]
      ],
    ]
  }

  private func row(_ item: ProjectedTransaction) -> [String?] {
    let ordered = item.transaction
    return [
      "\(item.ordinal)", "\(item.frame)", "\(ordered.id)",
      "\(Int64(bitPattern: ordered.sender.value))", "\(ordered.nonce)", "\(item.state)",
      "\(ordered.flags)", "\(ordered.timestamp)", "\(ordered.timeoutMilliseconds)",
      ordered.signature == nil ? "0" : "1", item.resolves.map { "\($0)" },
    ]
  }

  /// The statement of every account: ordinal, place, account, counterpart, debit, credit, balance.
  var statement: [[String?]] {
    var running: [UInt32: Int128] = [:]
    var rows: [[String?]] = []
    for item in transactions where item.state == .committed {
      for (place, leg) in item.legs.enumerated() {
        for isDebit in [true, false] {
          let (account, other) = isDebit ? (leg.debit, leg.credit) : (leg.credit, leg.debit)
          let terms = accounts[Int(account)].terms
          let adds = (terms.normal == .debit) == isDebit
          running[account, default: 0] += adds ? leg.amount : -leg.amount
          let (amount, digits) = (leg.amount, terms.currency.minorDigits)
          rows.append([
            "\(item.ordinal)", "\(place)", "\(account)", "\(other)",
            isDebit ? Self.decimal(amount, digits) : nil,
            isDebit ? nil : Self.decimal(amount, digits),
            Self.decimal(running[account] ?? 0, digits),
          ])
        }
      }
    }
    return rows
  }

  /// Minor units as a decimal, by division.
  static func decimal(_ amount: Int128, _ digits: UInt8) -> String {
    var scale: UInt128 = 1
    for _ in 0..<digits { scale *= 10 }
    let (whole, rest) = amount.magnitude.quotientAndRemainder(dividingBy: scale)
    let fraction = "\(rest)"
    let zeros = String(repeating: "0", count: Int(digits) - (digits == 0 ? 0 : fraction.count))
    return (amount < 0 ? "-" : "") + "\(whole)" + (digits == 0 ? "" : ".\(zeros)\(fraction)")
  }
}
