import Foundation
import OmniDataProviders
import OmniEncoding
import OmniModel
import OmniPlatform
import OmniStorage
import OmniTime

/// Kills the program while it runs, again and again, on a real disk, and lets it go on each time.
///
/// Each journal is begun, killed once or more, continued to its end and replayed; its digest must
/// be that of a run that nobody disturbed.
package struct KillProof {
  /// What is done how often.
  package struct Settings: Sendable {
    /// The program.
    package var program: String
    /// How often it is killed.
    package var kills: Int
    /// From what delays are drawn and bars are made.
    package var seed: UInt64
    /// How many bars the run has.
    package var rows = 200_000

    /// Creates settings.
    package init(program: String, kills: Int, seed: UInt64) {
      self.program = program
      self.kills = kills
      self.seed = seed
    }
  }

  /// Where the kills hit.
  package struct Report: Sendable {
    /// Before there was a record.
    package internal(set) var before = 0
    /// Between the first record and the last.
    package internal(set) var middle = 0
    /// Behind the last record.
    package internal(set) var after = 0
    /// How many journals were begun, and each continued to its end.
    package internal(set) var journals = 0
    /// How many of them posted to a ledger, which had everything once and agreed.
    package internal(set) var ledgers = 0
    /// The digest of all.
    package internal(set) var digest = ""

    /// How many kills there were.
    package var kills: Int { before + middle + after }

    /// A line.
    package var text: String {
      "\(kills) kills: \(before) before the first record, \(middle) in the middle, \(after) after "
        + "the end; \(journals) journals continued, replayed and equal, "
        + "\(ledgers) with a ledger: \(digest)"
    }
  }

  private let settings: Settings
  private let folder: String
  private var chance: Chance
  private var report = Report()
  /// How long a run writes records when nobody disturbs it, and how long it takes until then.
  private var writing = 0.0  // statistic: seconds
  private var loading = 0.0  // statistic: seconds

  private init(_ settings: Settings, _ folder: String) {
    self.settings = settings
    self.folder = folder
    chance = Chance(settings.seed, .kills)
  }

  /// Kills the program so often.
  package static func run(
    _ settings: Settings, progress: (String) -> Void = { _ in }
  ) throws -> Report {
    let folder = try FileSystem.makeTemporaryDirectory("omni-kills")
    defer { try? FileSystem.removeDirectory(folder) }
    var proof = Self(settings, folder)
    try proof.makeBars()
    try proof.measure()
    while proof.report.kills < settings.kills {
      try proof.killAndContinue()
      progress("\(proof.report.kills) of \(settings.kills) kills")
    }
    let isHit = proof.report.middle * 5 >= proof.report.kills * 4
    if settings.kills >= 20, !isHit {
      throw proof.failure("four kills of five in the middle", proof.report.text)
    }
    return proof.report
  }

  private var bars: String { folder + "/bars.csv" }
  private var journal: String { folder + "/journal" }
  private var ledger: String { folder + "/ledger" }

  private func failure(_ check: String, _ found: String) -> SimulationFailure {
    SimulationFailure(seed: settings.seed, check: check, found: found)
  }

  private func makeBars() throws {
    let instrument = try InstrumentCatalogue.builtIn.instrument("btc-perp")
    var market = Market(
      InstrumentID(0), from: Timestamp(nanoseconds: 1_600_000_000_000_000_000),
      every: Interval(nanoseconds: 60_000_000_000), chance: Chance(settings.seed, .market))
    let made = (0..<settings.rows).map { _ in market.next() }
    try BarFile.write(made, terms: instrument.terms, path: bars)
  }

  /// Starts the program; `isResumed` lets it go on with the journal that is there.
  private func start(_ options: [String], isResumed: Bool) throws -> Child {
    try Child(
      settings.program,
      [
        "backtest", "--bars", bars, "--instrument", "btc-perp", "--strategy", "ema-cross",
        "--param", "fast=3", "--param", "slow=7", "--param", "quantity=0.001", "--journal",
        journal, "--json",
      ] + options + (isResumed ? ["--resume"] : []))
  }

  /// Runs once undisturbed, for the digest and for the time that it takes.
  private mutating func measure() throws {
    let clock = ContinuousClock()
    let begin = clock.now
    let child = try start([], isResumed: false)
    waitForJournal(child)
    let written = clock.now
    report.digest = try finish(child)
    loading = (written - begin) / .seconds(1)
    writing = (clock.now - written) / .seconds(1)
    try FileSystem.removeDirectory(journal)
  }

  /// Waits until the first segment is there, or the program has ended.
  private func waitForJournal(_ child: Child) {
    while child.isRunning && !hasSegments { Thread.sleep(forTimeInterval: 0.000_5) }
  }

  private var hasSegments: Bool {
    guard let segments = try? DirectoryJournalStore(journal).segments() else { return false }
    return !segments.isEmpty
  }

  /// Waits for the end of a run, which must be a good one.
  private func finish(_ child: Child) throws -> String {
    let (status, output) = child.finish()
    guard status == 0, let digest = Child.text("digest", in: output) else {
      throw failure("a run that ends well", "exit code \(status): \(output.suffix(400))")
    }
    return digest
  }

  private mutating func killAndContinue() throws {
    defer {
      try? FileSystem.removeDirectory(journal)
      try? FileSystem.removeDirectory(ledger)
    }
    // Small segments, commits that wait for the device, and a ledger, now and then.
    var options: [String] = []
    let hasLedger = chance.isOne(in: 2)
    if hasLedger { options += ["--ledger", ledger] }
    if chance.isOne(in: 2) { options += ["--set", "journal.segment_mebibytes=1"] }
    if chance.isOne(in: 4) { options += ["--set", "journal.durability=power"] }
    var isAgain = true
    while isAgain {
      try kill(options)
      isAgain = report.kills < settings.kills && chance.isOne(in: 3)
    }
    let digest = try finish(try start(options, isResumed: hasSegments))
    guard digest == report.digest else {
      throw failure("digest \(report.digest)", "\(digest) after a kill")
    }
    try replay()
    if hasLedger { try checkLedger() }
    report.journals += 1
  }

  /// The run itself has compared every balance; now nothing may be missing, and nothing damaged.
  private mutating func checkLedger() throws {
    let (status, output) = try Child(
      settings.program, ["replay", journal, "--ledger", ledger, "--json"]
    ).finish()
    guard status == 0, output.contains("\"accepted\":0,") else {
      throw failure("a ledger that has every posting", "exit code \(status): \(output.suffix(400))")
    }
    let scrub = try Child(settings.program, ["ledger", "scrub", "--ledger", ledger]).finish()
    guard scrub.status == 0 else {
      throw failure("a ledger without damage", "\(scrub.output.suffix(400))")
    }
    report.ledgers += 1
  }

  /// Starts the program, or lets it go on, and kills it.
  private mutating func kill(_ options: [String]) throws {
    let isResumed = hasSegments
    let child = try start(options, isResumed: isResumed)
    let share = Double(chance.below(900)) / 1_000  // statistic: a share of the run
    if isResumed {
      Thread.sleep(forTimeInterval: (loading + writing) * share)
    } else if chance.isOne(in: 16) {
      Thread.sleep(forTimeInterval: loading * share)
    } else {
      waitForJournal(child)
      Thread.sleep(forTimeInterval: writing * share)
    }
    let isKilled = child.kill()
    try classify(isKilled: isKilled)
  }

  /// Reads what is there: however the program ended, each record must be whole.
  private mutating func classify(isKilled: Bool) throws {
    guard hasSegments else {
      report.before += 1
      return
    }
    var reader = JournalReader(DirectoryJournalStore(journal))
    var last: RecordKind?
    do {
      while let frame = try reader.next() { last = RecordKind(rawValue: frame.kind) }
    } catch {
      throw failure("a journal without damage after a kill", "\(error)")
    }
    if case .torn(let tail)? = reader.end {
      throw failure("whole records after a kill", "\(tail)")
    }
    if last == nil {
      report.before += 1
    } else if last == .runEnded || !isKilled {
      report.after += 1
    } else {
      report.middle += 1
    }
  }

  private func replay() throws {
    let child = try Child(settings.program, ["replay", journal, "--verify", "--json"])
    let (status, output) = child.finish()
    let digest = Child.text("digest", in: output)
    let count = Child.text("records", in: output)
    guard status == 0, digest == report.digest,
      count == Child.text("records_compared", in: output)
    else {
      throw failure("an identical replay", "exit code \(status): \(output.suffix(400))")
    }
  }
}
