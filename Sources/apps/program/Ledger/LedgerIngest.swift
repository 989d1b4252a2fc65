import OmniConfiguration
import OmniCrypto
import OmniDataProviders
import OmniIngestion
import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniPlatform
import OmniProof
import OmniProofKeeping
import OmniWriteAheadLog

/// `omni ledger ingest` and `omni ledger validate`.
struct LedgerIngest {
  private let input: String
  private let arguments: Arguments
  private let isRehearsal: Bool
  private let batchCount: Int
  private let workerCount: Int

  init(_ input: String, _ arguments: Arguments, isRehearsal: Bool = false) throws {
    self.input = input
    self.arguments = arguments
    self.isRehearsal = isRehearsal
    batchCount =
      try arguments.integer("--batch", in: 1...100_000) ?? TransactionBatch.capacityStandard
    workerCount =
      try arguments.integer("--workers", in: 1...WorkerPool.countMax) ?? Machine.coreCount
  }

  /// What a run has counted.
  struct Totals: ~Copyable {
    var verdicts: [Verdict: UInt64] = [:]
    var digest = DigestSink()
    var opened = 0
  }

  func run(_ folder: LedgerFolder, _ console: Console) throws {
    if isRehearsal && !folder.exists {
      var store = try inMemory()
      try ingest(&store, console) { _ in nil }
      return
    }
    var store = try folder.open(batch: batchCount, console)
    let isProven = !isRehearsal && !arguments.has("--no-proof")
    let keeper = try ingest(&store, console) { store in
      guard isProven else { return nil }
      return try folder.keepProof(
        &store, origin: arguments.value("--origin"), key: arguments.value("--signing-key"), console)
    }
    if isRehearsal { return }
    var failure: ProofFailure?
    do throws(ProofFailure) { try keeper?.finish(&store) } catch { failure = error }
    try LedgerFolder.wrapped { try store.close() }
    // The ledger has everything; what could not be signed is caught up with the next time.
    if let failure { throw LedgerFolder.problem(failure) }
  }

  /// An empty ledger that no disk sees.
  private func inMemory() throws -> LedgerStore<SimulatedDiskHandle> {
    let disk = SimulatedDiskHandle(SimulatedDisk(seed: 0))
    do {
      let log = try LogConfiguration(segmentBytes: 16_384)
      return try LedgerStore.create(
        on: disk, identity: LogIdentity(1),
        configuration: LedgerConfiguration(log: log, batchCount: batchCount))
    } catch let error as LedgerStoreFailure {
      throw LedgerFolder.problem(error)
    }
  }

  /// Takes everything in.
  ///
  /// - Parameter begin: Is called when all that was asked for can be read, before anything is written.
  @discardableResult
  private func ingest<Disk: LogDisk & ~Copyable>(
    _ store: inout LedgerStore<Disk>, _ console: Console,
    begin: (inout LedgerStore<Disk>) throws -> ProofKeeper<DirectoryDisk>?
  ) throws -> ProofKeeper<DirectoryDisk>? {
    let currencies = try LedgerFolder.currencies(arguments)
    let mapping = try mapping()
    let format = try format()
    var ingestor = Ingestor(
      try Self.source(input), format: format, currencies: currencies, mapping: mapping)
    let accounts = try accounts(currencies)
    let keeper = try begin(&store)
    var totals = Totals()
    if !accounts.isEmpty { totals.opened += try open(accounts, in: &store) }
    let dead = LineFile(arguments.value("--dead-letters"))
    let verdicts = LineFile(arguments.value("--verdicts"))
    verdicts?.add("line,id,verdict")
    let size = input == "-" ? 0 : (try? File(input, .read).size()) ?? 0
    var bar = ProgressBar(isRehearsal ? "validating" : "ingesting", total: size, console)
    let workers = PoolWorkers(WorkerPool(count: workerCount))
    var batch = TransactionBatch(capacity: batchCount)
    var shown = 0
    while try fill(&ingestor, &batch, dead, console, &shown) {
      if let mapping, let opening = mapping.opening {
        totals.opened += try openNew(ingestor.takeNewNames(), opening, batch, &store, currencies)
      }
      try commit(batch, &store, workers)
      keeper?.checkpointIfDue(store.books, now: Machine.monotonicNanoseconds)
      for index in 0..<batch.count {
        let verdict = store.verdict(index)
        totals.verdicts[verdict, default: 0] += 1
        let id = batch.header(index).id
        totals.digest.put(id.low)
        totals.digest.put(id.high)
        totals.digest.put(UInt64(verdict.rawValue))
        verdicts?.add("\(batch.origin(index)),\(id),\(verdict.code)")
      }
      if arguments.has("--acknowledge") {
        console.print("acknowledged \(store.books.transactionCount)")
      }
      bar.show(Int(ingestor.bytesRead))
    }
    bar.show(size)
    try dead?.finish()
    try verdicts?.finish()
    report(ingestor.statistics, &totals, store, console)
    return keeper
  }

  // MARK: Steps

  /// The format that was named, if one was.
  private func format() throws -> PayloadFormat? {
    guard let name = arguments.value("--format") else { return nil }
    if let found = PayloadFormat(rawValue: name) { return found }
    throw Problem.usage(
      "CLI-032", "--format is \(name)",
      wanted: PayloadFormat.allCases.map(\.rawValue).joined(separator: ", "),
      remedy: "name one of them, or leave it out")
  }

  /// The accounts of the file that was named, if one was.
  private func accounts(_ currencies: CurrencyTable) throws -> [AccountTerms] {
    guard let path = arguments.value("--accounts") else { return [] }
    do {
      return try AccountsReader.read(try Self.source(path), currencies: currencies)
    } catch let error as AccountsReader.Failure {
      throw Problem(describing: error, code: error.code, remedy: "correct \(path)")
    }
  }

  /// The file at `path`, or the standard input for `-`.
  private static func source(_ path: String) throws -> FileByteSource {
    try Problem.wrapping { try FileByteSource(path == "-" ? "/dev/stdin" : path) }
  }

  private func mapping() throws -> PayloadMapping? {
    guard let path = arguments.value("--map") else { return nil }
    do {
      var reader = try FileReader(path)
      let bytes = try reader.readAll(limit: 1 << 20)
      let document =
        path.hasSuffix(".json")
        ? try ConfigurationValue(json: bytes, label: path)
        : try ConfigurationValue(yaml: bytes, label: path)
      return try PayloadMapping(document)
    } catch let error as ConfigurationError {
      throw Problem(describing: error, code: error.code, remedy: "correct \(path)")
    } catch let error as FileError {
      throw Problem(describing: error, code: error.code, remedy: "name a file that can be read")
    }
  }

  private func fill(
    _ ingestor: inout Ingestor<FileByteSource>, _ batch: inout TransactionBatch, _ dead: LineFile?,
    _ console: Console, _ shown: inout Int
  ) throws -> Bool {
    var letters: [DeadLetter] = []
    let hasMore: Bool
    do throws(IngestFailure) {
      hasMore = try ingestor.fill(&batch) { letters.append($0) }
    } catch {
      throw Problem(
        describing: error, code: error.code,
        remedy: "mend the input; what was accepted before is in the ledger")
    }
    for letter in letters {
      dead?.add(letter.jsonLine)
      shown += 1
      if shown <= 10 { console.message("dead letter: \(letter)") }
      if shown == 11 {
        console.message(
          dead == nil ? "further dead letters are counted; --dead-letters FILE keeps them" : "…")
      }
    }
    return hasMore
  }

  private func open<Disk: LogDisk & ~Copyable>(
    _ accounts: [AccountTerms], in store: inout LedgerStore<Disk>
  ) throws -> Int {
    try LedgerFolder.wrapped {
      if isRehearsal {
        let before = store.books.accountCount
        try store.rehearse(opening: accounts)
        return store.books.accountCount - before
      }
      return try store.open(accounts)
    }
  }

  /// Opens the accounts that a mapping names for the first time, each in the asset of the leg that
  /// names it.
  private func openNew<Disk: LogDisk & ~Copyable>(
    _ names: [String], _ opening: PayloadMapping.Opening, _ batch: borrowing TransactionBatch,
    _ store: inout LedgerStore<Disk>, _ currencies: CurrencyTable
  ) throws -> Int {
    guard !names.isEmpty else { return 0 }
    var assets: [AccountKey: Currency] = [:]
    for index in 0..<batch.count {
      for place in 0..<Int(batch.header(index).legCount) {
        let leg = batch.leg(index, place)
        let currency = Currency(packedCode: leg.asset, minorDigits: leg.digits)
        assets[leg.debit] = assets[leg.debit] ?? currency
        assets[leg.credit] = assets[leg.credit] ?? currency
      }
    }
    let fresh = names.compactMap { name -> AccountTerms? in
      let key = AccountKey(name: name)
      guard let currency = assets[key], store.books.register.number(of: key) == nil else {
        return nil
      }
      return AccountTerms(
        name: name, currency: currency, normal: opening.normal, limit: opening.limit)
    }
    return try open(fresh, in: &store)
  }

  private func commit<Disk: LogDisk & ~Copyable>(
    _ batch: borrowing TransactionBatch, _ store: inout LedgerStore<Disk>, _ workers: PoolWorkers
  ) throws {
    do throws(LedgerStoreFailure) {
      if isRehearsal {
        try store.rehearse(batch, workers: workers)
      } else {
        try store.commit(batch, workers: workers)
      }
    } catch {
      throw LedgerFolder.problem(error)
    }
  }

  // MARK: Report

  private func report<Disk: LogDisk & ~Copyable>(
    _ statistics: IngestStatistics, _ totals: inout Totals, _ store: borrowing LedgerStore<Disk>,
    _ console: Console
  ) {
    let accepted = totals.verdicts[.accepted, default: 0]
    let known = totals.verdicts[.exists, default: 0]
    let refused = statistics.taken - accepted - known
    let counted = totals.verdicts.sorted { $0.key.rawValue < $1.key.rawValue }
    let verdictDigest = totals.digest.finish()
    if arguments.has("--json") {
      console.print(
        JSONText.object([
          ("records", .count(statistics.records)), ("taken", .count(statistics.taken)),
          ("dead", .count(statistics.dead)), ("left_out", .count(statistics.leftOut)),
          ("accepted", .count(accepted)), ("exists", .count(known)), ("rejected", .count(refused)),
          ("verdicts", .object(counted.map { ($0.key.code, .count($0.value)) })),
          ("accounts_opened", .count(totals.opened)),
          ("accounts", .count(store.books.accountCount)),
          ("transactions", .count(store.books.transactionCount)),
          ("balanced", .flag(store.books.trialBalance().allSatisfy(\.isBalanced))),
          ("verdict_digest", .text("\(verdictDigest)")), ("digest", .text("\(store.books.digest)")),
          ("workers", .count(workerCount)), ("committed", .flag(!isRehearsal)),
        ]).text)
      return
    }
    console.print("records      \(statistics.records)")
    if statistics.leftOut > 0 { console.print("left out     \(statistics.leftOut)") }
    console.print("dead letters \(statistics.dead)")
    for (verdict, count) in counted { console.print("\(count) \(verdict.code)") }
    console.print("accounts     \(store.books.accountCount)")
    console.print(
      "transactions \(store.books.transactionCount)\(isRehearsal ? " (nothing was written)" : "")")
    let isBalanced = store.books.trialBalance().allSatisfy(\.isBalanced)
    console.print("books        \(isBalanced ? "balanced" : "NOT BALANCED")")
    console.print("verdicts     \(verdictDigest)")
    console.print("digest       \(store.books.digest)")
  }
}

/// The platform's threads in the role that the core owns.
struct PoolWorkers: Workers {
  let pool: WorkerPool

  init(_ pool: WorkerPool) { self.pool = pool }

  var count: Int { pool.count }

  func run(_ work: (Int) -> Void) { pool.run(work) }
}

/// Lines that are gathered for a file and written when there are enough.
final class LineFile {
  private let path: String
  private var text = ""
  private var file: FileHolder?
  private var failure: FileError?

  private final class FileHolder {
    let file: File

    init(_ file: consuming File) { self.file = file }
  }

  /// Nil when no file is wanted.
  init?(_ path: String?) {
    guard let path else { return nil }
    self.path = path
  }

  func add(_ line: String) {
    text += line + "\n"
    if text.utf8.count > 1 << 20 { flush() }
  }

  func finish() throws {
    flush()
    if let failure {
      throw Problem(
        describing: failure, code: failure.code, remedy: "name a file that can be written")
    }
  }

  private func flush() {
    guard failure == nil else { return }
    do throws(FileError) {
      if file == nil { file = FileHolder(try File(path, .replace)) }
      let bytes = Array(text.utf8)
      try file?.file.append(bytes)
      text = ""
    } catch {
      failure = error
    }
  }
}
