import OmniLedger
import OmniLedgerStore
import OmniTestKit
import OmniWriteAheadLog

/// Turns a bit of every byte of every file of a small ledger, one after another, and lets the ledger
/// be scrubbed each time.
///
/// The ledger was closed in peace, so each turn must be found: in its file, at the byte or before it,
/// where the block or frame begins that the wrong checksum covers.
package struct FlipProof {
  /// What was turned.
  package struct Report: Sendable {
    /// How many bytes were turned.
    package internal(set) var bytes = 0
    /// In how many files.
    package internal(set) var files = 0

    /// A line.
    package var text: String {
      "\(bytes) bytes of \(files) files of a ledger, a bit of each turned: all found by scrub"
    }
  }

  /// Turns a bit of every byte whose offset is a multiple of `step`.
  package static func run(
    seed: UInt64, step: Int = 1, progress: (String) -> Void = { _ in }
  ) throws -> Report {
    let disk = try makeLedger(seed)
    var report = Report()
    var random = SeededRandom(seed: seed)
    for name in disk.fileNames {
      let size = disk.content(of: name)?.count ?? 0
      report.files += 1
      progress("turning bits of \(name)")
      for offset in stride(from: 0, to: size, by: step) {
        let bit = UInt8(1) << UInt8(random.below(8))
        disk.flip(bit, of: name, at: offset)
        let scrub = try WriteAheadLog.scrub(SimulatedDiskHandle(disk))
        guard scrub.damages.contains(where: { $0.file == name && $0.offset <= offset }) else {
          throw SimulationFailure(
            seed: seed, check: "damage of \(name) at or before \(offset)",
            found: "\(scrub.damages)")
        }
        disk.flip(bit, of: name, at: offset)
        report.bytes += 1
      }
    }
    guard try WriteAheadLog.scrub(SimulatedDiskHandle(disk)).isClean else {
      throw SimulationFailure(seed: seed, check: "a clean ledger at the end", found: "damage")
    }
    return report
  }

  /// A ledger of two segments with a snapshot.
  private static func makeLedger(_ seed: UInt64) throws -> SimulatedDisk {
    let disk = SimulatedDisk(seed: seed)
    var source = RandomTransactions(seed: seed)
    var configuration = LedgerConfiguration(
      log: try LogConfiguration(segmentBytes: 16 << 10), batchCount: 32)
    configuration.snapshotBytes = 9_000
    configuration.closingSnapshotBytes = 9_000
    var store = try LedgerStore.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(UInt128(seed)),
      configuration: configuration)
    try store.open(source.accounts)
    while store.logBytes < 24 << 10 {
      var batch = TransactionBatch(capacity: 32)
      for transaction in source.batch(count: 20) { batch.append(transaction) }
      try store.commit(batch, workers: SerialWorkers())
    }
    try store.close()
    return disk
  }
}
