import OmniEncoding
import OmniRuntime
import OmniStorage
import OmniTime
import OmniTestKit
import Testing

@Suite("Sequencer")
struct SequencerTests {
  @Test func `events get the journal's numbers, one after the other`() throws {
    var sequencer = Sequencer(NullJournal(first: SequenceNumber(40)))

    #expect(try sequencer.sequence(kind: 2, time: at(10), payload: Note(1)) == SequenceNumber(40))
    #expect(try sequencer.derive(kind: 16, payload: Note(2)) == SequenceNumber(41))
    #expect(try sequencer.sequence(kind: 2, time: at(10), payload: Note(3)) == SequenceNumber(42))
    #expect(sequencer.count == 3)
    #expect(sequencer.now == at(10))
  }

  @Test func `the journal gets kind, version, time and words as they came`() throws {
    var sequencer = Sequencer(Recorder())

    try sequencer.sequence(kind: 2, time: at(10), payload: Note(7))
    try sequencer.derive(kind: 16, payload: Note(8))
    try sequencer.sequence(kind: 2, time: at(12), payload: Note(9))

    let journal = sequencer.takeJournal()
    #expect(
      journal.records == [
        Recorder.Record(kind: 2, version: 1, time: at(10), words: [7]),
        Recorder.Record(kind: 16, version: 1, time: at(10), words: [8]),
        Recorder.Record(kind: 2, version: 1, time: at(12), words: [9]),
      ])
  }

  @Test func `an event older than the last is refused, and the next goes on`() throws {
    var sequencer = Sequencer(Recorder())
    try sequencer.sequence(kind: 2, time: at(10), payload: Note(1))

    do throws(Sequencer<Recorder>.Failure) {
      try sequencer.sequence(kind: 2, time: at(9), payload: Note(2))
      Issue.record("time went back")
    } catch {
      guard case .timeWentBack(last: at(10), found: at(9)) = error else {
        throw error
      }
      #expect(error.description.contains("1970-01-01T00:00:00.000000009Z"))
    }
    #expect(sequencer.count == 1)
    #expect(sequencer.now == at(10))
    #expect(sequencer.journal.records.count == 1)

    try sequencer.sequence(kind: 2, time: at(10), payload: Note(3))
    #expect(sequencer.count == 2)
  }

  @Test func `what the journal refuses comes through, and changes nothing`() throws {
    var sequencer = Sequencer(Recorder(capacity: 1))
    try sequencer.sequence(kind: 2, time: at(10), payload: Note(1))

    do throws(Sequencer<Recorder>.Failure) {
      try sequencer.sequence(kind: 2, time: at(11), payload: Note(2))
      Issue.record("a full journal took a record")
    } catch {
      guard case .journal(let failure) = error else { throw error }
      #expect(failure == .ended(at: SequenceNumber(1)))
      #expect(error.description == failure.description)
    }
    #expect(sequencer.count == 1)
    #expect(sequencer.now == at(10))
  }

  @Test func `a sequencer that was written down goes on from there`() throws {
    var first = Sequencer(NullJournal())
    for time in [3, 5, 5, 8] {
      try first.sequence(kind: 2, time: at(Int64(time)), payload: Note(0))
    }
    var sink = WordArray()
    first.encode(into: &sink)

    var second = Sequencer(NullJournal(first: SequenceNumber(first.count)))
    var source = WordArrayReader(sink.words)
    try second.decode(from: &source)

    #expect(source.isAtEnd)
    #expect(second.count == 4)
    #expect(second.now == at(8))
    #expect(throws: (any Error).self) {
      try second.sequence(kind: 2, time: at(7), payload: Note(0))
    }
    #expect(try second.derive(kind: 16, payload: Note(0)) == SequenceNumber(4))
  }

  @Test func `half of a place is refused and changes nothing`() throws {
    var sequencer = Sequencer(NullJournal())
    try sequencer.sequence(kind: 2, time: at(3), payload: Note(0))

    var source = WordArrayReader([99])
    #expect(throws: WordFailure.exhausted) { try sequencer.decode(from: &source) }
    #expect(sequencer.count == 1)
    #expect(sequencer.now == at(3))
  }

  // MARK: Properties

  @Test func `instants never go back, whatever times come in`() throws {
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      var sequencer = Sequencer(Recorder(capacity: 30))
      var accepted: [Timestamp] = []
      for _ in 0..<40 {
        let time = at(Int64(random.below(50)))
        let isInOrder = time >= accepted.last ?? .distantPast
        let isTaken = (try? sequencer.sequence(kind: 2, time: time, payload: Note(0))) != nil
        #expect(isTaken == (isInOrder && accepted.count < 30), "seed \(seed)")
        if isTaken { accepted.append(time) }
        #expect(sequencer.now == accepted.last ?? .distantPast, "seed \(seed)")
        #expect(sequencer.count == UInt64(accepted.count), "seed \(seed)")
      }
      #expect(sequencer.journal.records.map(\.time) == accepted, "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

private func at(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

/// A payload of one word.
private struct Note: JournalPayload {
  var word: UInt64
  init(_ word: UInt64) { self.word = word }
  var wordCount: Int { 1 }
  func encode(into sink: inout some WordSink & ~Copyable) { sink.put(word) }
}

/// A journal in memory that ends after `capacity` records.
private struct Recorder: Journal {
  struct Record: Equatable {
    var kind: UInt16
    var version: UInt16
    var time: Timestamp
    var words: [UInt64]
  }

  var capacity = Int.max
  var records: [Record] = []

  init(capacity: Int = .max) { self.capacity = capacity }

  mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    let number = SequenceNumber(UInt64(records.count))
    guard records.count < capacity else { throw .ended(at: number) }
    var sink = WordArray()
    payload.encode(into: &sink)
    records.append(Record(kind: kind, version: version, time: time, words: sink.words))
    return number
  }

  mutating func commit() throws(JournalFailure) {}
}
