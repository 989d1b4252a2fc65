public import OmniTime

/// A message that was read.
public struct KafkaMessage: Sendable, Hashable {
  /// The partition that it was read from.
  public let source: KafkaPartition
  /// Its offset in the partition.
  public let offset: Int64
  /// The key, or nil if it has none.
  public let key: [UInt8]?
  /// The value, or nil if it has none.
  public let value: [UInt8]?
  /// The time that it carries, or nil if it carries none.
  public let timestamp: Timestamp?

  /// The topic that it was read from.
  public var topic: String { source.topic }
  /// The number of the partition that it was read from.
  public var partition: Int32 { source.number }

  init(
    source: KafkaPartition, offset: Int64, key: [UInt8]?, value: [UInt8]?, milliseconds: Int64
  ) {
    self.source = source
    self.offset = offset
    self.key = key
    self.value = value
    let (nanoseconds, isOver) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    timestamp = milliseconds < 0 || isOver ? nil : Timestamp(nanoseconds: nanoseconds)
  }
}
