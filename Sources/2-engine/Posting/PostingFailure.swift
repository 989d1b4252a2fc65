public import OmniLedger
public import OmniLedgerStore

/// Why a ledger did not take a run's postings.
public enum PostingFailure: Error, Equatable, Sendable {
  /// The ledger refused as such.
  case store(LedgerStoreFailure)
  /// A ledger can have no account of that name.
  case accountName(String)
  /// An account of the run is in the ledger already, and not by this journal.
  case accountTaken(name: String, journal: UInt64)
  /// The ledger does not accept a posting.
  case refused(PostingID, Verdict)
  /// An account of the ledger does not hold what the run's books hold, in minor units.
  case differs(account: String, ledger: Int128, run: Int128)

  /// The stable code.
  public var code: String {
    switch self {
    case .store(let failure): failure.code
    case .accountName: "LED-030"
    case .accountTaken: "LED-031"
    case .refused: "LED-032"
    case .differs: "LED-033"
    }
  }
}

extension PostingFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .store(let failure): failure.description
    case .accountName(let name):
      "\(name) is no name for an account; wanted 1 to \(AccountTerms.nameBytesMax) bytes without "
        + "hidden characters"
    case .accountTaken(let name, let journal):
      "account \(name) is in the ledger already, and not by journal \(PostingID.digits(journal)); "
        + "wanted a ledger of this run's own"
    case .refused(let id, let verdict):
      "the ledger says \(verdict.code) of \(id); wanted accepted or exists"
    case .differs(let account, let ledger, let run):
      "account \(account) holds \(ledger) minor units in the ledger; wanted \(run), as in the run"
    }
  }
}
