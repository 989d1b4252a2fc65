import OmniLedger
import Testing

@Suite("BatchJudge: graph")
struct BatchJudgeGraphTests {
  private let run = JudgedRun(Bank.all)

  private func pay(
    _ id: UInt64, _ sender: AccountTerms, _ nonce: UInt64, _ amount: Int128 = 10
  ) -> Transaction {
    Bank.transaction(id, sender, nonce, Bank.leg(sender, Bank.cash, amount))
  }

  @Test func `a child that arrives before its parent is applied after it`() {
    let child = pay(2, Bank.bob, 1).with(parents: 1)
    let parent = pay(1, Bank.carol, 1)

    #expect(run.judge(child, parent) == [.accepted, .accepted])
    #expect(run.order == [TransactionID(1), TransactionID(2)])
  }

  @Test func `nonces that arrive out of order are put in order`() {
    #expect(
      run.judge(pay(3, Bank.carol, 3), pay(1, Bank.carol, 1), pay(2, Bank.carol, 2))
        == [.accepted, .accepted, .accepted])
    #expect(run.order.map(\.low) == [1, 2, 3])
  }

  @Test func `of two with the same nonce the first arrival wins`() {
    #expect(run.judge(pay(9, Bank.carol, 1), pay(1, Bank.carol, 1)) == [.accepted, .nonceConflict])
    #expect(run.judge(pay(2, Bank.carol, 1)) == [.nonceConflict])
  }

  @Test func `a gap refuses everything behind it`() {
    #expect(
      run.judge(pay(1, Bank.carol, 1), pay(3, Bank.carol, 3), pay(4, Bank.carol, 4))
        == [.accepted, .nonceGap, .nonceGap])
  }

  @Test func `a refused transaction takes its descendants with it, and its sender's series`() {
    let poor = pay(1, Bank.alice, 1)
    let child = pay(2, Bank.carol, 1).with(parents: 1)
    let grandchild = pay(3, Bank.bob, 1).with(parents: 2)
    let later = pay(4, Bank.alice, 2)

    #expect(
      run.judge(poor, child, grandchild, later)
        == [.insufficientFunds, .parentRejected, .parentRejected, .nonceGap])
  }

  @Test func `a cycle is told from what merely hangs on it`() {
    let one = pay(1, Bank.carol, 1).with(parents: 2)
    let two = pay(2, Bank.bob, 1).with(parents: 1)
    let three = Bank.transaction(3, Bank.cash, 1, Bank.leg(Bank.cash, Bank.carol, 1))
      .with(parents: 2)

    #expect(run.judge(one, two, three) == [.cycle, .cycle, .parentRejected])
  }

  @Test func `a cycle through a sender's series is one`() {
    let second = pay(2, Bank.carol, 2)
    let first = pay(1, Bank.carol, 1).with(parents: 2)

    #expect(run.judge(second, first) == [.cycle, .cycle])
  }

  @Test func `a long chain is no trouble`() {
    var chain: [Transaction] = []
    for number in UInt64(1)...250 {
      let parent = number == 1 ? 250 : number - 1
      chain.append(pay(number, Bank.carol, number).with(parents: parent))
    }
    #expect(run.judge(chain, SerialWorkers()) == Array(repeating: .cycle, count: 250))
  }

  // MARK: Linked groups

  @Test func `a linked group stands or falls as one`() {
    let first = pay(1, Bank.carol, 1).with(.linked)
    let second = pay(2, Bank.bob, 1, 400).with(.linked)
    let poor = pay(3, Bank.alice, 1)
    let alone = Bank.transaction(4, Bank.cash, 1, Bank.leg(Bank.cash, Bank.bob, 400))

    #expect(
      run.judge(first, second, poor, alone)
        == [.linkedFailed, .linkedFailed, .insufficientFunds, .accepted])
    #expect(run.judge(first, second.with(.linked)) == [.linkedOpen, .linkedOpen])
  }

  @Test func `money that a group brings in can leave in the same group`() {
    let deposit = Bank.transaction(1, Bank.cash, 1, Bank.leg(Bank.cash, Bank.alice, 50))
      .with(.linked)
    let spend = pay(2, Bank.alice, 1, 50)

    #expect(run.judge(deposit, spend) == [.accepted, .accepted])
  }

  @Test func `a group that waits for itself is a cycle`() {
    let first = pay(1, Bank.carol, 1).with(.linked, parents: 2)
    let second = pay(2, Bank.bob, 1)

    #expect(run.judge(first, second) == [.cycle, .cycle])
  }

  @Test func `a group that is sent again exists`() {
    let first = pay(1, Bank.carol, 1).with(.linked)
    let second = pay(2, Bank.bob, 1)

    #expect(run.judge(first, second) == [.accepted, .accepted])
    #expect(run.judge(first, second) == [.exists, .exists])
  }
}
