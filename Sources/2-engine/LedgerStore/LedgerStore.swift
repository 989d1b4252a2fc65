import OmniEncoding
public import OmniLedger
import OmniTime
public import OmniWriteAheadLog

/// A ledger on disk: books in memory, and the log from which they can be made again.
///
///     batch ─▶ room in the log ─▶ judge ─▶ log ─▶ device ─▶ answers
///
/// A batch is judged in memory, what is accepted is written to the log as one frame, and only when
/// the device has it does ``commit(_:workers:)`` return. What was not accepted leaves no trace.
///
/// - Invariant: the books are what replaying the log gives.
/// - Invariant: whatever was answered `accepted` is on the device.
public struct LedgerStore<Disk: LogDisk & ~Copyable>: ~Copyable {
  /// The books.
  public internal(set) var books: Books
  var judge: BatchJudge
  var archive: LogArchive<Disk>
  var body = FrameBody()
  var isUsable = true
  /// Is told of each frame when it is on the device: its number, kind, items and body, which it may
  /// exchange for another one.
  public var onFrame: ((WrittenFrame, inout FrameBody) -> Void)?
  /// The frame of the newest snapshot, and how many bytes of log follow it.
  var snapshotFrame: UInt64 = 0
  var bytesAtSnapshot = 0
  let configuration: LedgerConfiguration
  /// Damage of files that could be done without, found when the ledger was opened.
  public internal(set) var findings: [Damage] = []

  init(
    _ log: consuming WriteAheadLog<Disk>, books: consuming Books,
    configuration: LedgerConfiguration
  ) {
    self.books = books
    self.configuration = configuration
    archive = LogArchive(log)
    judge = BatchJudge(capacity: configuration.batchCount)
    judge.sabotage = configuration.sabotage
  }

  /// Makes a new ledger in an empty place.
  public static func create(
    on disk: consuming Disk, identity: LogIdentity, configuration: LedgerConfiguration
  ) throws(LedgerStoreFailure) -> Self {
    do throws(LogFailure) {
      let log = try WriteAheadLog.create(
        on: disk, identity: identity, configuration: configuration.log)
      return Self(log, books: Self.emptyBooks(identity), configuration: configuration)
    } catch {
      throw .log(error)
    }
  }

  static func emptyBooks(_ identity: LogIdentity) -> Books {
    Books(
      seed: (
        UInt64(truncatingIfNeeded: identity.value), UInt64(truncatingIfNeeded: identity.value >> 64)
      ))
  }

  // MARK: What is there

  /// Who the ledger is.
  public var identity: LogIdentity { archive.log.identity }
  /// How the log was found when it was opened.
  public var recovery: WriteAheadLog<Disk>.Recovery { archive.log.recovery }
  /// How many frames the log has.
  public var frameCount: UInt64 { archive.log.frameCount }
  /// The digest of the log's last frame.
  public var chain: SIMD4<UInt64> { archive.log.chain }
  /// How many bytes the log has.
  public var logBytes: Int { archive.log.logBytes }
  /// How many bytes of frames were written since it was opened.
  public var writtenBytes: Int { archive.log.writtenBytes }

  /// What was said of the transaction at `index` of the last batch.
  public func verdict(_ index: Int) -> Verdict { judge.verdict(index) }

  /// How many of the last batch were accepted.
  public var acceptedCount: Int { judge.acceptedCount }

  // MARK: What changes it

  /// Opens accounts, unless they are open on the same terms; says how many were new.
  ///
  /// - Throws: `account` when one cannot be opened; then none is.
  @discardableResult
  public mutating func open(_ accounts: [AccountTerms]) throws(LedgerStoreFailure) -> Int {
    guard isUsable else { throw .unusable }
    var fresh: [AccountTerms] = []
    do throws(AccountRegister.Refusal) {
      for account in accounts where try books.register.isNew(account) { fresh.append(account) }
      try Self.checkTwins(fresh)
    } catch {
      throw .account(error)
    }
    var opened = 0
    while opened < fresh.count {
      body.removeAll()
      let count = min(fresh.count - opened, Self.accountsPerFrame)
      for account in fresh[opened..<opened + count] { account.encode(into: &body) }
      let content = FrameContent(
        kind: LedgerRecord.accountsOpened.rawValue, itemCount: 0,
        time: Timestamp(nanoseconds: books.time))
      try write(content)
      do throws(AccountRegister.Refusal) {
        for account in fresh[opened..<opened + count] { try books.open(account) }
      } catch {
        isUsable = false
        throw .account(error)
      }
      opened += count
    }
    return fresh.count
  }

  private static var accountsPerFrame: Int { 10_000 }

  /// Refuses accounts that stand in each other's way before any is opened.
  private static func checkTwins(
    _ accounts: [AccountTerms]
  ) throws(AccountRegister.Refusal) {
    var known: [AccountKey: AccountTerms] = [:]
    for account in accounts {
      guard let other = known.updateValue(account, forKey: account.key) else { continue }
      throw other.name == account.name
        ? .otherTerms(name: account.name) : .keyTaken(name: account.name, by: other.name)
    }
  }

  /// Judges `batch`, and returns when what was accepted is on the device.
  ///
  /// - Throws: When there is no room, the ledger is as it was. When the device fails, nobody knows
  ///   what it holds: then every further call is refused, and opening the ledger anew tells.
  public mutating func commit(
    _ batch: borrowing TransactionBatch, workers: borrowing some Workers & ~Copyable
  ) throws(LedgerStoreFailure) {
    guard isUsable else { throw .unusable }
    guard batch.count > 0 else { return }
    try reserve(batch)
    let expired = judge.judge(batch, into: &books, archive: &archive, workers: workers)
    if let failure = archive.failure {
      isUsable = false
      throw .log(failure)
    }
    if configuration.sabotage == .skipLog { return }
    body.removeAll()
    if judge.acceptedCount == 0 {
      // What expired is given back for good, whether or not anything was accepted.
      if !expired.isEmpty { try writeTime(books.time) }
      return
    }
    for place in 0..<judge.acceptedCount {
      batch.encode(judge.acceptedIndex(place), into: &body)
    }
    let content = FrameContent(
      kind: LedgerRecord.transactionsCommitted.rawValue, itemCount: UInt32(judge.acceptedCount),
      time: Timestamp(nanoseconds: books.time))
    try write(content)
    try snapshotIfDue()
  }

  /// Judges `batch` as ``commit(_:workers:)`` would, and writes nothing.
  ///
  /// From then on the books are ahead of the log, so nothing can be committed any more.
  public mutating func rehearse(
    _ batch: borrowing TransactionBatch, workers: borrowing some Workers & ~Copyable
  ) throws(LedgerStoreFailure) {
    isUsable = false
    judge.judge(batch, into: &books, archive: &archive, workers: workers)
    if let failure = archive.failure { throw .log(failure) }
    for place in 0..<judge.acceptedCount {
      archive.rehearsed.append(Transaction(batch, at: judge.acceptedIndex(place)))
    }
  }

  /// Opens accounts for a rehearsal, and writes nothing.
  public mutating func rehearse(opening accounts: [AccountTerms]) throws(LedgerStoreFailure) {
    isUsable = false
    do throws(AccountRegister.Refusal) {
      for account in accounts { try books.open(account) }
    } catch {
      throw .account(error)
    }
  }

  private mutating func reserve(_ batch: borrowing TransactionBatch) throws(LedgerStoreFailure) {
    var bytes = 0
    for index in 0..<batch.count {
      bytes += TransactionHeader.byteCount + 8 * Int(batch.header(index).tailWords)
    }
    do throws(LogFailure) { try archive.log.reserve(bodyBytes: bytes) } catch { throw .log(error) }
  }

  /// Moves the ledger's time on to `instant`, in nanoseconds since 1970.
  ///
  /// What has expired by then is given back; an earlier instant does nothing.
  ///
  /// - Returns: how many pending transactions expired.
  @discardableResult
  public mutating func advance(to instant: Int64) throws(LedgerStoreFailure) -> Int {
    guard isUsable else { throw .unusable }
    guard instant > books.time else { return 0 }
    try writeTime(instant)
    return books.advance(to: instant).count
  }

  /// Declares a key by which the ledger's checkpoints are signed from then on.
  ///
  /// - Precondition: the text has at most ``LedgerRecord/keyTextBytesMax`` bytes.
  public mutating func declareKey(_ text: String) throws(LedgerStoreFailure) {
    precondition(text.utf8.count <= LedgerRecord.keyTextBytesMax, "a short text")
    guard isUsable else { throw .unusable }
    body.removeAll()
    body.put(text)
    try write(
      FrameContent(
        kind: LedgerRecord.keyDeclared.rawValue, itemCount: 0,
        time: Timestamp(nanoseconds: books.time)))
  }

  private mutating func writeTime(_ instant: Int64) throws(LedgerStoreFailure) {
    body.removeAll()
    body.put(instant)
    try write(
      FrameContent(
        kind: LedgerRecord.timeAdvanced.rawValue, itemCount: 0,
        time: Timestamp(nanoseconds: instant)))
  }

  /// Writes the body as a frame, and returns when it is on the device.
  private mutating func write(_ content: FrameContent) throws(LedgerStoreFailure) {
    do throws(LogFailure) {
      let number = try archive.log.append(content, &body)
      try archive.log.commit()
      if let onFrame {
        onFrame(
          WrittenFrame(
            number: number, kind: content.kind, itemCount: Int(content.itemCount),
            digest: archive.log.chain), &body)
      }
    } catch {
      // Without room nothing was written; accounts and time change after the log, so all is as it
      // was. Transactions have their room reserved before they are judged.
      if case .diskFull = error { throw .log(error) }
      isUsable = false
      throw .log(error)
    }
  }

  /// Writes a snapshot when enough of the log follows the last one.
  mutating func snapshotIfDue() throws(LedgerStoreFailure) {
    guard archive.log.writtenBytes - bytesAtSnapshot >= configuration.snapshotBytes else { return }
    try snapshot()
  }

  /// Writes a snapshot, from which the ledger is opened quicker; a full disk leaves it without.
  public mutating func snapshot() throws(LedgerStoreFailure) {
    guard isUsable else { throw .unusable }
    guard archive.log.frameCount > snapshotFrame else { return }
    do throws(LogFailure) {
      try archive.log.writeSnapshot { sink in
        sink.put(UInt64(books.accountCount))
        for terms in books.register.terms { terms.encode(into: &sink) }
        books.encode(into: &sink)
      }
      snapshotFrame = archive.log.frameCount
    } catch {
      // The log has everything, so a disk too full for a snapshot is no reason to stop.
      guard case .diskFull = error else {
        isUsable = false
        throw .log(error)
      }
    }
    bytesAtSnapshot = archive.log.writtenBytes
  }

  /// Closes the ledger in peace: everything is on the device, and any later damage is found.
  public mutating func close() throws(LedgerStoreFailure) {
    guard isUsable else { throw .unusable }
    if archive.log.writtenBytes - bytesAtSnapshot >= configuration.closingSnapshotBytes {
      try snapshot()
    }
    do throws(LogFailure) { try archive.log.close() } catch { throw .log(error) }
    isUsable = false
  }
}

/// A frame that is on the device.
public struct WrittenFrame: Sendable, Equatable {
  /// Its number, from 1.
  public let number: UInt64
  /// What its body holds.
  public let kind: UInt16
  /// How many transactions it has.
  public let itemCount: Int
  /// The digest of the log up to it.
  public let digest: SIMD4<UInt64>

  /// Names a frame.
  public init(number: UInt64, kind: UInt16, itemCount: Int, digest: SIMD4<UInt64>) {
    self.number = number
    self.kind = kind
    self.itemCount = itemCount
    self.digest = digest
  }
}

/// How a ledger is kept.
public struct LedgerConfiguration: Sendable {
  /// How the log is kept.
  public var log: LogConfiguration
  /// How many transactions a batch has at most.
  public var batchCount: Int
  /// After how many bytes of log a snapshot is taken.
  public var snapshotBytes = 256 << 20
  /// How many bytes of log make a snapshot worth while when the ledger is closed.
  public var closingSnapshotBytes = 4 << 20
  /// The mistake to make, for simulations.
  package var sabotage: LedgerSabotage?

  /// Describes how a ledger is kept.
  public init(log: LogConfiguration, batchCount: Int = TransactionBatch.capacityStandard) {
    self.log = log
    self.batchCount = batchCount
  }
}
