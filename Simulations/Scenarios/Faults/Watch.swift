import OmniEncoding
import OmniStorage
import OmniTime

/// Stands beside a journal's writer: knows what it promised, and ends the process when it is time.
final class Watch {
  /// How the process ends.
  enum Ending: CaseIterable {
    /// Killed between two operations.
    case killBetween
    /// Killed while a record was being written.
    case killWithin
    /// The power goes between two operations.
    case power
  }

  let disk: MemoryJournalDisk
  /// How many records were taken, and how many of these are promised to survive a loss of power.
  private(set) var taken: UInt64 = 0
  private(set) var committed: UInt64 = 0
  /// Whether a writer came so far as to promise anything.
  private(set) var hasWriter = false
  /// The disk as it is found after the process ended, if it did.
  private(set) var image: MemoryJournalDisk?

  private var ending: Ending?
  private var operationsLeft: Int
  private var chance: Chance

  init(_ disk: MemoryJournalDisk, ending: Ending?, after operations: Int, _ chance: Chance) {
    self.disk = disk
    self.ending = ending
    operationsLeft = operations
    self.chance = chance
  }

  /// Whether an operation may begin, and if the process ends before it or within it.
  func begin() -> Ending? {
    guard let ending else { return nil }
    if operationsLeft > 0 {
      operationsLeft -= 1
      return nil
    }
    self.ending = nil
    switch ending {
    case .killBetween: image = disk.afterKill()
    case .power: image = disk.afterPowerLoss(seed: chance.bits())
    case .killWithin: break
    }
    return ending
  }

  /// Notes what the writer promises; what it says after the power has gone nobody has heard.
  func note(_ writer: borrowing JournalWriter<MemoryJournalStore>) {
    if let lost = disk.imageAtPowerLoss {
      image = image ?? lost
      return
    }
    hasWriter = true
    taken = writer.nextSequence.value
    committed = writer.committedSequence.map { $0.value + 1 } ?? 0
  }

  /// Notes that the process ended within the record that leads from `before` to the present disk.
  ///
  /// The record's length is what is written last. Of its other words some are there.
  func tear(since before: MemoryJournalDisk) {
    guard let segment = disk.segments.last, let old = before.content(of: segment),
      var torn = disk.content(of: segment), old.count == torn.count
    else {
      image = before
      return
    }
    let words = stride(from: 64, to: torn.count, by: 8)
    guard let start = words.first(where: { old[$0..<$0 + 8] != torn[$0..<$0 + 8] }) else {
      image = before
      return
    }
    for word in stride(from: start, to: torn.count, by: 8)
    where old[word..<word + 8] != torn[word..<word + 8] && (word == start || chance.isOne(in: 2)) {
      torn.replaceSubrange(word..<word + 8, with: old[word..<word + 8])
    }
    before.set(segment, to: torn)
    image = before
  }
}

/// A journal's writer under a watch.
struct WatchedWriter: ~Copyable, Journal {
  private var writer: JournalWriter<MemoryJournalStore>
  private let watch: Watch

  init(_ writer: consuming JournalWriter<MemoryJournalStore>, _ watch: Watch) {
    watch.note(writer)
    self.writer = writer
    self.watch = watch
  }

  mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    let ending = watch.begin()
    if watch.image != nil { throw .ended(at: writer.nextSequence) }
    let before = ending == .killWithin ? watch.disk.afterKill() : nil
    let sequence = try writer.append(kind: kind, version: version, time: time, payload: payload)
    if let before {
      watch.tear(since: before)
    } else {
      watch.note(writer)
    }
    if watch.image != nil { throw .ended(at: sequence) }
    return sequence
  }

  mutating func commit() throws(JournalFailure) {
    if watch.begin() == .killWithin { watch.tear(since: watch.disk.afterKill()) }
    if watch.image != nil { throw .ended(at: writer.nextSequence) }
    try writer.commit()
    watch.note(writer)
    if watch.image != nil { throw .ended(at: writer.nextSequence) }
  }

  consuming func close() throws(JournalFailure) { try writer.close() }
}
