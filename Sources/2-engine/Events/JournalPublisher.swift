public import OmniBus
import OmniEncoding
import OmniModel
public import OmniStorage
import OmniTime

/// Tells a bus what stands in a run's journal, record by record.
///
///     var publisher = try JournalPublisher(DirectoryJournalStore(folder), after: bus.published)
///     while try publisher.publish(on: &writer) > 0 {}
///
/// A bus that carries one journal and nothing else gives event *n* the number of record *n* − 1 and
/// one more: so whoever publishes goes on behind ``Bus/published``, and whoever listens and sees a
/// number again knows that it is the same event. It reads what is whole, up to the end that the
/// journal has; when a journal that is still being written has gone on, another publisher goes on
/// behind ``recordCount``.
///
/// The ring's records have to hold the longest record of the journal, which is the run's plan: some
/// hundred bytes for each strategy and each instrument.
///
/// - Complexity: O(words of the record) an event; allocates only while its buffer grows.
public struct JournalPublisher<Store: JournalStore & ~Copyable>: ~Copyable {
  /// Why nothing more is published.
  public enum Failure: Error {
    /// The journal is missing or damaged.
    case journal(JournalFailure)
    /// The bus refused.
    case bus(BusFailure)
    /// The journal holds a record that this version does not know.
    case unknownKind(UInt16, record: UInt64)
    /// A record is longer than the bus can carry.
    case tooLong(bytes: Int, record: UInt64)
  }

  private var reader: JournalReader<Store>
  private var payload: [UInt8] = []
  /// A record that was read and that the bus has not taken.
  private var waiting: BusDraft?

  /// Goes on behind the first `count` records of the journal in `store`.
  public init(_ store: consuming Store, after count: UInt64 = 0) throws(Failure) {
    reader = JournalReader(store)
    do throws(JournalFailure) {
      if count > 0 {
        try reader.skip(to: SequenceNumber(count))
        while reader.position.nextSequence.value < count, try reader.next() != nil {}
      }
    } catch {
      throw .journal(error)
    }
  }

  /// How many records of the journal have been read.
  public var recordCount: UInt64 {
    reader.position.nextSequence.value - (waiting == nil ? 0 : 1)
  }

  /// How the journal ends, or nil before its end was reached.
  public var end: JournalEnd? { reader.end }

  /// Publishes up to `limit` further records.
  ///
  /// - Returns: how many there were; 0 at the journal's end.
  /// - Throws: ``Failure``; what the bus refused is published first when it is called again.
  public mutating func publish(
    on writer: inout BusWriter, limit: Int = 4_096
  ) throws(Failure) -> Int {
    var count = 0
    while count < limit {
      if waiting == nil { waiting = try nextDraft() }
      guard let draft = waiting else { break }
      do throws(BusFailure) {
        try writer.publish(draft, payload)
      } catch {
        throw .bus(error)
      }
      waiting = nil
      count += 1
    }
    return count
  }

  private mutating func nextDraft() throws(Failure) -> BusDraft? {
    let frame: FrameHeader?
    do throws(JournalFailure) { frame = try reader.next() } catch { throw .journal(error) }
    guard let frame else { return nil }
    guard let kind = RecordKind(rawValue: frame.kind) else {
      throw .unknownKind(frame.kind, record: frame.sequence.value)
    }
    let count = reader.remainingWords * 8
    guard count <= EventEnvelope.payloadBytesMax else {
      throw .tooLong(bytes: count, record: frame.sequence.value)
    }
    payload.removeAll(keepingCapacity: true)
    var key: UInt64 = 0
    var place = 0
    while let word = try? reader.take() {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        payload.append(UInt8(truncatingIfNeeded: word >> shift))
      }
      // The key is what order matters for: the instrument of a bar, the number of an order.
      if place == (kind == .orderFilled ? 1 : 0) { key = word }
      place += 1
    }
    if kind == .runStarted || kind == .runEnded { key = 0 }
    return BusDraft(
      EventTypes.topic(of: kind), schema: BusSchema(frame.kind, version: frame.version),
      timestamp: frame.time, key: key)
  }
}

extension JournalPublisher.Failure: CustomStringConvertible where Store: ~Copyable {
  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .journal(let failure): failure.code
    case .bus(let failure): failure.code
    case .unknownKind: "EVT-001"
    case .tooLong: "EVT-002"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .journal(let failure): "\(failure)"
    case .bus(let failure): "\(failure)"
    case .unknownKind(let kind, let record):
      "record \(record) is of kind \(kind); wanted one that this version knows"
    case .tooLong(let bytes, let record):
      "record \(record) has \(bytes) bytes; wanted at most \(EventEnvelope.payloadBytesMax)"
    }
  }
}
