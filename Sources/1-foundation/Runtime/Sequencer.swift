public import OmniEncoding
public import OmniStorage
public import OmniTime

/// Gives every event its number, its instant and its place in the journal, in that order.
///
/// Stop 3 of a tick's way: from here on there is one sequence, and its `sequencedAt` is the only
/// *now* that the core knows.
///
/// - Invariant: instants never go back.
/// - Complexity: O(1) an event; what the journal costs.
@frozen
public struct Sequencer<Sink: Journal & ~Copyable>: ~Copyable {
  /// Why an event was not sequenced; nothing was changed.
  public enum Failure: Error {
    /// The event is older than the one before.
    case timeWentBack(last: Timestamp, found: Timestamp)
    /// The journal refused it.
    case journal(JournalFailure)
  }

  /// Where the events are written.
  public var journal: Sink
  @usableFromInline var instant = Timestamp.distantPast
  @usableFromInline var number: UInt64 = 0

  /// Creates a sequencer in front of `journal`, at the first number.
  @inlinable
  public init(_ journal: consuming Sink) { self.journal = journal }

  /// The instant of the last event.
  @inlinable
  public var now: Timestamp { instant }

  /// How many events have been sequenced.
  @inlinable
  public var count: UInt64 { number }

  /// Numbers and journals an event that came from outside at `time`.
  @inlinable @inline(__always)
  @discardableResult
  public mutating func sequence(
    kind: UInt16, time: Timestamp, payload: borrowing some JournalPayload & ~Copyable
  ) throws(Failure) -> SequenceNumber {
    guard time >= instant else { throw .timeWentBack(last: instant, found: time) }
    let sequence: SequenceNumber
    do throws(JournalFailure) {
      sequence = try journal.append(kind: kind, version: 1, time: time, payload: payload)
    } catch {
      throw .journal(error)
    }
    instant = time
    number += 1
    return sequence
  }

  /// Numbers and journals what followed from the last event, at the same instant.
  @inlinable
  @discardableResult
  public mutating func derive(
    kind: UInt16, payload: borrowing some JournalPayload & ~Copyable
  ) throws(Failure) -> SequenceNumber {
    try sequence(kind: kind, time: instant, payload: payload)
  }

  /// Puts how many events there were, and the instant of the last.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(number)
    sink.put(instant.nanoseconds)
  }

  /// Goes on where another sequencer has put its place, or refuses and changes nothing.
  ///
  /// The journal keeps its own numbers: hand one over that goes on there as well.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let count = try source.take()
    instant = Timestamp(nanoseconds: try source.takeSigned())
    number = count
  }

  /// Ends the sequence, and hands the journal over.
  @inlinable
  public consuming func takeJournal() -> Sink { journal }
}

extension Sequencer.Failure: CustomStringConvertible where Sink: ~Copyable {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .timeWentBack(let last, let found):
      "an event of \(found) after one of \(last); wanted events in order of time"
    case .journal(let failure): "\(failure)"
    }
  }
}
