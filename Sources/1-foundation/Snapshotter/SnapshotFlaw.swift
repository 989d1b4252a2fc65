/// Why a snapshot was not used.
///
/// None of these stops a rehydration: an older snapshot is tried, and at last every event replayed.
public enum SnapshotFlaw: UInt8, Error, CaseIterable, Sendable {
  /// It was listed, and is gone.
  case vanished
  /// The store could not give it.
  case unreadable
  /// The bytes end too early, or go on too long.
  case wrongLength
  /// The bytes do not begin as a snapshot does.
  case wrongMagic
  /// It is written in a format that only a later version of this program reads.
  case futureFormat
  /// A field has a value that no writer gives it.
  case malformed
  /// The checksum is not that of the bytes.
  case wrongChecksum
  /// It is the snapshot of another key than the one under which it is kept.
  case misplaced
  /// Its events were applied in another way.
  case otherReducer
  /// Its state is laid out as a later version of the model does.
  case newerSchema
  /// Its state is laid out as an older version of the model did, and a step to today's is missing.
  case missingUpcaster
  /// A step from the older layout refused the state.
  case upcastRefused
  /// The model cannot read the state.
  case undecodable
  /// It is a delta, and something that it builds on is missing or was not used either.
  case brokenChain
  /// It is a delta that does not fit what it builds on.
  case wrongDelta
  /// It is a snapshot of more events than there are.
  case aheadOfLog
  /// The last event that it has seen is not the one that the log holds there.
  case otherHistory

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .vanished: "SNP-050"
    case .unreadable: "SNP-051"
    case .wrongLength: "SNP-052"
    case .wrongMagic: "SNP-053"
    case .futureFormat: "SNP-054"
    case .malformed: "SNP-055"
    case .wrongChecksum: "SNP-056"
    case .misplaced: "SNP-057"
    case .otherReducer: "SNP-058"
    case .newerSchema: "SNP-059"
    case .missingUpcaster: "SNP-060"
    case .upcastRefused: "SNP-061"
    case .undecodable: "SNP-062"
    case .brokenChain: "SNP-063"
    case .wrongDelta: "SNP-064"
    case .aheadOfLog: "SNP-065"
    case .otherHistory: "SNP-066"
    }
  }

  /// Whether the record itself is bad, so that nobody can ever use it.
  var isDamage: Bool {
    switch self {
    case .wrongLength, .wrongMagic, .malformed, .wrongChecksum, .misplaced, .undecodable,
      .brokenChain, .wrongDelta, .aheadOfLog, .otherHistory:
      true
    case .vanished, .unreadable, .futureFormat, .otherReducer, .newerSchema, .missingUpcaster,
      .upcastRefused:
      false
    }
  }
}

extension SnapshotFlaw: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String { "\(code): \(text)" }

  private var text: String {
    switch self {
    case .vanished: "a snapshot was listed, and is gone"
    case .unreadable: "the store could not give a snapshot"
    case .wrongLength: "a snapshot has not the length that it says it has"
    case .wrongMagic: "the bytes do not begin as a snapshot does"
    case .futureFormat: "a snapshot is written in a later format than this program reads"
    case .malformed: "a field of a snapshot has a value that no writer gives it"
    case .wrongChecksum: "a snapshot's checksum is not that of its bytes"
    case .misplaced: "a snapshot is kept under the key of another"
    case .otherReducer: "a snapshot's events were applied in another way than today's"
    case .newerSchema: "a snapshot's state has a later schema than the model"
    case .missingUpcaster: "no chain of upcasters leads from a snapshot's schema to the model's"
    case .upcastRefused: "an upcaster refused the state of a snapshot"
    case .undecodable: "the model cannot read the state of a snapshot"
    case .brokenChain: "what a delta builds on is missing or of no use"
    case .wrongDelta: "a delta does not fit the state that it builds on"
    case .aheadOfLog: "a snapshot has seen more events than the log holds"
    case .otherHistory: "the last event that a snapshot has seen is another in the log"
    }
  }
}
