import OmniEncoding
public import OmniSnapshotter
public import OmniStorage
import OmniTime

/// A journal as the snapshotter's log: one stream, a record an event, to be read only.
///
/// The version after record *n* is *n* + 1. Records that a journal has given up are not there; with a
/// snapshot behind them the run can be followed nevertheless.
///
/// - Complexity: a reading that goes on where the last one ended is O(bytes); any other begins at
///   the first record of the segment.
public final class JournalEventLog<Store: JournalStore & ~Copyable>: EventLog {
  /// Why the journal could not be read, in its own words; the last time that it was.
  public private(set) var failure: JournalFailure?
  /// Present but while it is being exchanged.
  private var reader: JournalReader<Store>?

  /// Creates a log over the journal in `store`.
  public init(_ store: consuming Store) { reader = JournalReader(store) }

  /// How many records the journal holds that are whole.
  ///
  /// - Complexity: O(bytes of the last segment).
  public func version(of stream: StreamName) throws(EventLogFailure) -> UInt64 {
    try wrapped(stream) { () throws(JournalFailure) in try lastVersion() }
  }

  /// Replaces what `batch` holds by the records that follow `version`.
  public func read(
    _ stream: StreamName, after version: UInt64, limit: EventBatch.Limit,
    into batch: inout EventBatch
  ) throws(EventLogFailure) {
    batch.removeAll()
    do throws(JournalFailure) {
      try go(to: version)
      while batch.count < limit.events, batch.isEmpty || batch.byteCount < limit.bytes,
        let frame = try reader?.next()
      {
        append(frame, to: &batch)
      }
    } catch {
      throw translate(error, stream, version)
    }
  }

  /// Refuses: a journal is written by the run itself, before the state changes.
  public func append(
    _ events: EventBatch, to stream: StreamName, expecting expected: UInt64
  ) throws(EventLogFailure) -> UInt64 {
    throw .backend(code: "RUN-006", reason: "a run's journal is written by the run alone")
  }

  /// How many records the journal has up to the last one of an instant not behind `time`.
  func count(upTo time: Timestamp) throws(JournalFailure) -> UInt64 {
    try begin(at: 0)
    var count = reader?.position.nextSequence.value ?? 0
    while let frame = try reader?.next(), frame.time <= time { count = frame.sequence.value + 1 }
    return count
  }

  private func append(_ frame: FrameHeader, to batch: inout EventBatch) {
    let chain = reader?.position.chain ?? 0
    batch.append { bytes in
      Self.put(
        UInt64(chain) << 32 | UInt64(frame.version) << 16 | UInt64(frame.kind), into: &bytes)
      Self.put(UInt64(bitPattern: frame.time.nanoseconds), into: &bytes)
      guard RunEventBytes.holdsPayload(frame.kind) else { return }
      while let word = try? reader?.take() { Self.put(word, into: &bytes) }
    }
  }

  private static func put(_ word: UInt64, into bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  /// Brings the reader to where the next record is the one that follows `version`.
  private func go(to version: UInt64) throws(JournalFailure) {
    let isThere = reader?.position.nextSequence.value == version && reader?.end == nil
    if !isThere { try begin(at: version) }
    while let place = reader?.position.nextSequence.value, place < version {
      guard try reader?.next() != nil else { return }
    }
  }

  private func lastVersion() throws(JournalFailure) -> UInt64 {
    try begin(at: .max)
    while try reader?.next() != nil {}
    return reader?.position.nextSequence.value ?? 0
  }

  /// Reads anew, from the segment that the record `sequence` stands in.
  private func begin(at sequence: UInt64) throws(JournalFailure) {
    guard let old = reader.take() else { return }
    reader = JournalReader(old.takeStore())
    try reader?.skip(to: SequenceNumber(sequence))
  }

  private func wrapped<Value>(
    _ stream: StreamName, _ body: () throws(JournalFailure) -> Value
  ) throws(EventLogFailure) -> Value {
    do throws(JournalFailure) { return try body() } catch { throw translate(error, stream, 0) }
  }

  private func translate(
    _ failure: JournalFailure, _ stream: StreamName, _ version: UInt64
  ) -> EventLogFailure {
    self.failure = failure
    switch failure {
    case .file(let error): return .file(error)
    case .corrupt, .missingSegment: return .damaged(stream: stream, version: version)
    default: return .backend(code: failure.code, reason: "\(failure)")
    }
  }
}
