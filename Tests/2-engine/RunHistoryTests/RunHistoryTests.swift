import OmniBacktest
import OmniCrypto
import OmniEncoding
import OmniExecution
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniRunHistory
import OmniSnapshotter
import OmniStorage
import OmniTestKit
import OmniTime
import Testing

@Suite("RunHistory")
struct RunHistoryTests {
  typealias History = RunHistory<MemorySnapshotStore, MemoryJournalStore>

  static let bars = walk(160, seed: 5)

  static func history(
    _ disk: MemoryJournalDisk, _ snapshots: MemorySnapshotStore = MemorySnapshotStore(),
    stride: UInt64 = 1 << 20
  ) throws -> History {
    try RunHistory(
      journal: MemoryJournalStore(disk), snapshots: snapshots, stride: stride)
  }

  /// For each record, the digest of a run that ends with the last input before it.
  static func digests(_ disk: MemoryJournalDisk) throws -> [UInt64: Digest256] {
    var digests: [UInt64: Digest256] = [:]
    var ended = 0
    let records = try records(disk)
    for (number, record) in records.enumerated() where record.kind != RecordKind.runEnded.rawValue {
      if record.kind == RecordKind.barClosed.rawValue { ended += 1 }
      // States are of all that follows from an input, whichever record of it is asked for.
      if number % 23 == 0 || number + 2 == records.count {
        digests[UInt64(number + 1)] = try run(Array(bars.prefix(ended))).digest
      }
    }
    return digests
  }

  // MARK: Right states

  @Test func `a run with corporate actions is followed over snapshots like any other`() throws {
    let disk = MemoryJournalDisk()
    let split = try #require(SplitRatio(new: 5, old: 3))
    let action = try #require(
      CorporateAction(.split(split), of: InstrumentID(0), at: Self.bars[60].closedAt))
    var feed = ActionFeed(SeriesFeed([Self.bars]), [action])
    var finished = try Backtest.run(
      try Self.plan(), over: &feed, journal: try Self.writer(disk))
    if let journal = finished.takeJournal() { try journal.close() }
    let records = try Self.records(disk)
    let place = try #require(
      records.firstIndex { $0.kind == RecordKind.corporateAction.rawValue })
    for stride: UInt64 in [1, 7, 1 << 20] {
      let snapshots = MemorySnapshotStore()
      var history = try Self.history(disk, snapshots, stride: stride)
      for count in [place + 2, records.count, place, place + 9] {
        let moment = try history.state(after: UInt64(count))
        #expect(moment.state.fault == nil)
      }
      let last = try history.state(after: UInt64(records.count - 1))
      #expect(last.state.digest == finished.outcome.digest, "stride \(stride)")
    }
  }

  @Test func `the state after any record is that of a run that ended there`() throws {
    let (disk, outcome) = try Self.journaled(Self.bars)
    #expect(outcome.results.counts.fills > 10)
    let digests = try Self.digests(disk)
    #expect(digests.count > 20)
    for stride: UInt64 in [1, 7, 64, 1 << 20] {
      let snapshots = MemorySnapshotStore()
      var history = try Self.history(disk, snapshots, stride: stride)
      // Back and forth, so that some questions find snapshots of later states and some earlier.
      for records in digests.keys.sorted() + digests.keys.sorted(by: >) {
        let moment = try history.state(after: records)
        #expect(moment.state.digest == digests[records], "\(records), \(stride)")
        #expect(moment.records == records && moment.state.recordCount >= records)
        #expect(moment.report.replayedEvents <= stride || moment.snapshotsTaken == 0)
      }
      let kept = snapshots.keys(of: try StreamName("run")).count
      #expect(kept == Int((try #require(digests.keys.max()) - 1) / stride), "\(stride)")
    }
  }

  @Test func `the end is the run's, and agrees with its last record`() throws {
    let (disk, outcome) = try Self.journaled(Self.bars)
    var history = try Self.history(disk, stride: 50)
    let moment = try history.state()
    let count = try history.recordCount()
    #expect(moment.records == count && moment.state.recordCount == count)
    #expect(count == outcome.eventCount && count > 300)
    #expect(moment.state.totals?.fills == outcome.results.counts.fills)
    #expect(moment.state.equity == outcome.results.total.sum.equity)
    #expect(moment.state.isBalanced && moment.state.fault == nil)
    #expect(moment.state.time == Self.bars.last?.closedAt)
    let plan = try Self.plan()
    #expect(moment.state.plan == plan)
    // The record of the end is one more event than the state that it tells.
    let before = try history.state(after: count - 1)
    #expect(before.state.digest == outcome.digest)
    let working = before.state.workingOrders.map(\.intent.id.value)
    #expect(working == working.sorted())
  }

  @Test func `records up to an instant are counted, before, between and behind all`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    let history = try Self.history(disk)
    let records = try Self.records(disk)
    for nanoseconds in [Int64.min, 0, 1, 60, 61, 6_000, 9_599, 9_600, .max].map({
      $0 == .min || $0 == .max ? $0 : $0 * 1_000_000_000
    }) {
      let time = Timestamp(nanoseconds: nanoseconds)
      let wanted = records.count { $0.time <= time }
      #expect(try history.recordCount(upTo: time) == UInt64(wanted), "\(nanoseconds)")
    }
  }

  // MARK: Snapshots of no use

  @Test func `a damaged snapshot is passed over, whichever byte it is`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    let good = MemorySnapshotStore()
    var history = try Self.history(disk, good, stride: 60)
    let wanted = try history.state(after: 130).state.digest
    let stream = try StreamName("run")
    for key in good.keys(of: stream) {
      let bytes = try #require(good.load(key))
      for place in stride(from: 0, to: bytes.count, by: 97) {
        let bad = MemorySnapshotStore()
        var flipped = bytes
        flipped[place] ^= 0x40
        _ = try bad.put(flipped, for: key)
        var again = try Self.history(disk, bad, stride: 1 << 20)
        let moment = try again.state(after: 130)
        #expect(moment.state.digest == wanted && moment.report.source == .fullReplay)
      }
    }
  }

  @Test func `snapshots of a run whose past was another are passed over`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    var changed = Self.bars
    // Only the volume of an early bar: no order, time or later record differs.
    changed[3] = Bar(
      instrument: changed[3].instrument, closedAt: changed[3].closedAt,
      prices: OpenHighLowClose(
        open: changed[3].open, high: changed[3].high, low: changed[3].low,
        close: changed[3].close), volume: changed[3].volume + 1)
    let (other, _) = try Self.journaled(changed)
    let counts = try [disk, other].map { try Self.records($0).count }
    #expect(counts[0] == counts[1])
    let snapshots = MemorySnapshotStore()
    var first = try Self.history(other, snapshots, stride: 100)
    _ = try first.state()
    #expect(snapshots.keys(of: try StreamName("run")).count > 3)
    var history = try Self.history(disk, snapshots, stride: 1 << 20)
    let moment = try history.state()
    #expect(moment.report.source == .fullReplay)
    #expect(moment.report.ignoredCounts.total > 3)
  }

  @Test func `a store that takes nothing costs no answer`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    var history = try RunHistory(
      journal: MemoryJournalStore(disk), snapshots: FullStore(), stride: 10)
    let moment = try history.state(after: 200)
    #expect(moment.snapshotFailure == .busy(stream: try StreamName("run")))
    #expect(moment.snapshotsTaken == 0)
    var plain = try Self.history(disk)
    #expect(moment.state.digest == (try plain.state(after: 200)).state.digest)
  }

  // MARK: Journals of several segments

  @Test func `a journal of many segments is entered where the record stands`() throws {
    let (disk, _) = try Self.journaled(Self.walk(4_000, seed: 9))
    #expect(disk.segments.count > 4)
    let snapshots = MemorySnapshotStore()
    var history = try Self.history(disk, snapshots, stride: 1_000)
    let end = try history.state()
    var plain = try Self.history(disk)
    #expect(end.state.digest == (try plain.state()).state.digest)

    // Without its first segments the journal has no beginning, and a snapshot stands for it.
    for segment in disk.segments.prefix(2) { disk.remove(segment) }
    // Whoever gives segments up says so in the headers of the later ones; cut off by hand, the
    // newest one misses them.
    var cut = try Self.history(disk, snapshots)
    #expect(throws: History.Failure.self) { try cut.state() }
  }

  // MARK: Refusals

  @Test func `what cannot be answered is refused with a reason`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    let records = try Self.records(disk)
    func code(_ disk: MemoryJournalDisk, _ records: UInt64? = nil) -> String? {
      do {
        var history = try Self.history(disk)
        _ = try history.state(after: records)
        return nil
      } catch let failure as History.Failure {
        return "\(failure.code) \(failure)"
      } catch {
        return "\(error)"
      }
    }
    #expect(code(disk, UInt64(records.count) + 1)?.hasPrefix("RUN-008 the journal has") == true)
    #expect(code(MemoryJournalDisk())?.hasPrefix("STO-002") == true)
    // The plan is missing, stands twice, or a bar of no instrument comes.
    #expect(code(try Self.journal(of: Array(records.dropFirst())))?.hasPrefix("RUN-007") == true)
    var strange = Array(records.prefix(5)) + [records[0]]
    strange[5].time = records[4].time
    #expect(code(try Self.journal(of: strange))?.hasPrefix("RUN-007") == true)
    strange = records
    strange[2].words[0] = 77
    #expect(code(try Self.journal(of: strange))?.hasPrefix("RUN-007") == true)
    // A record of no known kind, and one with a word too many.
    strange = records
    strange[2].kind = 999
    #expect(code(try Self.journal(of: strange))?.hasPrefix("SNP-031") == true)
    strange = records
    strange[2].words.append(0)
    #expect(code(try Self.journal(of: strange))?.hasPrefix("SNP-031") == true)
    // The digest at the end is another, and a record too many.
    strange = records
    strange[records.count - 1].words[1] ^= 1
    #expect(code(try Self.journal(of: strange))?.contains("which it recorded") == true)
    let note = try #require(records.first { $0.kind == RecordKind.orderAccepted.rawValue })
    strange = records.dropLast() + [note, note]
    for place in strange.indices.suffix(2) { strange[place].time = records[records.count - 1].time }
    #expect(code(try Self.journal(of: strange))?.hasPrefix("RUN-009") == true)
  }

  @Test func `a journal is not written by way of its history`() throws {
    let (disk, _) = try Self.journaled(Self.bars)
    let log = JournalEventLog(MemoryJournalStore(disk))
    #expect(throws: EventLogFailure.self) {
      try log.append(EventBatch(), to: try StreamName("run"), expecting: 0)
    }
  }

  // MARK: Rules

  /// When this fails, the rules by which a run goes have changed: raise the number in
  /// `RunModel.reducerFingerprint`, so that older snapshots are not used, and note both here.
  @Test func `the rules have one fingerprint`() throws {
    let outcome = try Self.run(Self.bars)
    #expect(RunModel.reducerFingerprint == 8_757_449_102_329_529_068)
    #expect(
      "\(outcome.digest)"
        == "0268315444e531eff0a816255e02abd9e510c2ee6c1014c21ce84b125e5aaf33")
  }
}

/// Refuses all that it is given.
private struct FullStore: SnapshotStore {
  func keys(of stream: StreamName) -> [SnapshotKey] { [] }
  func load(_ key: SnapshotKey) -> [UInt8]? { nil }
  func put(_ record: [UInt8], for key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    throw .busy(stream: key.stream)
  }
  func remove(_ key: SnapshotKey) -> Bool { false }
}

// Runs and their journals.
extension RunHistoryTests {
  /// Bars that wander, one a minute.
  static func walk(_ count: Int, seed: UInt64) -> [Bar] {
    var random = SeededRandom(seed: seed)
    var open: Int64 = 400_000
    return (0..<count).map { number in
      let close = open + Int64.random(in: -4_000...4_000, using: &random)
      defer { open = close }
      return Bar(
        instrument: InstrumentID(0),
        closedAt: Timestamp(nanoseconds: Int64(number + 1) * 60_000_000_000),
        prices: OpenHighLowClose(
          open: Price(ticks: open), high: Price(ticks: max(open, close) + 500),
          low: Price(ticks: min(open, close) - 500), close: Price(ticks: close)), volume: 3)
    }
  }

  /// A strategy with brackets and one with resting limits, of which one has too little money.
  static func plan() throws -> RunPlan {
    let ids = [InstrumentID(0)]
    return RunPlan(
      instruments: [try InstrumentCatalogue.builtIn.instrument("btc-perp")],
      strategies: [
        .init(
          label: "breakout", strategy: "breakout-bracket",
          parameters: [.init("lookback", "5"), .init("quantity", "0.1")], instruments: ids,
          capital: 10_000_000 * 100_000),
        .init(
          label: "weakness", strategy: "rsi-limit", parameters: [], instruments: ids,
          capital: 1_000 * 100_000),
        .init(
          label: "cross", strategy: "ema-cross",
          parameters: [.init("fast", "1"), .init("slow", "2")], instruments: ids,
          capital: 10_000_000 * 100_000),
      ],
      policy: .omni, limits: .research, currency: .usdt)
  }

  static func run(_ bars: [Bar]) throws -> Backtest.Outcome {
    var feed = SeriesFeed([bars])
    return try Backtest.run(try plan(), over: &feed, journal: NullJournal()).outcome
  }

  static func journaled(_ bars: [Bar]) throws -> (MemoryJournalDisk, Backtest.Outcome) {
    let disk = MemoryJournalDisk()
    var feed = SeriesFeed([bars])
    var finished = try Backtest.run(try plan(), over: &feed, journal: try writer(disk))
    if let journal = finished.takeJournal() { try journal.close() }
    return (disk, finished.outcome)
  }

  static func writer(_ disk: MemoryJournalDisk) throws -> JournalWriter<MemoryJournalStore> {
    try JournalWriter.create(
      MemoryJournalStore(disk), JournalConfiguration(segmentBytes: 65_536, runID: 1))
  }

  struct Record {
    var kind: UInt16
    var time: Timestamp
    var words: [UInt64]
  }

  static func records(_ disk: MemoryJournalDisk) throws -> [Record] {
    var reader = JournalReader(MemoryJournalStore(disk))
    var records: [Record] = []
    while let frame = try reader.next() {
      var words: [UInt64] = []
      while reader.remainingWords > 0 { words.append(try reader.take()) }
      records.append(Record(kind: frame.kind, time: frame.time, words: words))
    }
    return records
  }

  static func journal(of records: [Record]) throws -> MemoryJournalDisk {
    let disk = MemoryJournalDisk()
    var writer = try writer(disk)
    for record in records {
      _ = try writer.append(
        kind: record.kind, version: 1, time: record.time, payload: PreparedRecord(record.words))
    }
    try writer.close()
    return disk
  }
}
