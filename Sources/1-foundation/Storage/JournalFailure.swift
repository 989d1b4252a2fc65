public import OmniPlatform
public import OmniTime

/// Why a journal could not be written or read.
public enum JournalFailure: Error, Equatable, Sendable {
  /// The disk or the operating system refused.
  case file(FileError)
  /// There is no journal where one should be read.
  case noJournal
  /// There is a journal already where a new one should begin.
  case journalExists(segments: Int)
  /// There is no room for another segment; nothing was changed.
  case diskFull(segment: UInt32, wantedBytes: Int)
  /// A record does not fit into a segment.
  case recordTooLong(bytes: Int, limitBytes: Int)
  /// A record is older than the one before it.
  case timeWentBack(last: Timestamp, given: Timestamp)
  /// An earlier synchronisation failed, so nobody knows what the device holds; nothing more is
  /// taken. What was committed before is safe. Start again, and recover.
  case poisoned(by: FileError)
  /// Bytes are not what they should be.
  case corrupt(Corruption)
  /// A segment of the series is not there.
  case missingSegment(wanted: UInt32, found: UInt32?)
  /// A file has a segment's name, but none that a journal would give.
  case strayFile(name: String)
  /// A tail that had been committed is missing, and nobody said that it may be given up.
  case committedTailLost(TornTail)
  /// What was derived is not what the journal holds.
  case differs(Difference)
  /// The journal holds no further record to compare with.
  case ended(at: SequenceNumber)
  /// A setting is out of its limits.
  case unusable(setting: String, value: Int)

  /// Where and how bytes are not what they should be.
  public struct Corruption: Equatable, Sendable {
    /// What was looked at.
    public enum Subject: String, Sendable, Equatable {
      /// The first eight bytes of a segment.
      case magic = "segment magic"
      /// The layout's version.
      case version = "segment version"
      /// The checksum of a segment's header.
      case headerChecksum = "segment header checksum"
      /// Bytes that are not in use.
      case reserved = "reserved bytes"
      /// How far the segment was written.
      case state = "segment state"
      /// A segment's own number.
      case index = "segment number"
      /// The number of a segment's first record.
      case firstSequence = "segment's first sequence number"
      /// The checksum of all records before the segment.
      case chain = "chain of checksums"
      /// How many bytes the file holds.
      case size = "file size"
      /// The length of a frame.
      case length = "frame length"
      /// The checksum of a frame.
      case checksum = "frame checksum"
      /// A record's number.
      case sequence = "sequence number"
      /// A record's time.
      case time = "time"
      /// A place without a record, before the last one.
      case hole = "hole before a valid frame"
      /// What the seal says of the records before it.
      case seal = "seal"
    }

    /// The segment's number.
    public let segment: UInt32
    /// The place in the segment's file, in bytes.
    public let offset: Int
    /// What was looked at.
    public let subject: Subject
    /// What stands there.
    public let found: UInt64
    /// What should.
    public let wanted: UInt64
  }

  /// Where what was derived and what the journal holds part.
  public struct Difference: Equatable, Sendable {
    /// The record's number.
    public let sequence: SequenceNumber
    /// Its kind in the journal.
    public let recordedKind: UInt16
    /// Its kind as derived.
    public let derivedKind: UInt16
    /// The first payload word that differs, or nothing if the header does.
    public let word: Int?

    /// Creates a description of a difference.
    public init(
      sequence: SequenceNumber, recordedKind: UInt16, derivedKind: UInt16, word: Int?
    ) {
      self.sequence = sequence
      self.recordedKind = recordedKind
      self.derivedKind = derivedKind
      self.word = word
    }
  }

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .file: "STO-001"
    case .noJournal: "STO-002"
    case .journalExists: "STO-003"
    case .diskFull: "STO-004"
    case .recordTooLong: "STO-005"
    case .timeWentBack: "STO-006"
    case .poisoned: "STO-007"
    case .corrupt: "STO-008"
    case .missingSegment: "STO-009"
    case .strayFile: "STO-010"
    case .committedTailLost: "STO-011"
    case .differs: "STO-012"
    case .ended: "STO-013"
    case .unusable: "STO-014"
    }
  }
}

extension JournalFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String { "\(code): \(text)" }

  private var text: String {
    switch self {
    case .file(let error): "\(error)"
    case .noJournal: "no segment is there, and a journal was wanted"
    case .journalExists(let segments):
      "\(segments) segments are there, and a place for a new journal was wanted"
    case .diskFull(let segment, let wantedBytes):
      "no room for the \(wantedBytes) bytes of segment \(segment); nothing was changed"
    case .recordTooLong(let bytes, let limitBytes):
      "a record has \(bytes) bytes, and at most \(limitBytes) fit into a segment"
    case .timeWentBack(let last, let given):
      "a record of \(given.nanoseconds) ns follows one of \(last.nanoseconds) ns"
    case .poisoned(let cause): "nothing more is taken since a synchronisation failed: \(cause)"
    case .corrupt(let where_): "\(where_)"
    case .missingSegment(let wanted, let found):
      "segment \(wanted) is missing" + (found.map { ", segment \($0) is there" } ?? "")
    case .strayFile(let name): "\(name) has a segment's name in a form that no journal gives"
    case .committedTailLost(let tail): "committed records are gone: \(tail)"
    case .differs(let difference): "\(difference)"
    case .ended(let sequence): "the journal ends before record \(sequence.value)"
    case .unusable(let setting, let value): "\(value) is no usable \(setting)"
    }
  }
}

extension JournalFailure.Corruption: CustomStringConvertible {
  /// One line: where, what stands there, and what should.
  public var description: String {
    "segment \(segment), offset \(offset): \(subject.rawValue) is \(found), wanted \(wanted)"
  }
}

extension JournalFailure.Difference: CustomStringConvertible {
  /// One line: which record, and where it differs.
  public var description: String {
    let place = word.map { "payload word \($0)" } ?? "the header"
    return "record \(sequence.value) differs in \(place): kind \(recordedKind) is recorded, "
      + "kind \(derivedKind) was derived"
  }
}

/// Bytes at the end of a journal that are no whole record.
public struct TornTail: Equatable, Sendable {
  /// The segment's number; always the last one.
  public let segment: UInt32
  /// Where the last whole record ends.
  public let offset: Int
  /// How many bytes after that are given up.
  public let bytesCut: Int
  /// Whether bytes are missing that had been committed, so that this is a loss.
  public let isCommittedLost: Bool

  /// Creates a description of a tail.
  public init(segment: UInt32, offset: Int, bytesCut: Int, isCommittedLost: Bool) {
    self.segment = segment
    self.offset = offset
    self.bytesCut = bytesCut
    self.isCommittedLost = isCommittedLost
  }
}

extension TornTail: CustomStringConvertible {
  /// One line: where, and how much.
  public var description: String {
    "segment \(segment) is torn at offset \(offset), \(bytesCut) bytes are cut"
      + (isCommittedLost ? ", committed bytes are missing" : "")
  }
}

/// How a journal ends.
public enum JournalEnd: Equatable, Sendable {
  /// Its writer was closed.
  case sealed
  /// Its writer went away; every record is whole.
  case unsealed
  /// Its writer went away, and so did a part of what it wrote last.
  case torn(TornTail)
}
