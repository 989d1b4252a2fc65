public import OmniLedgerStore
public import OmniPlatform
public import OmniTransparencyLog

/// Why something cannot be proven, or proves nothing.
public enum ProofFailure: Error, Equatable, Sendable {
  /// A note, a key or a proof is not what it should be.
  case note(NoteFailure)
  /// The ledger cannot be read.
  case ledger(LedgerStoreFailure)
  /// A file of the proof cannot be read or written.
  case file(FileError)
  /// A frame of the ledger holds what has no place in a proof.
  case senseless(frame: UInt64, what: String)
  /// The ledger is shorter than what was signed.
  case rolledBack(signed: UInt64, found: UInt64)
  /// The ledger is not what was signed.
  case rewritten(size: UInt64)
  /// No key was ever declared, and none was given.
  case noKey
  /// The key that was given is not the one that signs.
  case otherKey(declared: String, given: String)
  /// Text of a receipt that is not of its form.
  case malformed(what: String, wanted: String)
  /// What a receipt says is not what it proves.
  case contradiction(what: String)
  /// A file of the proof does not hold what was signed; all of it can be made again from the ledger.
  case damaged(what: String)
  /// The file of the last checkpoint holds none that the ledger's keys have signed.
  case strangeCheckpoint(NoteFailure)
  /// There is no such entry in the tree that was signed.
  case notThere(what: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .note(let failure): failure.code
    case .ledger(let failure): failure.code
    case .file(let error): error.code
    case .senseless: "PRF-020"
    case .rolledBack: "PRF-021"
    case .rewritten: "PRF-022"
    case .noKey: "PRF-023"
    case .otherKey: "PRF-024"
    case .malformed: "PRF-025"
    case .contradiction: "PRF-026"
    case .notThere: "PRF-027"
    case .damaged: "PRF-028"
    case .strangeCheckpoint: "PRF-029"
    }
  }
}

extension ProofFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .note(let failure): "\(failure)"
    case .ledger(let failure): "\(failure)"
    case .file(let error): "\(error)"
    case .senseless(let frame, let what):
      "\(code): frame \(frame) of the ledger holds \(what); wanted entries of this version"
    case .rolledBack(let signed, let found):
      "\(code): a checkpoint of \(signed) entries was signed, and the ledger has \(found); wanted the "
        + "ledger that was signed, or a longer one"
    case .rewritten(let size):
      "\(code): the first \(size) entries are not those that were signed; wanted the ledger that was"
    case .noKey: "\(code): the ledger declares no key; wanted one to sign with"
    case .otherKey(let declared, let given):
      "\(code): the ledger's key is \(declared), and the one given is \(given); wanted the same"
    case .malformed(let what, let wanted): "\(code): \(what); wanted \(wanted)"
    case .contradiction(let what): "\(code): \(what); wanted what the signed root proves"
    case .strangeCheckpoint(let cause):
      "\(code): the ledger's last checkpoint is not one of its own: \(cause)"
    case .damaged(let what): "\(code): \(what); wanted files as they were signed"
    case .notThere(let what): "\(code): \(what); wanted an entry below the checkpoint"
    }
  }
}
