/// Where a message was written.
public struct KafkaPosition: Sendable, Hashable {
  /// The partition.
  public let partition: Int32
  /// The offset in the partition, or nil if the brokers have the message and did not say where.
  ///
  /// That is so when an answer was lost: the message was sent again, and the broker, which knew it
  /// already, said no more than that.
  public let offset: Int64?

  /// Creates a position; an offset below zero is none.
  public init(partition: Int32, offset: Int64?) {
    self.partition = partition
    self.offset = offset.flatMap { $0 >= 0 ? $0 : nil }
  }
}
