import OmniEncoding
import OmniPlatform

/// Makes a journal that was left behind ready to be continued.
public enum JournalRecovery {
  /// What was found, and what was done.
  public struct Report: Sendable, Equatable {
    /// What the next record continues.
    public let position: JournalPosition
    /// How the journal ended; a torn tail has been cut off.
    public let end: JournalEnd
    /// The oldest segment that is there.
    public let firstSegment: UInt32
    /// The newest segment that is there.
    public let lastSegment: UInt32
  }

  /// Reads the whole journal, and cuts off what is no whole record at its end.
  ///
  /// The last segment is marked as ended where its last whole record ends, and its file is cut
  /// there, so that nothing that was cut can ever be read again. To do it twice does no more.
  ///
  /// - Parameter acceptingLoss: whether a journal may be continued from which committed records
  ///   are missing.
  /// - Throws: what ``JournalReader`` throws, and `committedTailLost`.
  public static func recover<Store: JournalStore & ~Copyable>(
    _ store: inout Store, acceptingLoss: Bool = false
  ) throws(JournalFailure) -> Report {
    try store.beginWriting()
    var reader = JournalReader(store)
    var failure: JournalFailure?
    do throws(JournalFailure) {
      while try reader.next() != nil {}
    } catch {
      failure = error
    }
    let segments = reader.segments
    let position = reader.position
    let end = reader.end
    let offset = reader.offset
    store = reader.takeStore()
    if let failure { throw failure }
    guard let first = segments.first, let last = segments.last, let end else { throw .noJournal }
    if case .torn(let tail) = end, tail.isCommittedLost, !acceptingLoss {
      throw .committedTailLost(tail)
    }
    let remaining = try settle(&store, first, last, at: offset, end)
    return Report(position: position, end: end, firstSegment: first, lastSegment: remaining)
  }

  /// Marks the last segment as ended at `offset`, and cuts its file there.
  ///
  /// - Returns: the number of the segment that is the last now.
  private static func settle<Store: JournalStore & ~Copyable>(
    _ store: inout Store, _ first: UInt32, _ last: UInt32, at offset: Int, _ end: JournalEnd
  ) throws(JournalFailure) -> UInt32 {
    var segment = last
    var length = offset
    if case .torn(let tail) = end, tail.offset == 0 {
      guard first < last else { throw .committedTailLost(tail) }
      segment = last - 1
      guard let state = try state(of: segment, in: store) else { throw .committedTailLost(tail) }
      length = state.offset
    }
    let phase: SegmentState.Phase = end == .sealed ? .sealed : .recovered
    do throws(FileError) {
      try store.amend(
        segment,
        SegmentAmendment(
          offset: SegmentHeader.stateOffset, word: SegmentState(phase, length).word, length: length)
      )
      if segment != last { try store.remove(last) }
    } catch {
      throw .file(error)
    }
    return segment
  }

  /// Marks the segment, which a recovery has ended, as one that has a successor.
  static func markContinued<Store: JournalStore & ~Copyable>(
    _ segment: UInt32, in store: inout Store
  ) throws(JournalFailure) {
    guard let state = try state(of: segment, in: store), state.phase == .recovered else { return }
    do throws(FileError) {
      try store.amend(
        segment,
        SegmentAmendment(
          offset: SegmentHeader.stateOffset, word: SegmentState(.rolled, state.offset).word,
          length: nil))
    } catch {
      throw .file(error)
    }
  }

  private static func state<Store: JournalStore & ~Copyable>(
    of segment: UInt32, in store: borrowing Store
  ) throws(JournalFailure) -> SegmentState? {
    let image = try store.image(of: segment)
    guard unsafe image.bytes.count >= SegmentHeader.size else { return nil }
    return SegmentState(word: image.headerWords[7])
  }
}
