import OmniEncoding
public import OmniLedger
public import OmniWriteAheadLog

extension LedgerStore where Disk: ~Copyable {
  /// Opens the ledger that is there: from the newest snapshot that is right, and all that follows.
  public static func open(
    _ disk: consuming Disk, configuration: LedgerConfiguration
  ) throws(LedgerStoreFailure) -> Self {
    var findings: [Damage] = []
    let snapshot = try newestSnapshot(disk, &findings)
    let log = try openLog(disk, configuration, snapshot?.frame ?? 0)
    return try restore(log, snapshot, findings: findings, configuration)
  }

  private static func newestSnapshot(
    _ disk: borrowing Disk, _ findings: inout [Damage]
  ) throws(LedgerStoreFailure) -> SnapshotReader? {
    do throws(LogFailure) {
      return try WriteAheadLog.newestSnapshot(on: disk, findings: &findings)
    } catch {
      throw .log(error)
    }
  }

  private static func openLog(
    _ disk: consuming Disk, _ configuration: LedgerConfiguration, _ frame: UInt64
  ) throws(LedgerStoreFailure) -> WriteAheadLog<Disk> {
    do throws(LogFailure) {
      let log = try WriteAheadLog.open(
        disk, configuration: configuration.log, bodiesFrom: frame + 1)
      if log.frameCount < frame { throw .lost(acknowledged: frame, found: log.frameCount) }
      return log
    } catch {
      throw .log(error)
    }
  }

  private static func restore(
    _ log: consuming WriteAheadLog<Disk>, _ snapshot: SnapshotReader?,
    findings: [Damage], _ configuration: LedgerConfiguration
  ) throws(LedgerStoreFailure) -> Self {
    let books = emptyBooks(log.identity)
    var store = Self(log, books: books, configuration: configuration)
    store.findings = findings
    var frame: UInt64 = 0
    if let found = snapshot {
      var snapshot = found
      frame = snapshot.frame
      try store.take(&snapshot)
    }
    store.snapshotFrame = frame
    try store.replay(from: frame + 1)
    if configuration.sabotage == .applyTwice, store.frameCount > 0 {
      try store.applyAgain()
    }
    return store
  }

  private mutating func take(_ snapshot: inout SnapshotReader) throws(LedgerStoreFailure) {
    let frame = snapshot.frame
    do throws(WordFailure) {
      for _ in 0..<(try snapshot.takeCount(limit: AccountRegister.countMax)) {
        let terms = try AccountTerms(from: &snapshot)
        guard (try? books.open(terms)) == true else {
          throw .senseless(word: 0, what: "account that is not there twice")
        }
      }
      try books.decode(from: &snapshot, forgetting: configuration.sabotage)
    } catch {
      throw .senseless(frame: frame, what: "a snapshot of no books: \(error)")
    }
  }

  /// Applies all frames from `first` on.
  private mutating func replay(from first: UInt64) throws(LedgerStoreFailure) {
    judge.checksSignatures = false
    var player = FramePlayer(capacity: configuration.batchCount)
    var number = first
    while number <= archive.log.frameCount {
      let header: LogFrame
      do throws(LogFailure) {
        header = try archive.log.readFrame(number, into: &body)
      } catch {
        throw .log(error)
      }
      try player.play(header, &body, into: &books, &judge)
      number += 1
    }
    judge.checksSignatures = true
    if judge.capacity < configuration.batchCount {
      judge = BatchJudge(capacity: configuration.batchCount)
    }
  }

  /// What a store that forgets how far it has come would do.
  private mutating func applyAgain() throws(LedgerStoreFailure) {
    do throws(LogFailure) {
      let header = try archive.log.readFrame(archive.log.frameCount, into: &body)
      guard header.kind == LedgerRecord.transactionsCommitted.rawValue else { return }
    } catch {
      throw .log(error)
    }
    books.repeatLast()
  }
}

/// Brings books up to date with the frames of a log.
public struct FramePlayer: ~Copyable {
  private var batch: TransactionBatch
  private var archive = MemoryArchive()

  /// Creates a player of frames of up to `capacity` transactions, or more when one has more.
  public init(capacity: Int = TransactionBatch.capacityStandard) {
    batch = TransactionBatch(capacity: capacity)
  }

  /// The transactions of the last frame, in the order of the ledger.
  public func transaction(_ index: Int) -> Transaction { Transaction(batch, at: index) }

  /// Forgets the last frame.
  mutating func clear() { batch.removeAll() }

  /// How many transactions the last frame had.
  public var count: Int { batch.count }

  /// Calls `body` with what the transaction at `index` of the last frame moved or reserved.
  public func forEachPosting(
    _ index: Int, _ judge: borrowing BatchJudge, _ books: borrowing Books, _ body: (Posting) -> Void
  ) {
    judge.forEachPosting(index, batch, books, body)
  }

  /// The pending transaction that the one at `index` of the last frame resolved, if it did.
  public func resolved(
    _ index: Int, _ judge: borrowing BatchJudge, _ books: borrowing Books
  ) -> TransactionID? { judge.resolved(index, batch, books) }

  /// Applies a frame.
  ///
  /// - Returns: the places of pending transactions that expired before it, or by it.
  /// - Throws: `senseless`, `refused`.
  @discardableResult
  public mutating func play(
    _ header: LogFrame, _ body: inout FrameBody, into books: inout Books,
    _ judge: inout BatchJudge
  ) throws(LedgerStoreFailure) -> [Int] {
    batch.removeAll()
    var expired: [Int] = []
    do throws(WordFailure) {
      switch LedgerRecord(rawValue: header.kind) {
      case .accountsOpened: try openAccounts(&body, &books)
      case .transactionsCommitted: try fill(header, &body)
      case .keyDeclared: _ = try body.takeText(limit: LedgerRecord.keyTextBytesMax)
      case .timeAdvanced: expired = books.advance(to: try body.takeSigned())
      case .snapshotPart, nil: throw .senseless(word: UInt64(header.kind), what: "kind of frame")
      }
      guard body.isAtEnd else { throw .senseless(word: 0, what: "end of the frame") }
    } catch {
      throw .senseless(frame: header.number, what: "\(error)")
    }
    guard batch.count > 0 else { return expired }
    if batch.count > judge.capacity {
      let sabotage = judge.sabotage
      judge = BatchJudge(capacity: batch.count)
      judge.checksSignatures = false
      judge.sabotage = sabotage
    }
    expired = judge.judge(batch, into: &books, archive: &archive, workers: SerialWorkers())
    for index in 0..<batch.count where judge.verdict(index) != .accepted {
      throw .refused(
        frame: header.number, transaction: batch.header(index).id, verdict: judge.verdict(index))
    }
    return expired
  }

  private func openAccounts(
    _ body: inout FrameBody, _ books: inout Books
  ) throws(WordFailure) {
    while !body.isAtEnd {
      let terms = try AccountTerms(from: &body)
      guard (try? books.open(terms)) == true else {
        throw .senseless(word: 0, what: "account that is not there twice")
      }
    }
  }

  private mutating func fill(
    _ header: LogFrame, _ body: inout FrameBody
  ) throws(WordFailure) {
    let count = Int(header.itemCount)
    guard count <= TransactionBatch.capacityMax else {
      throw .senseless(word: UInt64(count), what: "count of transactions")
    }
    if count > batch.capacity { batch = TransactionBatch(capacity: count) }
    for index in 0..<count { try batch.decode(from: &body, origin: UInt64(index)) }
  }
}
