import OmniEncoding
package import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniTestKit
package import OmniWriteAheadLog

/// A ledger on a simulated disk that dies, tears, loses, fails and turns bits, from one seed.
///
/// Beside it runs a naive model that knows no disk. After every batch both must have said the same,
/// and after every fault the ledger must be what the model was: before the batch that was under way
/// or after it, and nothing else; every acknowledged batch is in.
package struct LedgerSimulation {
  /// A mistake that is planted, to see that it is found.
  package enum Sabotage: Sendable, Equatable {
    case log(LogSabotage)
    case ledger(LedgerSabotage)

    /// All of them.
    package static var all: [Sabotage] {
      LogSabotage.allCases.map { .log($0) } + LedgerSabotage.allCases.map { .ledger($0) }
    }
  }

  /// What a run did.
  package struct Report: Sendable, Equatable {
    /// How many batches were committed.
    package internal(set) var batches = 0
    /// How many transactions were accepted.
    package internal(set) var accepted = 0
    /// How often the ledger was opened again after a fault.
    package internal(set) var recoveries = 0
    /// How many checks held.
    package internal(set) var checks: UInt64 = 0
    /// The digest of the books at the end.
    package internal(set) var digest = ""
  }

  private typealias Store = LedgerStore<SimulatedDiskHandle>

  private var random: SeededRandom
  private var source: RandomTransactions
  private var model = NaiveBooks()
  private var checks: Checks
  private var report = Report()
  private var disk: SimulatedDisk
  private let sabotage: Sabotage?
  private let snapshotBytes: Int
  private let segmentBytes: Int

  private init(_ seed: UInt64, _ sabotage: Sabotage?) {
    random = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 17)
    source = RandomTransactions(seed: seed, accountCount: 4 + Int(seed % 8))
    checks = Checks(seed: seed)
    disk = SimulatedDisk(seed: seed)
    self.sabotage = sabotage
    snapshotBytes = random.below(2) == 0 ? 12_000 : .max / 2
    segmentBytes = random.below(2) == 0 ? 16 << 10 : 32 << 10
  }

  /// Runs one seed.
  package static func run(
    seed: UInt64, sabotage: Sabotage? = nil
  ) throws(SimulationFailure) -> Report {
    var simulation = Self(seed, sabotage)
    try simulation.run()
    simulation.report.checks = simulation.checks.count
    return simulation.report
  }

  private func configuration() throws(SimulationFailure) -> LedgerConfiguration {
    do throws(LogFailure) {
      var log = try LogConfiguration(segmentBytes: segmentBytes)
      var configuration = LedgerConfiguration(log: log, batchCount: 40)
      switch sabotage {
      case .log(let mistake): log.sabotage = mistake
      case .ledger(let mistake): configuration.sabotage = mistake
      case nil: break
      }
      configuration.log = log
      configuration.snapshotBytes = snapshotBytes
      configuration.closingSnapshotBytes = snapshotBytes
      return configuration
    } catch {
      throw checks.failure("a configuration", found: "\(error)")
    }
  }

  // MARK: The run

  private mutating func run() throws(SimulationFailure) {
    var store = try create()
    for round in 0..<14 {
      if random.below(3) == 0 { plantFault() }
      let batch = source.batch(count: 1 + Int(random.below(30)))
      var after = model
      let wanted = after.judge(batch)
      do throws(LedgerStoreFailure) {
        try commit(batch, &store)
      } catch {
        store = try recover(after, because: error)
        continue
      }
      let found = batch.indices.map { store.verdict($0) }
      let told = difference(found, wanted, round)
      try checks.require(found == wanted, "the model's verdicts", found: told)
      model = after
      report.batches += 1
      report.accepted += store.acceptedCount
      try compare(store.books)
      if random.below(4) == 0 { store = try reopen(store) }
    }
    disk.powerFailsAt = nil
    disk.failsSynchronize = nil
    do throws(LedgerStoreFailure) {
      try store.close()
    } catch {
      store = try recover(model, because: error)
      do throws(LedgerStoreFailure) { try store.close() } catch {
        throw checks.failure("a ledger that closes", found: "\(error)")
      }
    }
    try finish()
  }

  private func difference(_ found: [Verdict], _ wanted: [Verdict], _ round: Int) -> String {
    guard let index = found.indices.first(where: { found[$0] != wanted[$0] }) else { return "" }
    return
      "round \(round), transaction \(index): \(found[index].code), wanted \(wanted[index].code)"
  }

  private mutating func create() throws(SimulationFailure) -> Store {
    do throws(LedgerStoreFailure) {
      var store = try Store.create(
        on: SimulatedDiskHandle(disk), identity: LogIdentity(42),
        configuration: try plain { () throws(SimulationFailure) in try configuration() })
      try store.open(source.accounts)
      for account in source.accounts { model.open(account) }
      return store
    } catch {
      throw checks.failure("a new ledger", found: "\(error)")
    }
  }

  /// Calls `body` where only a ledger's failures are expected.
  private func plain<Result>(
    _ body: () throws(SimulationFailure) -> Result
  ) throws(LedgerStoreFailure) -> Result {
    do throws(SimulationFailure) { return try body() } catch { throw .unusable }
  }

  private func commit(
    _ transactions: [Transaction], _ store: inout Store
  ) throws(LedgerStoreFailure) {
    var batch = TransactionBatch(capacity: 40)
    for transaction in transactions { batch.append(transaction) }
    try store.commit(batch, workers: SerialWorkers())
  }

  private mutating func plantFault() {
    switch random.below(3) {
    case 0, 1: disk.powerFailsAt = disk.operationCount + 1 + Int(random.below(12))
    default: disk.failsSynchronize = disk.synchronizeCount + 1 + Int(random.below(3))
    }
  }

  private mutating func compare(_ books: borrowing Books) throws(SimulationFailure) {
    try checks.require(
      model.agrees(with: books), "the model's balances",
      found: "other balances after \(books.transactionCount) transactions")
    try checks.require(
      books.trialBalance().allSatisfy(\.isBalanced), "debits equal to credits",
      found: "books that do not balance")
  }

  // MARK: Faults

  /// Opens what the disk holds after a fault: the model before the batch, or after it.
  private mutating func recover(
    _ after: NaiveBooks, because: LedgerStoreFailure
  ) throws(SimulationFailure) -> Store {
    let isPower = disk.isDead
    try checks.require(
      isPower || disk.failsSynchronize != nil, "no failure without a fault", found: "\(because)")
    disk =
      random.below(2) == 0 && isPower
      ? disk.afterKill(seed: random.next()) : disk.afterPowerLoss(seed: random.next())
    report.recoveries += 1
    let store = try open()
    if !model.agrees(with: store.books) {
      var later = after
      later.expire()
      let isAfter = after.agrees(with: store.books)
      let told =
        "\(store.books.transactionCount) transactions, where \(model.order.count) were "
        + "acknowledged and \(after.order.count) are possible"
      try checks.require(isAfter, "the books before the batch or after it", found: told)
      model = after
    }
    try compare(store.books)
    return store
  }

  private func open() throws(SimulationFailure) -> Store {
    do throws(LedgerStoreFailure) { return try openOnce() } catch {
      throw checks.failure("a ledger that opens", found: "\(error)")
    }
  }

  private func openOnce() throws(LedgerStoreFailure) -> Store {
    let store = try Store.open(
      SimulatedDiskHandle(disk),
      configuration: try plain { () throws(SimulationFailure) in try configuration() })
    if let damage = store.findings.first { throw .log(.corrupt(damage)) }
    return store
  }

  private mutating func reopen(_ store: consuming Store) throws(SimulationFailure) -> Store {
    var store = store
    do throws(LedgerStoreFailure) {
      try store.close()
    } catch {
      return try recover(model, because: error)
    }
    do throws(LedgerStoreFailure) {
      let again = try openOnce()
      try plainCompare(again.books)
      return again
    } catch {
      // The fault may come while the ledger is opened.
      return try recover(model, because: error)
    }
  }

  private mutating func plainCompare(_ books: borrowing Books) throws(LedgerStoreFailure) {
    do throws(SimulationFailure) {
      try compare(books)
    } catch {
      throw .senseless(frame: 0, what: error.found)
    }
  }

  // MARK: The end

  private mutating func finish() throws(SimulationFailure) {
    do throws(LogFailure) {
      let scrub = try WriteAheadLog.scrub(SimulatedDiskHandle(disk))
      try plainCheck(scrub.isClean, "a clean scrub", "\(scrub.damages.first.map { "\($0)" } ?? "")")
    } catch {
      throw checks.failure("a clean scrub", found: "\(error)")
    }
    let copy = disk.afterKill(seed: 1)
    let store = try open()
    try compare(store.books)
    report.digest = "\(store.books.digest)"
    disk = copy
    if random.below(2) == 0 { try turnBit() }
  }

  private mutating func plainCheck(
    _ isSo: Bool, _ check: String, _ found: String
  ) throws(LogFailure) {
    do throws(SimulationFailure) {
      try checks.require(isSo, check, found: found)
    } catch {
      throw .corrupt(Damage(file: "", offset: 0, what: found))
    }
  }

  /// A bit of a frame turns: opening says so if it needs the frame, and scrubbing always does.
  private mutating func turnBit() throws(SimulationFailure) {
    let names = disk.fileNames.filter { $0.hasSuffix(".log") }
    let name = names[Int(random.below(UInt64(names.count)))]
    let content = disk.content(of: name) ?? []
    let used = content.indices.filter { $0 >= 4_096 && content[$0] != 0 }
    guard !used.isEmpty else { return }
    let offset = used[Int(random.below(UInt64(used.count)))]
    disk.flip(UInt8(1 << random.below(8)), of: name, at: offset)
    let scrub: ScrubReport
    do throws(LogFailure) {
      scrub = try WriteAheadLog.scrub(SimulatedDiskHandle(disk.afterKill(seed: 2)))
    } catch {
      throw checks.failure("a scrub", found: "\(error)")
    }
    try checks.require(
      scrub.damages.contains { $0.file == name && $0.offset == offset },
      "the turned bit at \(name), offset \(offset)", found: "\(scrub.damages)")
    guard snapshotBytes > 1 << 30 else { return }
    do throws(LedgerStoreFailure) {
      _ = try Store.open(
        SimulatedDiskHandle(disk),
        configuration: try plain { () throws(SimulationFailure) in try configuration() })
    } catch {
      if case .log(.corrupt) = error { return }
      throw checks.failure("a refusal with the damaged place", found: "\(error)")
    }
    throw checks.failure("a refusal with the damaged place", found: "a ledger that opens")
  }
}
