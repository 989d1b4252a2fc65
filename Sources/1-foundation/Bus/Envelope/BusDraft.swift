public import OmniTime

/// What a publisher says of an event before the bus gives it its number.
@frozen
public struct BusDraft: Sendable, Hashable {
  /// What it is about.
  public var topic: BusTopic
  /// Which schema the payload follows.
  public var schema: BusSchema
  /// When it happened, by the publisher's clock; the bus does not look at it.
  public var timestamp: Timestamp
  /// What its order matters for, an instrument or an account; the bus keeps one order for all.
  public var key: UInt64

  /// Creates a draft.
  @inlinable
  public init(
    _ topic: BusTopic, schema: BusSchema, timestamp: Timestamp, key: UInt64 = 0
  ) {
    self.topic = topic
    self.schema = schema
    self.timestamp = timestamp
    self.key = key
  }
}

/// The form of a payload: which schema, and which version of it.
@frozen
public struct BusSchema: Sendable, Hashable {
  /// The number of the schema; the ``SchemaRegistry`` knows its name.
  public let id: UInt16
  /// The version, from 1.
  public let version: UInt16

  /// Creates a reference to a version of a schema.
  @inlinable
  public init(_ id: UInt16, version: UInt16 = 1) {
    self.id = id
    self.version = version
  }
}
