import OmniBacktest
import OmniCrypto
import OmniStorage

/// Runs a day with a journal through a series of faults, until it comes to its end.
struct Ordeal {
  let day: Day
  /// The digest of the run that nothing disturbed.
  let truth: Digest256
  let eventCount: UInt64
  let configuration: JournalConfiguration
  var checks: Checks
  /// How often each fault was met.
  private(set) var met: [Fault: Int] = [:]
  /// How many attempts there were.
  private(set) var attempts = 0
  /// How often a journal that promised nothing was found damaged, and begun again.
  var begunAgain = 0
  /// The journal's disk.
  var disk = MemoryJournalDisk()
  var chance: Chance
  /// How many records the next attempt must find, and how many it can find at most.
  var owed: UInt64 = 0
  var owedMost: UInt64 = 0
  /// How many records were promised to survive a loss of power.
  var promised: UInt64 = 0
  /// Whether the power was lost under a journal that does not promise to survive that.
  var isDoubtful = false

  init(
    _ day: Day, truth: Digest256, eventCount: UInt64, _ checks: Checks
  ) throws(JournalFailure) {
    self.day = day
    self.truth = truth
    self.eventCount = eventCount
    self.checks = checks
    chance = Chance(day.seed, .faults)
    configuration = try JournalConfiguration(
      segmentBytes: JournalConfiguration.segmentBytesMin,
      durability: chance.isOne(in: 3) ? .process : .power, runID: day.seed)
  }

  /// Whether a commit survives a loss of power.
  var isDurable: Bool { configuration.durability == .power }

  /// Runs the day until an attempt comes to its end.
  mutating func run() throws(SimulationFailure) {
    for _ in 0..<chance.from(2...5) {
      if try attempt(chance.pick(Fault.allCases)) { return }
    }
    // Nothing breaks any more, so that it has to come to its end.
    let isDone = try attempt(nil)
    try checks.require(isDone, "a run that comes to its end", found: "another interruption")
  }

  /// Makes one attempt; says whether it came to its end.
  private mutating func attempt(_ fault: Fault?) throws(SimulationFailure) -> Bool {
    attempts += 1
    try inspect()
    let watch = arm(fault)
    var cause: JournalFailure?
    var digest: Digest256?
    do throws(Backtest.Failure) {
      digest = try play(watch)
    } catch {
      guard case .journal(let failure) = error else {
        throw checks.failure("a run that only its journal stops", found: "\(error)")
      }
      cause = failure
    }
    if let digest {
      try checks.require(
        digest == truth, "digest \(truth)", found: "\(digest) in attempt \(attempts)")
    }
    return try settle(fault, watch, cause)
  }

  /// Makes the attempt's fault happen when its time has come.
  private mutating func arm(_ fault: Fault?) -> Watch {
    let left = Int(eventCount - min(owed, eventCount))
    let commits = left / day.options.barsPerCommit + 4
    switch fault {
    case .powerWithin:
      disk.powerLossSeed = chance.bits()
      disk.operationsUntilPowerLoss = chance.below(isDurable ? commits : 8)
    case .synchronization:
      disk.synchronizationsUntilFailure = chance.below(isDurable ? commits / 2 + 4 : 3)
    case .diskFull:
      let used = disk.segments.reduce(0) { $0 + (disk.content(of: $1)?.count ?? 0) }
      disk.capacityBytes = used + chance.below(3 * configuration.segmentBytes)
    case .kill, .killWithin, .power, .killAndFlip, nil: break
    }
    return Watch(
      disk, ending: fault?.ending, after: chance.below(left + left / 8 + 4),
      Chance(day.seed, .faults, number: 1 + attempts))
  }

  /// Decides what an attempt's end means, and what the next attempt finds.
  private mutating func settle(
    _ fault: Fault?, _ watch: Watch, _ cause: JournalFailure?
  ) throws(SimulationFailure) -> Bool {
    if let image = watch.image ?? disk.imageAtPowerLoss, let fault {
      met[fault, default: 0] += 1
      owe(watch, isPower: fault == .power || fault == .powerWithin)
      disk = image
      if fault == .killAndFlip { try turnBit(watch.committed) }
      return false
    }
    guard let cause else { return true }
    var isPower = false
    switch (fault, cause) {
    case (.diskFull, .diskFull): break
    case (.synchronization, .poisoned), (.synchronization, .file): isPower = chance.isOne(in: 2)
    default:
      throw checks.failure(
        "a run that goes on, or stops for \(fault?.rawValue ?? "nothing")", found: "\(cause)")
    }
    checks.add(1)
    if let fault { met[fault, default: 0] += 1 }
    owe(watch, isPower: isPower)
    disk = isPower ? disk.afterPowerLoss(seed: chance.bits()) : disk.afterKill()
    return false
  }

  /// Notes what the next attempt must find.
  private mutating func owe(_ watch: Watch, isPower: Bool) {
    isDoubtful = isPower && !isDurable
    if watch.hasWriter {
      promised = watch.committed
      owed = watch.taken
      // What was under way may be there as well.
      owedMost = watch.taken + 1
    }
    if isDoubtful { promised = 0 }
    if isPower { owed = promised }
  }

  /// Runs the day, with a new journal or on behind what there is.
  private func play(_ watch: Watch) throws(Backtest.Failure) -> Digest256 {
    disk.segments.isEmpty ? try begin(watch) : try resume(watch)
  }

  private func begin(_ watch: Watch) throws(Backtest.Failure) -> Digest256 {
    let journal: WatchedWriter
    do throws(JournalFailure) {
      journal = WatchedWriter(
        try JournalWriter.create(MemoryJournalStore(disk), configuration), watch)
    } catch {
      throw .journal(error)
    }
    var finished = try run(journal)
    let digest = finished.outcome.digest
    do throws(JournalFailure) {
      if let journal = finished.takeJournal() { try journal.close() }
    } catch {
      throw .journal(error)
    }
    return digest
  }

  private func resume(_ watch: Watch) throws(Backtest.Failure) -> Digest256 {
    let journal: VerifyingJournal<MemoryJournalStore, WatchedWriter>
    do throws(JournalFailure) {
      let writer = try JournalWriter.resume(MemoryJournalStore(disk), configuration)
      journal = VerifyingJournal(
        JournalReader(MemoryJournalStore(disk)), then: WatchedWriter(writer, watch))
    } catch {
      throw .journal(error)
    }
    var finished = try run(journal)
    let digest = finished.outcome.digest
    do throws(JournalFailure) {
      if let journal = finished.takeJournal() { try journal.takeNext().close() }
    } catch {
      throw .journal(error)
    }
    return digest
  }

  private func run<Sink: Journal & ~Copyable>(
    _ journal: consuming Sink
  ) throws(Backtest.Failure) -> Backtest.Finished<Sink> {
    var feed = SeriesFeed(day.series)
    return try Backtest.run(day.plan, over: &feed, journal: journal, options: day.options)
  }
}
