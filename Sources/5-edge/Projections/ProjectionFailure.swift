public import OmniPostgreSQL
public import OmniSQLite

/// Why a projection refuses, or cannot, take what it is given.
public enum ProjectionFailure: Error, Equatable, Sendable {
  /// The projection is of another ledger.
  case otherLedger(found: UInt128, wanted: UInt128)
  /// The projection has frames that the ledger does not have.
  case aheadOfLedger(position: UInt64, ledger: UInt64)
  /// The projection's frame is not the ledger's frame of that number.
  case otherHistory(frame: UInt64)
  /// A later version of the program made the tables.
  case schemaNewer(found: Int64, known: Int64)
  /// There are tables that no projection made.
  case foreignTables(String)
  /// A transaction does not follow the one before.
  case outOfOrder(ordinal: UInt64, last: UInt64)
  /// A transaction resolves one that is not there or is not pending.
  case pendingMissing
  /// A schema's name is not of small letters, digits and underscores.
  case nameInvalid(String)
  /// SQLite failed.
  case sqlite(SQLiteFailure)
  /// PostgreSQL failed.
  case postgreSQL(PostgreSQLFailure)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .otherLedger: "PRJ-001"
    case .aheadOfLedger: "PRJ-002"
    case .otherHistory: "PRJ-003"
    case .schemaNewer: "PRJ-004"
    case .foreignTables: "PRJ-005"
    case .outOfOrder: "PRJ-006"
    case .pendingMissing: "PRJ-007"
    case .nameInvalid: "PRJ-008"
    case .sqlite(let failure): failure.code
    case .postgreSQL(let failure): failure.code
    }
  }

  /// Whether the projection has to be reset and built anew.
  public var wantsRebuild: Bool {
    switch self {
    case .otherLedger, .aheadOfLedger, .otherHistory, .pendingMissing: true
    default: false
    }
  }
}

extension ProjectionFailure: CustomStringConvertible {
  /// One line: what was found, what was wanted, and what to do.
  public var description: String {
    switch self {
    case .otherLedger(let found, let wanted):
      "\(code): the projection is of the ledger \(ProjectionText.hexadecimal(found)), "
        + "not of \(ProjectionText.hexadecimal(wanted)); rebuild it"
    case .aheadOfLedger(let position, let ledger):
      "\(code): the projection is at frame \(position), the ledger ends with \(ledger); rebuild it"
    case .otherHistory(let frame):
      "\(code): the projection's frame \(frame) is not the ledger's; rebuild it"
    case .schemaNewer(let found, let known):
      "\(code): the tables have version \(found), wanted is at most \(known)"
    case .foreignTables(let name):
      "\(code): there is a table \(name) that no projection made; wanted is an empty place"
    case .outOfOrder(let ordinal, let last):
      "\(code): transaction \(ordinal) does not follow \(last)"
    case .pendingMissing:
      "\(code): a transaction ends a pending one that is not there; rebuild the projection"
    case .nameInvalid(let name):
      "\(code): \(name) names no schema; wanted are small letters, digits and underscores"
    case .sqlite(let failure): "\(failure)"
    case .postgreSQL(let failure): "\(failure)"
    }
  }
}
