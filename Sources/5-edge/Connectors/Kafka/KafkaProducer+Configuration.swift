public import OmniTime

extension KafkaProducer {
  /// How messages are packed.
  public enum Compression: String, Sendable, CaseIterable {
    /// As they are.
    case none
    /// With LZ4: fast.
    case lz4
    /// With Snappy: fast, and known to old brokers.
    case snappy
    /// With gzip: small and slow.
    case gzip
    /// With Zstandard: small, and known to brokers from 2.1 on.
    case zstd
  }

  /// How much a producer holds, and how long.
  public struct Configuration: Sendable, Equatable {
    /// How many messages wait at most, from 1 to 10,000,000; also how many tagged messages there
    /// are at most from producing to taking their reports.
    public var messagesMax = 100_000
    /// How many bytes of messages wait at most, in whole KiB, from 1 KiB to 1 TiB.
    public var bytesMax = 256 << 20
    /// How large a message may be in bytes, from 1,000 to 1,000,000,000; brokers have their own
    /// limit.
    public var messageBytesMax = 1_000_000
    /// After how long a message is given up, from 1 ms to 24 days.
    public var messageTimeout = Interval.seconds(120)
    /// How long messages wait for others to travel with, from 0 to 15 minutes.
    public var linger = Interval.milliseconds(5)
    /// How messages are packed.
    public var compression = Compression.none
    /// How often retries are read and metrics brought up to date, from 10 ms to 24 hours.
    public var statisticsInterval = Interval.seconds(1)

    /// Creates the usual settings.
    public init() {}

    /// The settings for librdkafka.
    ///
    /// - Throws: `invalidSetting`, with the name that the setting has here.
    func settings() throws(KafkaFailure) -> [(key: String, value: String)] {
      try check("messagesMax", messagesMax, 1...10_000_000)
      try check("bytesMax", bytesMax, 1_024...(1 << 40))
      try check("messageBytesMax", messageBytesMax, 1_000...1_000_000_000)
      try check("messageTimeout", messageTimeout, .milliseconds(1), .days(24))
      try check("linger", linger, .zero, .minutes(15))
      try check("statisticsInterval", statisticsInterval, .milliseconds(10), .days(1))
      return [
        ("enable.idempotence", "true"), ("acks", "all"),
        // The hash that Kafka's own clients take, so that a key has one partition with all of them.
        ("partitioner", "murmur2_random"),
        ("queue.buffering.max.messages", "\(messagesMax)"),
        ("queue.buffering.max.kbytes", "\(bytesMax / 1_024)"),
        ("message.max.bytes", "\(messageBytesMax)"),
        ("message.timeout.ms", "\(messageTimeout.milliseconds)"),
        ("linger.ms", "\(linger.milliseconds)"), ("compression.type", compression.rawValue),
        ("statistics.interval.ms", "\(statisticsInterval.milliseconds)"),
      ]
    }

    private func check(
      _ key: String, _ value: Int, _ wanted: ClosedRange<Int>
    ) throws(KafkaFailure) {
      guard !wanted.contains(value) else { return }
      throw .invalidSetting(
        key: key, reason: "\(value), wanted \(wanted.lowerBound) to \(wanted.upperBound)")
    }

    private func check(
      _ key: String, _ value: Interval, _ least: Interval, _ most: Interval
    ) throws(KafkaFailure) {
      guard value < least || most < value else { return }
      throw .invalidSetting(
        key: key,
        reason: "\(value.nanoseconds) ns, wanted \(least.nanoseconds) to \(most.nanoseconds)")
    }
  }
}
