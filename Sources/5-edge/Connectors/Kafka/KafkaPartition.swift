/// A partition of a topic.
public struct KafkaPartition: Sendable, Hashable, CustomStringConvertible {
  /// The topic.
  public let topic: String
  /// The number of the partition, from zero.
  public let number: Int32

  /// Creates the name of a partition.
  public init(_ topic: String, _ number: Int32) {
    self.topic = topic
    self.number = number
  }

  /// The topic and the number, as `fills[3]`.
  public var description: String { "\(topic)[\(number)]" }
}
