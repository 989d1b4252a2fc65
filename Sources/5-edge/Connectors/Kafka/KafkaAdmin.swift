import CKafka
import OmniClocks
public import OmniTime

/// Asks a cluster after its topics, and creates them.
///
///     let admin = try KafkaAdmin(configuration)
///     try admin.ensureTopics(["fills": 12], within: .seconds(30))
///
/// Every call waits for the brokers, for at most the time that it is given, so it belongs on a
/// thread of the caller's own. Asking creates no topic.
public final class KafkaAdmin: Sendable {
  /// The most partitions that a topic is created with.
  public static let partitionsMax = 100_000

  private let handle: KafkaHandle

  /// Starts a client; the brokers need not be there.
  public init(_ kafka: KafkaConfiguration) throws(KafkaFailure) {
    handle = try KafkaHandle(.admin, kafka, settings: [("allow.auto.create.topics", "false")])
  }

  /// How many partitions a topic has.
  ///
  /// - Throws: `unknownTopic`, `timedOut`, or what else the brokers say.
  /// - Complexity: O(topics of the cluster), since a question after one topic may create it.
  public func partitionCount(
    _ topic: String, within interval: Interval
  ) throws(KafkaFailure) -> Int {
    guard let count = try partitionCounts(within: interval)[topic] else {
      throw .unknownTopic(topic)
    }
    return count
  }

  /// How many partitions each topic has that the client may see, by the topic's name.
  ///
  /// - Throws: `timedOut`, or what else the brokers say.
  /// - Complexity: O(topics of the cluster).
  public func partitionCounts(within interval: Interval) throws(KafkaFailure) -> [String: Int] {
    let operation = "asking for the topics"
    var answer: UnsafePointer<rd_kafka_metadata>?
    let error = unsafe rd_kafka_metadata(handle.client, 1, nil, &answer, interval.milliseconds)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
      throw failure(error, operation, interval)
    }
    defer { unsafe rd_kafka_metadata_destroy(answer) }
    let topics = unsafe UnsafeBufferPointer(
      start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt))
    var counts: [String: Int] = [:]
    for index in topics.indices {
      let topic = unsafe topics[index]
      guard unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR, let name = unsafe topic.topic
      else { continue }
      counts[unsafe String(cString: name)] = Int(unsafe topic.partition_cnt)
    }
    return counts
  }

  /// Creates the topics that are not there; those that are stay as they are.
  ///
  /// - Parameters:
  ///   - partitions: How many partitions a topic gets, from 1, by its name.
  ///   - replicas: How many brokers keep each partition; nil for what the brokers have set, which
  ///     they know from version 2.4 on.
  ///   - interval: How long to wait for all of it.
  /// - Returns: how many partitions each topic has, which may be another number than was asked for
  ///   if the topic was there.
  /// - Throws: `operationFailed` if the brokers refuse; `timedOut` if it is not known to be done,
  ///   which it may be all the same. A ``MockCluster`` creates no topics in this way, and the time
  ///   passes.
  @discardableResult
  public func ensureTopics(
    _ partitions: [String: Int], replicas: Int? = nil, within interval: Interval
  ) throws(KafkaFailure) -> [String: Int] {
    let deadline = TimeSource.machine.now() + interval
    for (topic, count) in partitions.sorted(by: { $0.key < $1.key }) {
      guard KafkaRecord.isLegal(topic: topic) else { throw .unknownTopic(topic) }
      guard (1...Self.partitionsMax).contains(count) else {
        throw .invalidSetting(
          key: "partitions of \(topic)", reason: "\(count), wanted 1 to \(Self.partitionsMax)")
      }
    }
    let present = try partitionCounts(within: interval)
    let missing = partitions.filter { present[$0.key] == nil }.sorted { $0.key < $1.key }
    if !missing.isEmpty {
      let rest = deadline - TimeSource.machine.now()
      try create(missing.map { ($0.key, $0.value) }, replicas: replicas, within: rest)
    }
    return partitions.reduce(into: [:]) { $0[$1.key] = present[$1.key] ?? $1.value }
  }

  // MARK: Creating

  private func create(
    _ topics: [(name: String, partitions: Int)], replicas: Int?, within interval: Interval
  ) throws(KafkaFailure) {
    let operation = "creating the topics " + topics.map(\.name).joined(separator: ", ")
    var made: [OpaquePointer?] = unsafe []
    defer { unsafe made.forEach { unsafe rd_kafka_NewTopic_destroy($0) } }
    for topic in topics {
      var words = TextBuffer()
      let new = unsafe words.fill {
        unsafe rd_kafka_NewTopic_new(
          topic.name, Int32(clamping: topic.partitions), Int32(clamping: replicas ?? -1), $0, $1)
      }
      guard unsafe new != nil else {
        throw .invalidSetting(key: "topic \(topic.name)", reason: words.text)
      }
      unsafe made.append(new)
    }
    guard let queue = unsafe rd_kafka_queue_new(handle.client) else {
      throw .cannotStart(reason: "no memory")
    }
    defer { unsafe rd_kafka_queue_destroy(queue) }
    let options = unsafe rd_kafka_AdminOptions_new(handle.client, RD_KAFKA_ADMIN_OP_CREATETOPICS)
    defer { unsafe rd_kafka_AdminOptions_destroy(options) }
    let timeout = max(1, interval.milliseconds)
    _ = unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeout, nil, 0)
    _ = unsafe rd_kafka_AdminOptions_set_operation_timeout(options, timeout, nil, 0)
    unsafe rd_kafka_CreateTopics(handle.client, &made, made.count, options, queue)
    guard let event = unsafe rd_kafka_queue_poll(queue, timeout) else {
      throw .timedOut(operation: operation, limit: interval)
    }
    defer { unsafe rd_kafka_event_destroy(event) }
    try unsafe check(event, operation, interval)
  }

  /// Throws what the answer says, but for topics that are there already.
  private func check(
    _ event: OpaquePointer, _ operation: String, _ interval: Interval
  ) throws(KafkaFailure) {
    let error = unsafe rd_kafka_event_error(event)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw failure(error, operation, interval)
    }
    var count = 0
    let answer = unsafe rd_kafka_event_CreateTopics_result(event)
    let results = unsafe rd_kafka_CreateTopics_result_topics(answer, &count)
    for index in 0..<count {
      let result = unsafe results?[index]
      let error = unsafe rd_kafka_topic_result_error(result)
      guard error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS else { continue }
      let name = unsafe rd_kafka_topic_result_name(result).map { unsafe String(cString: $0) }
      try handle.check(error, "creating the topic \(name ?? "")")
    }
  }

  private func failure(
    _ error: rd_kafka_resp_err_t, _ operation: String, _ limit: Interval
  ) -> KafkaFailure {
    // Without a connection librdkafka says that it broke, once the time is over.
    [
      RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
      RD_KAFKA_RESP_ERR__TRANSPORT,
    ].contains(error)
      ? .timedOut(operation: operation, limit: limit) : handle.failure(error, operation)
  }
}
