public import OmniBus
public import OmniEncoding
import OmniModel

/// An event of the bus, with its payload read.
public enum EventPayload: Sendable, Equatable {
  /// A record of a run.
  case node(NodeEvent)
  /// A transaction of a ledger.
  case commit(CommitEvent)

  /// Why a payload cannot be read.
  public enum Failure: Error, Equatable, Sendable {
    /// The schema is none of these, or a newer version than this program knows.
    case unknownSchema(BusSchema)
    /// The bytes are no payload of the schema.
    case senseless(BusSchema, reason: WordFailure)
    /// The bytes are no whole words.
    case uneven(BusSchema, bytes: Int)
  }

  /// Reads the payload of an event whose schema is `schema`.
  public init(_ schema: BusSchema, _ bytes: [UInt8]) throws(Failure) {
    let kind = RecordKind(rawValue: schema.id) ?? .runStarted
    let isKnown = schema.id == EventTypes.commit.id || kind.rawValue == schema.id
    guard schema.version == 1, isKnown else { throw .unknownSchema(schema) }
    guard bytes.count % 8 == 0 else { throw .uneven(schema, bytes: bytes.count) }
    var source = WordArrayReader(
      stride(from: 0, to: bytes.count, by: 8).map { place in
        (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
      })
    do throws(WordFailure) {
      if schema.id == EventTypes.commit.id {
        self = .commit(try CommitEvent(decoding: &source))
      } else {
        self = .node(try NodeEvent(kind, decoding: &source))
      }
      guard source.isAtEnd else { throw .senseless(word: 0, what: "end of a payload") }
    } catch {
      throw .senseless(schema, reason: error)
    }
  }

  /// The payload's bytes, in the newest version of its schema.
  public var bytes: [UInt8] {
    var words = WordArray()
    switch self {
    case .node(let event): event.encode(into: &words)
    case .commit(let event): event.encode(into: &words)
    }
    return words.bytes
  }

  /// The schema that ``bytes`` follows.
  public var schema: BusSchema {
    switch self {
    case .node(let event): EventTypes.schema(of: event.kind)
    case .commit: EventTypes.commit
    }
  }

  /// The topic that it goes to.
  public var topic: BusTopic {
    switch self {
    case .node(let event): EventTypes.topic(of: event.kind)
    case .commit: .transactionCommit
    }
  }
}

extension EventPayload.Failure: CustomStringConvertible {
  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .unknownSchema: "EVT-003"
    case .senseless, .uneven: "EVT-004"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownSchema(let schema):
      "\(code): schema \(schema.id) of version \(schema.version); wanted one that is known here"
    case .senseless(let schema, let reason): "\(code): no payload of schema \(schema.id): \(reason)"
    case .uneven(let schema, let bytes):
      "\(code): a payload of schema \(schema.id) has \(bytes) bytes; wanted words of 8"
    }
  }
}
