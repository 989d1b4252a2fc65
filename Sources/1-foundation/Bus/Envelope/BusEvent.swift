public import OmniTime

/// An event with its payload in an array of its own: for logs, bridges and tests.
///
/// On the hot path readers get a ``BusHeader`` and a view of the bytes in the ring instead.
public struct BusEvent: Sendable, Equatable {
  /// Everything but the payload.
  public let header: BusHeader
  /// The payload, which only the schema's owner understands.
  public let payload: [UInt8]

  /// Creates an event.
  public init(_ header: BusHeader, payload: [UInt8]) {
    self.header = header
    self.payload = payload
  }

  /// The event's place in the bus's order, from 1.
  public var sequence: UInt64 { header.sequence }
}

/// Everything that stands in an event's envelope beside its payload.
@frozen
public struct BusHeader: Sendable, Hashable {
  /// The event's place in the bus's order: from 1, without gaps.
  public let sequence: UInt64
  /// What the publisher said of it.
  public let draft: BusDraft

  /// Creates a header.
  @inlinable
  public init(sequence: UInt64, _ draft: BusDraft) {
    self.sequence = sequence
    self.draft = draft
  }

  /// What it is about.
  @inlinable
  public var topic: BusTopic { draft.topic }
  /// Which schema the payload follows.
  @inlinable
  public var schema: BusSchema { draft.schema }
  /// When it happened, by the publisher's clock.
  @inlinable
  public var timestamp: Timestamp { draft.timestamp }
  /// What its order matters for.
  @inlinable
  public var key: UInt64 { draft.key }
}
