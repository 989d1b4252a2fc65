/// Why the bus, its ring, a writer or a reader could not do what was asked.
public enum BusFailure: Error, Equatable, Sendable {
  /// A setting is out of its limits.
  case unusable(setting: String, value: Int, wanted: String)
  /// As many readers as there can be are there.
  case tooManyReaders(limit: Int)
  /// The payload does not fit into a record.
  case payloadTooLong(bytes: Int, limit: Int)
  /// There is a writer already.
  case writerTaken
  /// A reader with the policy `block` did not make room in time; nothing was published.
  case full(reader: Int, waitedNanoseconds: Int64)
  /// The bus was closed; for a reader, all that was published before has been given to it.
  case closed
  /// The reader fell behind by the whole ring and was closed; the first event it lacks is `next`.
  case overrun(next: UInt64, published: UInt64)
  /// The log has failed, so nothing more is published.
  case log(EventLogFailure)
  /// The bus has no log to read events from that have left the ring.
  case noLog
  /// What was asked for is neither in the log nor in the ring any more, or not yet.
  case outOfReach(wanted: UInt64, oldest: UInt64, newest: UInt64)
  /// The system gave no thread for the log.
  case noThread

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .unusable: "BUS-004"
    case .tooManyReaders: "BUS-005"
    case .payloadTooLong: "BUS-006"
    case .writerTaken: "BUS-007"
    case .full: "BUS-008"
    case .closed: "BUS-009"
    case .overrun: "BUS-010"
    case .log: "BUS-011"
    case .noLog: "BUS-012"
    case .outOfReach: "BUS-013"
    case .noThread: "BUS-014"
    }
  }
}

extension BusFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unusable(let setting, let value, let wanted):
      "\(code): \(setting) is \(value); wanted \(wanted)"
    case .tooManyReaders(let limit):
      "\(code): all \(limit) places for readers are taken; wanted a free one"
    case .payloadTooLong(let bytes, let limit):
      "\(code): a payload of \(bytes) bytes; wanted at most \(limit)"
    case .writerTaken: "\(code): there is a writer already; wanted to be the only one"
    case .full(let reader, let waited):
      "\(code): reader \(reader) made no room in \(waited) ns; wanted room for one record"
    case .closed: "\(code): the bus is closed; wanted an open one"
    case .overrun(let next, let published):
      "\(code): the reader was closed, as \(published) was published; it wanted \(next) next"
    case .log(let failure): "\(code): the log has failed, \(failure.description)"
    case .noLog: "\(code): the bus has no log; wanted one to replay from"
    case .outOfReach(let wanted, let oldest, let newest):
      "\(code): events \(oldest) to \(newest) can be had; wanted to begin at \(wanted)"
    case .noThread: "\(code): the system gave no thread; wanted one for the log"
    }
  }
}
