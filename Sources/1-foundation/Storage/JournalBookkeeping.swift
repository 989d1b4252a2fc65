import OmniPlatform
public import OmniTime

/// What a writer knows apart from what each append needs.
@usableFromInline
struct JournalBookkeeping {
  let configuration: JournalConfiguration
  /// The open segment, or the last one that there is; nothing if there is none.
  var segment: UInt32?
  /// The oldest segment that is kept.
  var oldest: UInt32
  /// How many bytes of the open segment are committed.
  var committedOffset = 0
  /// How many records are committed.
  var committedCount: UInt64
  /// Why nothing more is taken.
  var poison: FileError?
  /// Whether the last segment, which is not open, has to be marked as continued.
  var continuesRecovered = false
}

/// Where a journal stands: what the next record continues.
public struct JournalPosition: Sendable, Equatable {
  /// The number that the next record gets.
  public let nextSequence: SequenceNumber
  /// The time of the last record, or the distant past.
  public let lastTime: Timestamp
  /// The checksums of all records, joined.
  public let chain: UInt32

  /// Before the first record.
  public static var start: Self {
    Self(nextSequence: .first, lastTime: .distantPast, chain: 0)
  }
}
