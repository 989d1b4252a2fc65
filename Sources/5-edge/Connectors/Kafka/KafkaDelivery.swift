/// What became of a message that was produced with a tag.
public struct KafkaDelivery: Sendable, Equatable {
  /// The tag that it was produced with.
  public let tag: UInt64
  /// Where all replicas in step have it, or why it is given up.
  public let result: Result<KafkaPosition, KafkaFailure>

  /// Creates a report.
  public init(tag: UInt64, result: Result<KafkaPosition, KafkaFailure>) {
    self.tag = tag
    self.result = result
  }
}
