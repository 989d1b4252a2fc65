public import OmniLedger
public import OmniWriteAheadLog

/// Why a ledger cannot do what it was asked.
public enum LedgerStoreFailure: Error, Equatable, Sendable {
  /// The log refused.
  case log(LogFailure)
  /// An account cannot be opened; none was.
  case account(AccountRegister.Refusal)
  /// A frame of the log holds what no ledger writes.
  case senseless(frame: UInt64, what: String)
  /// The log holds a transaction that the books refuse.
  case refused(frame: UInt64, transaction: TransactionID, verdict: Verdict)
  /// An earlier call failed after the books had changed; open the ledger anew.
  case unusable

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .log(let failure): failure.code
    case .account(let refusal): refusal.code
    case .senseless: "LED-010"
    case .refused: "LED-011"
    case .unusable: "LED-012"
    }
  }
}

extension LedgerStoreFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .log(let failure): "\(failure)"
    case .account(let refusal): "\(code): \(refusal)"
    case .senseless(let frame, let what): "\(code): frame \(frame) of the log holds \(what)"
    case .refused(let frame, let transaction, let verdict):
      "\(code): frame \(frame) of the log holds transaction \(transaction), which is "
        + "\(verdict.code) now; the log or the program is not the one that wrote it"
    case .unusable: "\(code): an earlier call failed in the middle; the ledger must be opened anew"
    }
  }
}
