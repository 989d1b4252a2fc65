public import OmniEncoding
public import OmniTime

/// Holds what is derived now against what a journal recorded, and goes on where the journal ends.
///
/// A node that starts again computes everything from its inputs. Each record that it derives must be
/// the one that the journal holds at that place; behind the last one, records go to `next`: a
/// ``JournalWriter`` that was resumed, or an ``EndedJournal``, which refuses them.
///
/// - Complexity: `append` is O(words) while comparing, without copying or allocating.
@frozen
public struct VerifyingJournal<
  Store: JournalStore & ~Copyable, Next: Journal & ~Copyable
>: ~Copyable, Journal {
  @usableFromInline var reader: JournalReader<Store>
  @usableFromInline var next: Next
  @usableFromInline var isComparing: Bool
  @usableFromInline var compared: UInt64

  /// Creates a comparison with what `reader` will give, from its next record on.
  @inlinable
  public init(_ reader: consuming JournalReader<Store>, then next: consuming Next) {
    self.reader = reader
    self.next = next
    isComparing = true
    compared = 0
  }

  /// How many records were held against the journal's, and found to be the same.
  @inlinable
  public var comparedCount: UInt64 { compared }

  /// Whether the journal has not ended yet, as far as it was asked.
  @inlinable
  public var isStillComparing: Bool { isComparing }

  /// How the journal that is compared with ends, or nothing while it goes on.
  public var end: JournalEnd? { reader.end }

  /// Compares a record with the journal's next one, or hands it on behind the last.
  ///
  /// - Throws: `differs` at the first difference; what the reader and what `next` throws.
  @inlinable
  public mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    if isComparing {
      if let recorded = try reader.next() {
        let word = reader.firstDifference(from: payload)
        let isSame =
          recorded.kind == kind && recorded.version == version && recorded.time == time
          && word == nil
        guard isSame else {
          throw difference(
            recorded, kind,
            isSameHeader: recorded.kind == kind
              && recorded.version == version && recorded.time == time, word)
        }
        compared += 1
        return recorded.sequence
      }
      isComparing = false
    }
    return try next.append(kind: kind, version: version, time: time, payload: payload)
  }

  /// Commits what was handed on.
  @inlinable
  public mutating func commit() throws(JournalFailure) {
    if !isComparing { try next.commit() }
  }

  /// Checks that the journal holds no record that was not derived.
  ///
  /// - Returns: the number of the first such record, or nothing.
  public mutating func firstRemaining() throws(JournalFailure) -> SequenceNumber? {
    guard isComparing else { return nil }
    guard let frame = try reader.next() else {
      isComparing = false
      return nil
    }
    return frame.sequence
  }

  /// What takes the records behind the journal's end, to be closed.
  public consuming func takeNext() -> Next { next }

  @usableFromInline
  func difference(
    _ recorded: FrameHeader, _ kind: UInt16, isSameHeader: Bool, _ word: Int?
  ) -> JournalFailure {
    .differs(
      .init(
        sequence: recorded.sequence, recordedKind: recorded.kind, derivedKind: kind,
        word: isSameHeader ? word : nil))
  }
}
