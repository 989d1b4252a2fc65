import CKafka
import Glibc
import OmniClocks
public import OmniTime
import Synchronization

/// Reads messages from partitions that it is given, or from those that a group shares out.
///
///     let consumer = try KafkaConsumer(configuration, .init(group: "books"))
///     try consumer.subscribe(to: ["fills"])
///     while let event = try consumer.poll(within: .seconds(1)) {
///       if case .message(let message) = event {
///         try book(message)
///         try consumer.commit(after: message, within: .seconds(10))
///       }
///     }
///
/// Nothing is committed by itself: where a group resumes is what was committed by hand. With given
/// partitions the group's name is only that of the commits.
///
/// Every call waits for the brokers, for at most the time that it is given, so it belongs on a
/// thread of the caller's own: in Swift's pool of tasks it would keep others from running. Any
/// thread may call; messages that two threads take at once have no order between them.
public final class KafkaConsumer: Sendable {
  /// Where reading begins.
  public enum Start: Sendable, Hashable {
    /// At the oldest message that is there.
    case earliest
    /// Behind the newest message that is there.
    case latest
    /// At an offset, from zero.
    case offset(Int64)
    /// Where the group committed last, or else as ``Configuration/startWithoutCommit`` says.
    case committed

    var offset: Int64 {
      switch self {
      case .earliest: omni_kafka_offset_beginning
      case .latest: omni_kafka_offset_end
      case .offset(let offset): max(0, offset)
      case .committed: omni_kafka_offset_stored
      }
    }
  }

  /// What is done where nothing is at the offset that was asked for, or nothing was committed.
  public enum Fallback: String, Sendable, CaseIterable {
    /// Reading begins at the oldest message.
    case earliest
    /// Reading begins behind the newest message.
    case latest
    /// Reading the partition fails.
    case error
  }

  /// Who reads.
  public struct Configuration: Sendable, Equatable {
    /// The name that readers share who share out partitions and commits, of 1 to 255 bytes.
    public var group: String
    /// What is done where nothing is at the offset, or nothing was committed.
    public var startWithoutCommit = Fallback.error
    /// After how long without a sign of life others take the partitions, from 1 s to an hour.
    public var sessionTimeout = Interval.seconds(45)
    /// After how long without a poll others take the partitions; at least the session's time-out,
    /// at most a day.
    public var pollIntervalMax = Interval.minutes(5)

    /// Creates the settings of a reader of `group`.
    public init(group: String, startWithoutCommit: Fallback = .error) {
      self.group = group
      self.startWithoutCommit = startWithoutCommit
    }
  }

  /// What a poll finds.
  public enum Event: Sendable, Hashable {
    /// A message.
    case message(KafkaMessage)
    /// All messages before the offset have been read, and for now there are no more; it comes again
    /// after the next ones.
    case endOfPartition(KafkaPartition, offset: Int64)
  }

  let handle: KafkaHandle
  let isClosed = Atomic<Bool>(false)
  /// What went wrong behind messages that were given out.
  private let held = Mutex<KafkaFailure?>(nil)

  /// Starts a consumer, which reads nothing yet; the brokers need not be there.
  public init(
    _ kafka: KafkaConfiguration, _ configuration: Configuration
  ) throws(KafkaFailure) {
    handle = try KafkaHandle(.consumer, kafka, settings: try configuration.settings())
    try handle.check(
      unsafe rd_kafka_poll_set_consumer(handle.client), "making a queue of the consumer's own")
  }

  deinit {
    // Whoever did not close it waits a little, so that the group learns of it at once.
    try? close(within: .seconds(1))
  }

  // MARK: What is read

  /// Reads these partitions from the given starts on, instead of what was read before.
  ///
  /// - Complexity: O(partitions); it does not wait.
  public func assign(_ starts: [KafkaPartition: Start]) throws(KafkaFailure) {
    try checkOpen()
    let list = try PartitionList(starts.mapValues(\.offset))
    try handle.check(unsafe rd_kafka_assign(handle.client, list.list), "reading \(list)")
  }

  /// Reads the partitions of `topics` that the group gives this consumer, instead of what was read
  /// before; the group gives them while ``poll(within:)`` is called.
  public func subscribe(to topics: [String]) throws(KafkaFailure) {
    try checkOpen()
    for topic in topics where !KafkaRecord.isLegal(topic: topic) { throw .unknownTopic(topic) }
    let list = try PartitionList(
      topics.reduce(into: [:]) { $0[KafkaPartition($1, omni_kafka_any_partition)] = 0 })
    try handle.check(unsafe rd_kafka_subscribe(handle.client, list.list), "joining the group")
  }

  /// Goes to another place in a partition that is being read.
  ///
  /// Messages that were fetched from the old place are not given out any more.
  ///
  /// - Throws: `timedOut` if reading has not begun there within `interval`.
  public func seek(
    _ partition: KafkaPartition, to start: Start, within interval: Interval
  ) throws(KafkaFailure) {
    try checkOpen()
    let operation = "going to \(start) in \(partition)"
    let list = try PartitionList([partition: start.offset])
    let error = unsafe rd_kafka_seek_partitions(
      handle.client, list.list, max(1, interval.milliseconds))
    if let error = unsafe error {
      let number = unsafe rd_kafka_error_code(error)
      unsafe rd_kafka_error_destroy(error)
      throw failure(number, operation, interval)
    }
    for entry in list.entries { try handle.check(entry.error, operation) }
  }

  // MARK: Reading

  /// The next message or end of a partition, or nil if there is none within `interval`.
  ///
  /// - Throws: `unknownTopic`, `offsetOutOfRange`, `fatal`, `closed`, or what else the brokers say.
  public func poll(within interval: Interval) throws(KafkaFailure) -> Event? {
    try pollBatch(max: 1, within: interval).first
  }

  /// What is there, at most `countMax` messages and ends of partitions; waits for the first one.
  ///
  /// A failure behind some messages does not lose them: they are given out, and the next call
  /// throws it.
  ///
  /// - Returns: nothing if there is nothing within `interval`.
  /// - Throws: as ``poll(within:)``.
  /// - Complexity: O(messages and their bytes), which are copied once.
  public func pollBatch(
    max countMax: Int, within interval: Interval
  ) throws(KafkaFailure) -> [Event] {
    try checkOpen()
    if let failure = held.withLock({ $0.take() }) { throw failure }
    var events: [Event] = []
    var topic = ""
    var timeout = interval.milliseconds
    while events.count < countMax,
      let message = unsafe rd_kafka_consumer_poll(handle.client, timeout)
    {
      defer { unsafe rd_kafka_message_destroy(message) }
      timeout = 0
      topic = unsafe self.topic(of: message, like: topic)
      do throws(KafkaFailure) {
        events.append(try unsafe event(of: message, topic: topic))
      } catch {
        guard !events.isEmpty else { throw error }
        held.withLock { $0 = error }
        break
      }
    }
    if let topic = handle.notices.takeMissingTopic() {
      guard !events.isEmpty else { throw .unknownTopic(topic) }
      held.withLock { $0 = $0 ?? .unknownTopic(topic) }
    }
    return events
  }

  private func event(
    of address: UnsafePointer<rd_kafka_message_t>, topic: String
  ) throws(KafkaFailure) -> Event {
    let message = unsafe address.pointee
    let source = unsafe KafkaPartition(topic, message.partition)
    switch unsafe message.err {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return .message(
        unsafe KafkaMessage(
          source: source, offset: message.offset, key: bytes(message.key, message.key_len),
          value: bytes(message.payload, message.len),
          milliseconds: rd_kafka_message_timestamp(address, nil)))
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return .endOfPartition(source, offset: unsafe message.offset)
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      throw .unknownTopic(topic)
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
      RD_KAFKA_RESP_ERR__NO_OFFSET:
      throw .offsetOutOfRange(source)
    default: throw unsafe handle.failure(message.err, "reading \(source)")
    }
  }

  /// The topic of a message; `last` again, without making a text of it, if it is the same.
  private func topic(of message: UnsafePointer<rd_kafka_message_t>, like last: String) -> String {
    guard let topic = unsafe message.pointee.rkt, let name = unsafe rd_kafka_topic_name(topic)
    else { return "" }
    return unsafe strcmp(name, last) == 0 ? last : String(cString: name)
  }

  private func bytes(_ address: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
    unsafe address.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: count)) }
  }

  // MARK: Ending

  /// Leaves the group and reads no more.
  ///
  /// Closing it again does nothing.
  ///
  /// - Throws: `timedOut` if the group did not let go in time; the consumer is closed all the same.
  public func close(within interval: Interval) throws(KafkaFailure) {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let deadline = TimeSource.machine.now() + interval
    guard let queue = unsafe rd_kafka_queue_new(handle.client) else { return }
    defer { unsafe rd_kafka_queue_destroy(queue) }
    try unsafe handle.check(
      rd_kafka_consumer_close_queue(handle.client, queue), "closing the consumer")
    while unsafe rd_kafka_consumer_closed(handle.client) == 0 {
      let rest = deadline - TimeSource.machine.now()
      guard rest > .zero else {
        throw .timedOut(operation: "leaving the group", limit: interval)
      }
      // librdkafka tells nobody when it is done, so it is asked each hundredth of a second.
      let event = unsafe rd_kafka_queue_poll(queue, min(rest, .milliseconds(10)).milliseconds)
      if let event = unsafe event { unsafe rd_kafka_event_destroy(event) }
    }
  }

  /// What librdkafka told beside the messages, such as that no broker answers: at most the last
  /// hundred lines, oldest first.
  public var notices: [String] { handle.notices.all }

  func checkOpen() throws(KafkaFailure) {
    if isClosed.load(ordering: .acquiring) { throw .closed }
  }

  func failure(
    _ error: rd_kafka_resp_err_t, _ operation: String, _ limit: Interval
  ) -> KafkaFailure {
    error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE
      ? .timedOut(operation: operation, limit: limit) : handle.failure(error, operation)
  }
}

extension KafkaConsumer.Configuration {
  /// The settings for librdkafka.
  func settings() throws(KafkaFailure) -> [(key: String, value: String)] {
    guard (1...255).contains(group.utf8.count) else {
      throw .invalidSetting(
        key: "group", reason: "\(group.utf8.count) bytes, wanted 1 to 255")
    }
    guard sessionTimeout >= .seconds(1), sessionTimeout <= .minutes(60) else {
      throw .invalidSetting(
        key: "sessionTimeout", reason: "\(sessionTimeout.nanoseconds) ns, wanted 1 s to an hour")
    }
    guard pollIntervalMax >= sessionTimeout, pollIntervalMax <= .days(1) else {
      throw .invalidSetting(
        key: "pollIntervalMax",
        reason: "\(pollIntervalMax.nanoseconds) ns, wanted the session's time-out to a day")
    }
    return [
      ("group.id", group), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
      ("enable.partition.eof", "true"), ("allow.auto.create.topics", "false"),
      ("auto.offset.reset", startWithoutCommit.rawValue),
      ("session.timeout.ms", "\(sessionTimeout.milliseconds)"),
      // Two signs of life may be lost.
      ("heartbeat.interval.ms", "\(min(3_000, sessionTimeout.milliseconds / 3))"),
      ("max.poll.interval.ms", "\(pollIntervalMax.milliseconds)"),
      ("isolation.level", "read_committed"),
    ]
  }
}
