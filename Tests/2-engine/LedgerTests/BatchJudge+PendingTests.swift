import OmniLedger
import OmniMoney
import Testing

@Suite("BatchJudge: books")
struct BatchJudgePendingTests {
  private let run = JudgedRun(Bank.all)

  private func state(_ account: AccountTerms) -> AccountState {
    run.books.account(run.books.register.number(named: account.name) ?? -1)
  }

  private func hold(_ id: UInt64, _ nonce: UInt64, _ amount: Int128) -> Transaction {
    Bank.transaction(id, Bank.bob, nonce, Bank.leg(Bank.bob, Bank.carol, amount)).with(.pending)
  }

  private func resolve(
    _ id: UInt64, _ flags: TransactionFlags, of pending: UInt64, nonce: UInt64,
    _ legs: TransferLeg...
  ) -> Transaction {
    var resolution = Bank.transaction(id, Bank.carol, nonce).with(flags, parents: pending)
    resolution.legs = legs
    return resolution
  }

  @Test func `a pending transaction reserves, a post moves, a void gives back`() {
    #expect(
      run.judge(hold(1, 1, 300), hold(2, 2, 200), hold(3, 3, 1))
        == [.accepted, .accepted, .insufficientFunds])
    #expect(state(Bank.bob).pendingDebits == 500)

    #expect(
      run.judge(resolve(11, .post, of: 1, nonce: 1), resolve(12, .void, of: 2, nonce: 2))
        == [.accepted, .accepted])
    #expect(state(Bank.bob).debits == 300)
    #expect(state(Bank.bob).pendingDebits == 0)
    #expect(state(Bank.carol).credits == 300)
    #expect(state(Bank.carol).pendingCredits == 0)
  }

  @Test func `a partial post gives the rest back`() {
    #expect(run.judge(hold(1, 1, 300)) == [.accepted])
    #expect(
      run.judge(resolve(2, .post, of: 1, nonce: 1, Bank.leg(Bank.bob, Bank.carol, 301)))
        == [.pendingExceeded])
    #expect(
      run.judge(resolve(3, .post, of: 1, nonce: 1, Bank.leg(Bank.bob, Bank.cash, 100)))
        == [.pendingMismatch])
    #expect(
      run.judge(resolve(4, .post, of: 1, nonce: 1, Bank.leg(Bank.bob, Bank.carol, 100)))
        == [.accepted])
    #expect(state(Bank.bob).debits == 100)
    #expect(state(Bank.bob).pendingDebits == 0)
  }

  @Test func `what is resolved cannot be resolved again`() {
    #expect(
      run.judge(hold(1, 1, 1), hold(2, 2, 1), resolve(3, .post, of: 1, nonce: 1))
        == [.accepted, .accepted, .accepted])
    #expect(run.judge(resolve(4, .void, of: 1, nonce: 2)) == [.pendingPosted])
    #expect(run.judge(resolve(5, .void, of: 2, nonce: 2)) == [.accepted])
    #expect(run.judge(resolve(6, .post, of: 2, nonce: 3)) == [.pendingVoided])
    #expect(run.judge(resolve(7, .post, of: 3, nonce: 3)) == [.pendingMissing])
    #expect(
      run.judge(resolve(8, .post, of: 1, nonce: 3).with(.post, parents: 1, 2))
        == [.pendingAmbiguous])
  }

  @Test func `a pending transaction expires by the ledger's own time`() {
    let short = hold(1, 1, 300).with(.pending, timeout: 5_000)
    #expect(run.judge(short) == [.accepted])
    // Six seconds after it, its time has run out, whether or not the books have noticed.
    #expect(run.judge(resolve(7, .post, of: 1, nonce: 1)) == [.pendingExpired])
    #expect(state(Bank.bob).pendingDebits == 300)

    #expect(run.books.advance(to: 5_999_999_999) == [])
    #expect(run.books.advance(to: 6_000_000_000) == [0])
    #expect(state(Bank.bob).pendingDebits == 0)
    #expect(state(Bank.carol).pendingCredits == 0)
    #expect(run.books.pendingState(at: 0) == .expired)
    #expect(run.judge(resolve(2, .post, of: 1, nonce: 1)) == [.pendingExpired])
  }

  @Test func `an imported transaction does not move the ledger's time on`() {
    let old = Bank.transaction(9, Bank.carol, 1, Bank.leg(Bank.carol, Bank.cash, 1))
    #expect(run.judge(old.with(.imported)) == [.accepted])
    #expect(run.books.time == .min)
  }

  // MARK: Limits

  @Test func `a limit is what the balance may be below zero, to the unit`() {
    let most = Bank.transaction(1, Bank.bob, 1, Bank.leg(Bank.bob, Bank.carol, 500))
    let more = Bank.transaction(2, Bank.bob, 2, Bank.leg(Bank.bob, Bank.carol, 1))
    #expect(run.judge(most, more) == [.accepted, .insufficientFunds])
  }

  @Test func `a balancing transaction moves what the limits allow`() {
    let all = Bank.transaction(1, Bank.bob, 1, Bank.leg(Bank.bob, Bank.carol, 9_999))
      .with(.balancing)
    let again = Bank.transaction(2, Bank.bob, 2, Bank.leg(Bank.bob, Bank.carol, 1))
      .with(.balancing)
    #expect(run.judge(all, again) == [.accepted, .insufficientFunds])
    #expect(state(Bank.bob).debits == 500)
    #expect(state(Bank.carol).credits == 500)
  }

  @Test func `the legs of a transaction count together`() {
    let through = Bank.transaction(
      1, Bank.carol, 1, Bank.leg(Bank.alice, Bank.carol, 70), Bank.leg(Bank.cash, Bank.alice, 70))
    #expect(run.judge(through) == [.accepted])
    let short = Bank.transaction(
      2, Bank.carol, 2, Bank.leg(Bank.alice, Bank.carol, 70), Bank.leg(Bank.cash, Bank.alice, 69))
    let before = run.books.digest
    #expect(run.judge(short) == [.insufficientFunds])
    #expect(run.books.digest == before)
  }

  @Test func `a sum that leaves its range is refused whole`() {
    let most = Bank.transaction(
      1, Bank.carol, 1, Bank.leg(Bank.carol, Bank.cash, AccountState.sumMax))
    let more = Bank.transaction(
      2, Bank.carol, 2, Bank.leg(Bank.cash, Bank.bob, 1), Bank.leg(Bank.carol, Bank.cash, 1))
    #expect(run.judge(most) == [.accepted])
    let before = run.books.digest
    #expect(run.judge(more) == [.overflow])
    #expect(run.books.digest == before)
  }

  // MARK: Closing

  @Test func `a closed account takes nothing more`() {
    let close = Bank.transaction(1, Bank.carol, 1, Bank.leg(Bank.carol, Bank.cash, 1))
      .with(.closingDebit)
    let late = Bank.transaction(2, Bank.bob, 1, Bank.leg(Bank.bob, Bank.carol, 1))
    #expect(run.judge(close, late) == [.accepted, .accountClosed])
  }

  @Test func `voiding what closed an account opens it again`() {
    let close = Bank.transaction(1, Bank.carol, 1, Bank.leg(Bank.carol, Bank.cash, 1))
      .with([.pending, .closingDebit])
    let late = Bank.transaction(2, Bank.bob, 1, Bank.leg(Bank.bob, Bank.carol, 1))
    let reopen = Bank.transaction(3, Bank.cash, 1).with(.void, parents: 1)
    #expect(run.judge(close, late) == [.accepted, .accountClosed])
    #expect(run.judge(reopen, late) == [.accepted, .accepted])
  }
}
