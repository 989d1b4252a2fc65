public import OmniTime

/// A message to be produced.
public struct KafkaRecord: Sendable, Hashable {
  /// The topic: 1 to 249 letters of ASCII, digits, `.`, `_` and `-`.
  public var topic: String
  /// The key, which chooses the partition and is kept with the message; nil for none.
  public var key: [UInt8]?
  /// The value; nil for none, which a compacted topic takes as a deletion of the key.
  public var value: [UInt8]?
  /// The partition, or nil to have it chosen by the key: all messages of a key go to the same one.
  public var partition: Int32?
  /// When it took place, after the beginning of 1970, kept in whole milliseconds; nil for now.
  public var timestamp: Timestamp?

  /// Creates a message.
  public init(
    topic: String, key: [UInt8]?, value: [UInt8]?, partition: Int32? = nil,
    timestamp: Timestamp? = nil
  ) {
    self.topic = topic
    self.key = key
    self.value = value
    self.partition = partition
    self.timestamp = timestamp
  }

  /// Whether Kafka allows the name.
  ///
  /// Source: `Topic.LEGAL_CHARS` and `MAX_NAME_LENGTH` of Apache Kafka.
  static func isLegal(topic: String) -> Bool {
    (1...249).contains(topic.utf8.count) && topic != "." && topic != ".."
      && topic.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
          || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D
      }
  }
}
