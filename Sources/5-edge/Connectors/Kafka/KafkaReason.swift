import CKafka

/// What librdkafka or a broker gives as the reason of a failure.
public struct KafkaReason: Sendable, Hashable, CustomStringConvertible {
  /// The number of the error: positive from a broker, negative from librdkafka.
  ///
  /// Source: the error codes of the Kafka protocol, and `rd_kafka_resp_err_t`.
  public let number: Int32

  /// Creates the reason with the number that the Kafka protocol or librdkafka gives it.
  public init(number: Int32) { self.number = number }

  init(_ error: rd_kafka_resp_err_t) { number = error.rawValue }

  var error: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: number) }

  /// The name of the error, such as `NOT_LEADER_FOR_PARTITION`.
  public var name: String {
    unsafe rd_kafka_err2name(error).map { unsafe String(cString: $0) } ?? "\(number)"
  }

  /// The name of the error, and librdkafka's words for it.
  public var description: String {
    let words = unsafe rd_kafka_err2str(error).map { unsafe String(cString: $0) } ?? ""
    return words.isEmpty ? name : "\(name), \(words)"
  }
}

extension KafkaReason {
  /// The broker does not lead the partition, or no longer does; it is tried again elsewhere.
  public static let notLeader = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
  /// The broker did not finish in time; it is tried again.
  public static let requestTimedOut = Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
  /// Too few replicas are in step; it is tried again.
  public static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
  /// The cluster has no such topic or partition.
  public static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  /// Whoever asks may not use the topic.
  public static let topicNotAuthorized = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
  /// The broker takes no message of that size.
  public static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
  /// The broker refuses what is in the record.
  public static let invalidRecord = Self(RD_KAFKA_RESP_ERR_INVALID_RECORD)
  /// The time that a message carries is not after the beginning of 1970.
  public static let invalidTimestamp = Self(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP)
  /// The connection broke; it is made again.
  public static let disconnected = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
  /// The message was dropped from the queue since its producer closed; no broker has it.
  public static let droppedFromQueue = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
  /// The producer closed while the message was on its way; a broker may have it.
  public static let droppedInFlight = Self(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
}
