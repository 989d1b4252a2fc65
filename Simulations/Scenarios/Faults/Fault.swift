/// What goes wrong in one attempt to run a day.
enum Fault: String, CaseIterable, Sendable {
  /// The process is killed between two operations of the journal.
  case kill = "killed between records"
  /// The process is killed while it writes a record.
  case killWithin = "killed within a record"
  /// The power goes between two operations of the journal.
  case power = "power lost between records"
  /// The power goes within an operation of the disk.
  case powerWithin = "power lost within an operation"
  /// A synchronisation fails.
  case synchronization = "synchronisation failed"
  /// There is no room for another segment.
  case diskFull = "disk full"
  /// Killed, and a bit of the journal has turned before it is continued.
  case killAndFlip = "killed, and a bit turned"

  var ending: Watch.Ending? {
    switch self {
    case .kill, .killAndFlip: .killBetween
    case .killWithin: .killWithin
    case .power: .power
    case .powerWithin, .synchronization, .diskFull: nil
    }
  }
}
