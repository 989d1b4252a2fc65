public import OmniEncoding
public import OmniTime

/// What takes records in order and gives each its number.
public protocol Journal: ~Copyable {
  /// Takes a record.
  ///
  /// - Precondition: `kind` is below `UInt16.max`.
  mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber

  /// Makes the records so far survive what they are meant to survive.
  mutating func commit() throws(JournalFailure)
}

/// Counts the records and keeps none.
@frozen
public struct NullJournal: Journal, ~Copyable {
  /// The number that the next record gets.
  @inlinable
  public var nextSequence: SequenceNumber { SequenceNumber(count) }
  @usableFromInline var count: UInt64

  /// Creates a journal whose first record gets the number `first`.
  @inlinable
  public init(first: SequenceNumber = .first) { count = first.value }

  /// Counts a record.
  @inlinable
  public mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    let sequence = SequenceNumber(count)
    count += 1
    return sequence
  }

  /// Does nothing.
  @inlinable
  public mutating func commit() throws(JournalFailure) {}
}

/// Refuses every record; what follows a comparison that must end where the journal does.
@frozen
public struct EndedJournal: Journal, ~Copyable {
  /// The number that the next record would have.
  public let nextSequence: SequenceNumber

  /// Creates the end of a journal of which `nextSequence` is the first number not given.
  @inlinable
  public init(at nextSequence: SequenceNumber) { self.nextSequence = nextSequence }

  /// Refuses with `ended`.
  @inlinable
  public mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    throw .ended(at: nextSequence)
  }

  /// Does nothing.
  @inlinable
  public mutating func commit() throws(JournalFailure) {}
}
