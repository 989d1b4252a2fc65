import OmniCrypto
import OmniLedger
import OmniMoney
import Testing

@Suite("BatchJudge: content")
struct BatchJudgeContentTests {
  private let run = JudgedRun(Bank.all)

  @Test func `a transfer moves the amount from one account to the other`() {
    let deposit = Bank.transaction(1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.alice, 700))

    #expect(run.judge(deposit) == [.accepted])
    #expect(balance(Bank.cash) == 700)
    #expect(balance(Bank.alice) == 700)
  }

  @Test func `what is wrong in a transaction by itself has a verdict of its own`() {
    let good = Bank.transaction(1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.alice, 700))
    var cases: [(Verdict, Transaction)] = []
    func add(_ verdict: Verdict, _ change: (inout Transaction) -> Void) {
      var bad = good
      change(&bad)
      cases.append((verdict, bad))
    }
    add(.idInvalid) { $0.id = TransactionID(0) }
    add(.idInvalid) { $0.id = TransactionID(.max) }
    add(.legsMissing) { $0.legs = [] }
    add(.amountNotPositive) { $0.legs[0].amount = 0 }
    add(.amountNotPositive) { $0.legs[0].amount = -5 }
    add(.overflow) { $0.legs[0].amount = AccountState.sumMax + 1 }
    add(.overflow) { $0.legs[0].amount = .max }
    add(.sameAccount) { $0.legs[0].credit = $0.legs[0].debit }
    add(.unknownAccount) { $0.legs[0].debit = AccountKey(name: "nobody") }
    add(.unknownAccount) { $0.legs[0].credit = AccountKey(name: "nobody") }
    add(.unknownAccount) { $0.sender = AccountKey(name: "nobody") }
    add(.assetMismatch) { $0.legs[0].credit = Bank.euro.key }
    add(.assetMismatch) { $0.legs[0].asset = Currency.eur.packedCode }
    add(.assetMismatch) { $0.legs[0].digits = 3 }
    add(.timeoutWithoutPending) { $0.timeoutMilliseconds = 1 }
    add(.flagsConflict) { $0.flags = [.pending, .post] }
    add(.flagsConflict) { $0.flags = [.post, .void] }
    add(.flagsConflict) { $0.flags = [.post, .balancing] }
    add(.flagsConflict) { $0.flags = [.void, .closingDebit] }
    add(.flagsConflict) { $0.flags = [.pending, .imported] }
    add(.malformed) { $0.flags = TransactionFlags(rawValue: 1 << 9) }
    add(.parentsUnordered) { $0.parents = [TransactionID(9), TransactionID(8)] }
    add(.parentsUnordered) { $0.parents = [TransactionID(9), TransactionID(9)] }
    add(.cycle) { $0.parents = [$0.id] }
    add(.parentUnknown) { $0.parents = [TransactionID(77)] }
    add(.nonceGap) { $0.nonce = 2 }
    add(.nonceConflict) { $0.nonce = 0 }
    add(.badSignature) { $0.signature = Array(repeating: 7, count: 8) }
    for (verdict, bad) in cases {
      #expect(run.judge(bad) == [verdict], "\(bad)")
    }
    #expect(run.books.transactionCount == 0)
    #expect(run.judge(good) == [.accepted])
  }

  @Test func `a header that contradicts its tail is malformed`() {
    let good = Bank.transaction(
      1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.alice, 7), Bank.leg(Bank.cash, Bank.bob, 8))
    let changes: [(Verdict, (inout TransactionHeader) -> Void)] = [
      (.malformed, { $0.version = 2 }), (.malformed, { $0.reserved = 1 }),
      (.malformed, { $0.legCount = 3 }), (.malformed, { $0.legCount = 17 }),
      (.malformed, { $0.parentCount = 1 }), (.malformed, { $0.parentCount = 65 }),
      (.malformed, { $0.signatureCount = 1 }), (.malformed, { $0.signatureCount = 2 }),
      (.digestMismatch, { $0.parentsDigest[2] = 1 }),
    ]
    for (verdict, change) in changes {
      var batch = TransactionBatch(capacity: 1)
      for leg in good.legs.dropFirst() { batch.putTail(leg) }
      var header = good.header
      change(&header)
      batch.append(header, origin: 1)
      run.judge.judge(batch, into: &run.books, archive: &run.archive, workers: SerialWorkers())
      #expect(run.judge.verdict(0) == verdict)
    }
  }

  @Test func `a digest that is not the parents' is refused`() {
    #expect(
      run.judge(Bank.transaction(1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.bob, 8))) == [.accepted])
    let child = Bank.transaction(2, Bank.cash, 2, Bank.leg(Bank.cash, Bank.bob, 8)).with(parents: 1)
    var batch = TransactionBatch(capacity: 1)
    batch.putTail(TransactionID(1))
    var header = child.header
    header.parentsDigest[0] ^= 1
    batch.append(header, origin: 1)

    run.judge.judge(batch, into: &run.books, archive: &run.archive, workers: SerialWorkers())

    #expect(run.judge.verdict(0) == .digestMismatch)
    #expect(run.judge(child) == [.accepted])
  }

  // MARK: Signatures

  @Test func `an account with a key takes only what its owner has signed`() throws {
    let secret = try #require(Ed25519.SecretKey(seed: Array(repeating: 7, count: 32)))
    let owner = Bank.terms("owner", .credit, publicKey: secret.publicKey)
    let run = JudgedRun(Bank.all + [owner])
    let unsigned = Bank.transaction(1, owner, 1, Bank.leg(owner, Bank.bob, 100))
    var signed = unsigned
    signed.sign(with: secret)
    var foreign = unsigned
    foreign.sign(with: try #require(Ed25519.SecretKey(seed: Array(repeating: 8, count: 32))))
    var changed = signed
    changed.legs[0].amount = 101

    #expect(run.judge(unsigned) == [.signatureMissing])
    #expect(run.judge(foreign) == [.badSignature])
    #expect(run.judge(changed) == [.badSignature])
    #expect(run.judge(signed) == [.accepted])
    #expect(run.judge(signed) == [.exists])
    #expect(run.judge(foreign) == [.existsWithDifferentSignature])
  }

  @Test func `nobody else takes from an account with a key, and everybody may pay in`() throws {
    let secret = try #require(Ed25519.SecretKey(seed: Array(repeating: 7, count: 32)))
    let owner = Bank.terms("owner", .credit, publicKey: secret.publicKey)
    let run = JudgedRun(Bank.all + [owner])

    let theft = Bank.transaction(1, Bank.carol, 1, Bank.leg(owner, Bank.carol, 100))
    let gift = Bank.transaction(2, Bank.carol, 1, Bank.leg(Bank.carol, owner, 100))

    #expect(run.judge(theft) == [.notAuthorized])
    #expect(run.judge(gift) == [.accepted])
  }

  // MARK: Sent twice

  @Test func `the first field that differs is named`() {
    let first = Bank.transaction(
      1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.carol, 7), Bank.leg(Bank.cash, Bank.bob, 8))
    #expect(run.judge(first) == [.accepted])
    var cases: [(Verdict, Transaction)] = []
    func add(_ verdict: Verdict, _ change: (inout Transaction) -> Void) {
      var other = first
      change(&other)
      cases.append((verdict, other))
    }
    add(.exists) { _ in }
    add(.existsWithDifferentSender) { $0.sender = Bank.bob.key }
    add(.existsWithDifferentLegs) { $0.legs.removeLast() }
    add(.existsWithDifferentDebit) { $0.legs[1].debit = Bank.carol.key }
    add(.existsWithDifferentCredit) { $0.legs[0].credit = Bank.alice.key }
    add(.existsWithDifferentAmount) { $0.legs[1].amount = 9 }
    add(.existsWithDifferentAsset) { $0.legs[0].asset = Currency.eur.packedCode }
    add(.existsWithDifferentNonce) { $0.nonce = 2 }
    add(.existsWithDifferentParents) { $0.parents = [TransactionID(1)] }
    add(.existsWithDifferentFlags) { $0.flags = [.imported] }
    add(.existsWithDifferentTimeout) { $0.timeoutMilliseconds = 5 }
    add(.existsWithDifferentTimestamp) { $0.timestamp += 1 }
    add(.existsWithDifferentSignature) { $0.signature = Array(repeating: 1, count: 8) }
    for (verdict, other) in cases { #expect(run.judge(other) == [verdict]) }
    #expect(run.books.transactionCount == 1)
  }

  @Test func `a double in one batch gets the first one's answer`() {
    let poor = Bank.transaction(1, Bank.alice, 1, Bank.leg(Bank.alice, Bank.bob, 7))
    let rich = Bank.transaction(2, Bank.cash, 1, Bank.leg(Bank.cash, Bank.bob, 7))

    let wanted: [Verdict] = [.insufficientFunds, .accepted, .insufficientFunds, .exists]
    #expect(run.judge(poor, rich, poor, rich) == wanted)
  }

  private func balance(_ account: AccountTerms) -> Int128? {
    run.books.register.number(named: account.name).map {
      run.books.account($0).balance(account.normal)
    }
  }
}
