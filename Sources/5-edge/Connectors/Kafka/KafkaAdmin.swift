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
  private let handle: KafkaHandle

  /// Starts a client; the brokers need not be there.
  public init(_ kafka: KafkaConfiguration) throws(KafkaFailure) {
    // That of a consumer, since a producer's questions after a topic may create it.
    handle = try KafkaHandle(
      .consumer, kafka, settings: [("allow.auto.create.topics", "false")])
  }

  /// How many partitions a topic has.
  ///
  /// - Throws: `unknownTopic`, `timedOut`, or what else the brokers say.
  public func partitionCount(
    _ topic: String, within interval: Interval
  ) throws(KafkaFailure) -> Int {
    guard KafkaRecord.isLegal(topic: topic) else { throw .unknownTopic(topic) }
    let operation = "asking for the topic \(topic)"
    let made = unsafe rd_kafka_topic_new(handle.client, topic, nil)
    guard let asked = unsafe made else {
      throw handle.failure(rd_kafka_last_error(), operation)
    }
    defer { unsafe rd_kafka_topic_destroy(asked) }
    var answer: UnsafePointer<rd_kafka_metadata>?
    let error = unsafe rd_kafka_metadata(
      handle.client, 0, asked, &answer, interval.milliseconds)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
      throw failure(error, operation, topic, interval)
    }
    defer { unsafe rd_kafka_metadata_destroy(answer) }
    guard unsafe answer.pointee.topic_cnt > 0, let found = unsafe answer.pointee.topics?.pointee
    else { throw .unknownTopic(topic) }
    let topicError = unsafe found.err
    guard topicError == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw failure(topicError, operation, topic, interval)
    }
    return Int(unsafe found.partition_cnt)
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
  /// - Throws: `operationFailed` if the brokers refuse, such as a mock cluster, which creates no
  ///   topics in this way; `timedOut` if it is not known to be done, which it may be all the same.
  @discardableResult
  public func ensureTopics(
    _ partitions: [String: Int], replicas: Int? = nil, within interval: Interval
  ) throws(KafkaFailure) -> [String: Int] {
    let deadline = TimeSource.machine.now() + interval
    var counts: [String: Int] = [:]
    var missing: [(name: String, partitions: Int)] = []
    for (topic, wanted) in partitions.sorted(by: { $0.key < $1.key }) {
      do throws(KafkaFailure) {
        counts[topic] = try partitionCount(topic, within: deadline - TimeSource.machine.now())
      } catch {
        guard case .unknownTopic = error, KafkaRecord.isLegal(topic: topic) else { throw error }
        missing.append((topic, wanted))
      }
    }
    guard !missing.isEmpty else { return counts }
    try create(missing, replicas: replicas, within: deadline - TimeSource.machine.now())
    for (topic, wanted) in missing { counts[topic] = wanted }
    return counts
  }

  // MARK: Creating

  private func create(
    _ topics: [(name: String, partitions: Int)], replicas: Int?, within interval: Interval
  ) throws(KafkaFailure) {
    let operation = "creating the topics " + topics.map(\.name).joined(separator: ", ")
    var made: [OpaquePointer?] = unsafe []
    defer { for unsafe topic in unsafe made { unsafe rd_kafka_NewTopic_destroy(topic) } }
    for topic in topics {
      var words = TextBuffer()
      let new = unsafe words.fill {
        unsafe rd_kafka_NewTopic_new(
          topic.name, Int32(clamping: topic.partitions), Int32(clamping: replicas ?? -1), $0, $1)
      }
      guard topic.partitions > 0, unsafe new != nil else {
        unsafe new.map { unsafe rd_kafka_NewTopic_destroy($0) }
        throw .invalidSetting(
          key: "partitions of \(topic.name)",
          reason: words.text.isEmpty ? "\(topic.partitions), wanted at least 1" : words.text)
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
      throw failure(error, operation, "", interval)
    }
    var count = 0
    let answer = unsafe rd_kafka_event_CreateTopics_result(event)
    let results = unsafe rd_kafka_CreateTopics_result_topics(answer, &count)
    for unsafe result in unsafe UnsafeBufferPointer(start: results, count: count) {
      let error = unsafe rd_kafka_topic_result_error(result)
      guard error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS else { continue }
      let name = unsafe rd_kafka_topic_result_name(result).map { unsafe String(cString: $0) }
      try handle.check(error, "creating the topic \(name ?? "")")
    }
  }

  private func failure(
    _ error: rd_kafka_resp_err_t, _ operation: String, _ topic: String, _ limit: Interval
  ) -> KafkaFailure {
    switch error {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      .unknownTopic(topic)
    case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
      RD_KAFKA_RESP_ERR__TRANSPORT:
      // Without a connection librdkafka says that it broke, once the time is over.
      .timedOut(operation: operation, limit: limit)
    default: handle.failure(error, operation)
    }
  }
}
