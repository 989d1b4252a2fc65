import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniPlatform
import OmniWriteAheadLog

/// The folder of a ledger.
struct LedgerFolder {
  /// The folder, unless told otherwise.
  static let standard = ".omni/ledger"

  typealias Store = LedgerStore<DirectoryDisk>

  let path: String
  /// The identity that a ledger gets when it is made here; nil for a random one.
  var identity: LogIdentity?

  init(_ arguments: Arguments) { path = arguments.value("--ledger") ?? Self.standard }

  init(path: String, identity: LogIdentity? = nil) {
    self.path = path
    self.identity = identity
  }

  /// Whether there is a ledger, or what is left of one.
  var exists: Bool {
    LogFileName.superblocks.contains { FileSystem.exists("\(path)/\($0)") }
  }

  static func configuration(batch: Int = TransactionBatch.capacityStandard) throws
    -> LedgerConfiguration
  {
    try wrapped { LedgerConfiguration(log: try LogConfiguration(), batchCount: batch) }
  }

  /// Makes an empty ledger.
  func create(_ arguments: Arguments, _ console: Console) throws {
    var store = try make()
    try Self.wrapped { try store.close() }
    if arguments.has("--json") {
      console.print(
        JSONText.object([("ledger", .text(path)), ("identity", .text("\(store.identity)"))]).text)
    } else {
      console.print("made ledger \(store.identity) in \(path)")
    }
  }

  /// Makes an empty ledger and keeps it open.
  func make() throws -> Store {
    try Problem.wrapping { try FileSystem.makeDirectory(path) }
    let disk = try disk()
    let random =
      UInt128(UInt64.random(in: .min ... .max)) << 64 | UInt128(UInt64.random(in: 1 ... .max))
    let configuration = try Self.configuration()
    return try Self.created(disk, identity ?? LogIdentity(random), configuration)
  }

  private static func created(
    _ disk: consuming DirectoryDisk, _ identity: LogIdentity, _ configuration: LedgerConfiguration
  ) throws -> Store {
    do throws(LedgerStoreFailure) {
      return try Store.create(on: disk, identity: identity, configuration: configuration)
    } catch {
      throw problem(error)
    }
  }

  private static func opened(
    _ disk: consuming DirectoryDisk, _ configuration: LedgerConfiguration
  ) throws -> Store {
    do throws(LedgerStoreFailure) {
      return try Store.open(disk, configuration: configuration)
    } catch {
      throw problem(error)
    }
  }

  /// Opens the ledger that is there.
  func open(batch: Int = TransactionBatch.capacityStandard, _ console: Console) throws -> Store {
    guard exists else {
      throw Problem(
        "LED-020", "there is no ledger in \(path)", wanted: "a folder that omni ledger init made",
        remedy: "omni ledger init --ledger \(path), or name another folder with --ledger")
    }
    let store = try Self.opened(try disk(), try Self.configuration(batch: batch))
    if case .tornTail(let file, let offset, let bytes) = store.recovery {
      console.message(
        "warning: \(file) was torn at offset \(offset): \(bytes) bytes that nobody had been told of "
          + "are cut")
    }
    for damage in store.findings {
      console.message("warning: a snapshot is damaged and was not used: \(damage)")
    }
    return store
  }

  private func disk() throws -> DirectoryDisk {
    do throws(FileError) {
      return try DirectoryDisk(writing: path)
    } catch {
      throw Problem(
        describing: error, code: error.code,
        remedy: "wait until nobody else uses the ledger, or name another with --ledger")
    }
  }

  /// Tells the whole history of `store`, chapter by chapter.
  static func tell(
    _ store: inout Store, _ visit: (LedgerChapter) -> Void
  ) throws {
    do throws(HistoryFailure<Never>) {
      try store.tellHistory { (chapter) throws(Never) in visit(chapter) }
    } catch {
      if case .ledger(let failure) = error { throw problem(failure) }
    }
  }

  /// Reads every byte.
  func scrub(_ arguments: Arguments, _ console: Console) throws {
    guard FileSystem.exists(path) else {
      throw Problem(
        "LED-020", "there is no ledger in \(path)", wanted: "a folder that omni ledger init made",
        remedy: "name it with --ledger")
    }
    let report: ScrubReport
    do {
      report = try WriteAheadLog.scrub(DirectoryDisk(reading: path))
    } catch {
      throw Self.problem(.log(error))
    }
    if arguments.has("--json") {
      let damages = report.damages.map { damage in
        JSONText.object([
          ("file", .text(damage.file)), ("offset", .count(damage.offset)),
          ("what", .text(damage.what)),
        ])
      }
      console.print(
        JSONText.object([
          ("clean", .flag(report.isClean)), ("files", .count(report.fileCount)),
          ("bytes", .count(report.byteCount)), ("frames", .count(report.frameCount)),
          ("damages", .list(damages)),
        ]).text)
    } else {
      for damage in report.damages { console.print("damaged: \(damage)") }
      console.print(
        "\(report.fileCount) files, \(report.byteCount) bytes, \(report.frameCount) frames: "
          + (report.isClean ? "clean" : "\(report.damages.count) damaged places"))
    }
    if !report.isClean {
      throw Problem(
        "LED-021", "\(report.damages.count) places of \(path) are damaged", wanted: "none",
        remedy: "take the named files from a backup")
    }
  }

  // MARK: Errors

  static func problem(_ error: LedgerStoreFailure) -> Problem {
    Problem(describing: error, code: error.code, remedy: remedy(error))
  }

  private static func remedy(_ error: LedgerStoreFailure) -> String {
    switch error {
    case .log(.corrupt), .log(.lost), .senseless, .refused:
      "run omni ledger scrub, and take the damaged files from a backup"
    case .log(.diskFull): "make room on the device, and run the command again"
    case .log(.placeTaken): "name an empty folder with --ledger"
    case .log(.poisoned), .unusable: "check the device, and run the command again"
    case .account: "correct the chart of accounts"
    default: "see docs/reference/errors.md"
    }
  }

  /// Turns what a store says into what the program says.
  static func wrapped<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as LedgerStoreFailure {
      throw problem(error)
    } catch let error as LogFailure {
      throw problem(.log(error))
    }
  }

  /// The table of assets, with what `--asset` adds.
  static func currencies(_ arguments: Arguments) throws -> CurrencyTable {
    var table = CurrencyTable()
    for text in arguments.all("--asset") {
      let parts = text.split(separator: "=")
      guard parts.count == 2, let digits = UInt8(parts[1]) else {
        throw Problem.usage(
          "CLI-031", "--asset is \(text)", wanted: "a code and a count of decimals, such as GOLD=4",
          remedy: "give it so")
      }
      do {
        try table.define(String(parts[0]), digits: digits)
      } catch {
        throw Problem(describing: error, code: error.code, remedy: "name another code")
      }
    }
    return table
  }
}
