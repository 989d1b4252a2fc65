import OmniLedger
import OmniMoney
import OmniPlatform
import OmniTestKit
import Testing

@Suite("BatchJudge")
struct BatchJudgeTests {
  // MARK: Properties

  @Test func `the judge and a naive model give the same verdicts, order and balances`() throws {
    for seed in UInt64(0)..<1_000 {
      var source = RandomTransactions(seed: seed, accountCount: 4 + Int(seed % 9))
      var naive = NaiveBooks()
      let run = JudgedRun(source.accounts)
      for account in source.accounts { naive.open(account) }
      for round in 0..<4 {
        let batch = source.batch(count: 1 + Int(source.random.below(40)))
        let wanted = naive.judge(batch)
        let found = run.judge(batch, SerialWorkers())
        for index in batch.indices where wanted[index] != found[index] {
          Issue.record(
            "seed \(seed) round \(round) index \(index): \(found[index]), wanted \(wanted[index])")
          return
        }
        try #require(run.order == naive.order, "seed \(seed) round \(round)")
        try #require(run.matches(naive), "seed \(seed) round \(round)")
        try #require(run.isBalanced, "seed \(seed) round \(round)")
      }
    }
  }

  @Test func `one, two and four workers give the same verdicts, digests and balances`() throws {
    let two = PoolWorkers(WorkerPool(count: 2))
    let four = PoolWorkers(WorkerPool(count: 4))
    for seed in UInt64(5_000)..<6_000 {
      var source = RandomTransactions(seed: seed, accountCount: 150)
      let runs = (
        JudgedRun(source.accounts), JudgedRun(source.accounts), JudgedRun(source.accounts)
      )
      for _ in 0..<2 {
        let batch = source.batch(count: 20 + Int(source.random.below(30)))
        let verdicts = runs.0.judge(batch, SerialWorkers())
        try #require(runs.1.judge(batch, two) == verdicts, "seed \(seed), two workers")
        try #require(runs.2.judge(batch, four) == verdicts, "seed \(seed), four workers")
      }
      try #require(runs.0.order == runs.1.order && runs.0.order == runs.2.order, "seed \(seed)")
      let digest = runs.0.books.digest
      try #require(runs.1.books.digest == digest && runs.2.books.digest == digest, "seed \(seed)")
    }
  }

  @Test func `how a series is cut into batches changes no accepted series`() throws {
    for seed in UInt64(0)..<100 {
      var source = RandomTransactions(seed: seed)
      source.faults = 0
      let series = source.batch(count: 60).filter {
        $0.flags.isDisjoint(with: [.linked, .pending, .post, .void])
      }
      let whole = JudgedRun(source.accounts)
      let parts = JudgedRun(source.accounts)
      let verdicts = whole.judge(series, SerialWorkers())
      var cut: [Verdict] = []
      var rest = series[...]
      while !rest.isEmpty {
        let count = min(rest.count, 1 + Int(source.random.below(20)))
        cut += parts.judge(Array(rest.prefix(count)), SerialWorkers())
        rest = rest.dropFirst(count)
      }
      let isSame = zip(verdicts, cut).allSatisfy { $0.isCommitted == $1.isCommitted }
      #expect(isSame, "seed \(seed)")
      #expect(whole.books.digest == parts.books.digest, "seed \(seed)")
    }
  }

  @Test func `every verdict is reached`() {
    var reached: Set<Verdict> = []
    for seed in UInt64(0)..<400 {
      var source = RandomTransactions(seed: seed)
      source.faults = 40
      let run = JudgedRun(source.accounts)
      for _ in 0..<6 { reached.formUnion(run.judge(source.batch(count: 30), SerialWorkers())) }
    }
    // What random series have no reason to hold is in the examples.
    let examples: Set<Verdict> = [
      .malformed, .digestMismatch, .signatureMissing, .badSignature, .notAuthorized,
      .existsWithDifferentSignature, .existsWithDifferentDebit, .existsWithDifferentCredit,
      .existsWithDifferentAsset, .existsWithDifferentTimeout, .existsWithDifferentLegs,
    ]
    #expect(Set(Verdict.allCases).subtracting(reached).subtracting(examples) == [])
  }
}
