public import OmniBus
public import OmniKafka
public import OmniPlatform
public import OmniRedis

/// Why a bridge or a subscriber cannot do its work, or not at the moment.
public enum BridgeFailure: Error, Equatable, Sendable {
  /// What is wrong with an entry or a message that should carry an event.
  public enum Damage: Equatable, Sendable {
    /// There is no field, or no value, with the event.
    case empty
    /// The bytes are not an event.
    case envelope(EnvelopeFailure)
    /// The event is whole, and has another number than its place says.
    case otherNumber(UInt64)
  }

  /// A setting is out of its limits.
  case unusable(setting: String, value: String, wanted: String)
  /// The bus has no log to read from what the ring no longer has.
  case noLog
  /// The system gives no thread.
  case noThread
  /// Redis does not do what it is asked.
  case redis(RedisFailure)
  /// The bus gives nothing.
  case bus(BusFailure)
  /// The stream, or the watermark, ends with a number that the bus has not given yet.
  case streamAhead(stream: UInt64, published: UInt64)
  /// An entry of a stream has an id that is no event's number.
  case foreignID(String)
  /// An entry or a message is not the event that it should be.
  case damaged(place: String, Damage)
  /// Events left the log before they were sent.
  case missed(ClosedRange<UInt64>)
  /// Kafka does not do what it is asked.
  case kafka(KafkaFailure)
  /// The file that keeps up to where all is delivered cannot be read or written.
  case watermark(FileError)
  /// The file that keeps up to where all is delivered holds something else.
  case watermarkDamaged(path: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .unusable: "BRG-001"
    case .noLog: "BRG-002"
    case .noThread: "BRG-003"
    case .redis: "BRG-004"
    case .bus: "BRG-005"
    case .streamAhead: "BRG-006"
    case .foreignID: "BRG-007"
    case .damaged: "BRG-008"
    case .missed: "BRG-009"
    case .kafka: "BRG-010"
    case .watermark: "BRG-011"
    case .watermarkDamaged: "BRG-012"
    }
  }
}

extension BridgeFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unusable(let setting, let value, let wanted):
      "\(code): \(setting) is \(value); wanted \(wanted)"
    case .noLog: "\(code): the bus has no log; wanted one to send from"
    case .noThread: "\(code): the system gave no thread; wanted one for the bridge"
    case .redis(let failure): "\(code): Redis failed, \(failure.description)"
    case .bus(let failure): "\(code): the bus failed, \(failure.description)"
    case .streamAhead(let stream, let published):
      "\(code): event \(stream) is said to be sent; wanted at most \(published), the bus's newest"
    case .foreignID(let id): "\(code): an entry has the id \(id); wanted a number and -0"
    case .damaged(let place, let damage): "\(code): \(place) \(damage.description)"
    case .missed(let range):
      "\(code): events \(range.lowerBound) to \(range.upperBound) left the log; wanted to send them"
    case .kafka(let failure): "\(code): Kafka failed, \(failure.description)"
    case .watermark(let failure):
      "\(code): the watermark's file failed, \(failure.description)"
    case .watermarkDamaged(let path):
      "\(code): \(path) holds no watermark; wanted the one that was written"
    }
  }
}

extension BridgeFailure.Damage: CustomStringConvertible {
  /// What is there instead, as the end of a sentence.
  public var description: String {
    switch self {
    case .empty: "carries nothing; wanted an event"
    case .envelope(let failure): "carries no event, \(failure.description)"
    case .otherNumber(let number): "carries event \(number); wanted the one of its place"
    }
  }
}
