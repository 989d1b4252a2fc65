public import OmniCircuitBreaker
public import OmniTime

/// Why Kafka did not do what it was asked.
public indirect enum KafkaFailure: Error, Sendable, Equatable {
  /// The list of brokers cannot be read.
  case serversInvalid(text: String, wanted: String)
  /// No such setting is passed on to librdkafka.
  case unknownSetting(key: String, nearest: String?)
  /// A setting has a value that is not taken; a secret one is not shown.
  case invalidSetting(key: String, reason: String)
  /// librdkafka makes no client of the settings, or the machine gives no thread.
  case cannotStart(reason: String)
  /// As many messages wait, or reports that nobody took, as may.
  case queueFull(message: KafkaMessageName, limit: Int)
  /// What was waited for did not come in time.
  case timedOut(operation: String, limit: Interval)
  /// The message was not delivered within the time that it may take, and is given up.
  case expired(KafkaMessageName)
  /// The message was given up for another reason.
  case undelivered(KafkaMessageName, KafkaReason)
  /// The cluster has no such topic, or its name is none.
  case unknownTopic(String)
  /// The message is larger than is taken.
  case messageTooLarge(KafkaMessageName)
  /// The circuit breaker lets no message through.
  case refused(CircuitBreaker.Refused)
  /// The client can do no more and has to be made anew.
  case fatal(reason: String)
  /// The brokers, or librdkafka, refused an operation.
  case operationFailed(operation: String, reason: KafkaReason)
  /// There is nothing at the offset, as what was there has been deleted or is not written yet.
  case offsetOutOfRange(KafkaPartition)
  /// The producer or consumer is closed.
  case closed
  /// The task was cancelled; a message that was taken already may still be delivered.
  case cancelled(KafkaMessageName?)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .serversInvalid: "KAF-001"
    case .unknownSetting: "KAF-002"
    case .invalidSetting: "KAF-003"
    case .cannotStart: "KAF-004"
    case .queueFull: "KAF-005"
    case .timedOut: "KAF-006"
    case .expired: "KAF-007"
    case .undelivered: "KAF-008"
    case .unknownTopic: "KAF-009"
    case .messageTooLarge: "KAF-010"
    case .refused: "KAF-011"
    case .fatal: "KAF-012"
    case .operationFailed: "KAF-013"
    case .offsetOutOfRange: "KAF-014"
    case .closed: "KAF-015"
    case .cancelled: "KAF-016"
    }
  }
}

extension KafkaFailure: CustomStringConvertible {
  /// One line with the code: what was, and what was wanted.
  public var description: String { "\(code): \(oneLine(sentence))" }

  private var sentence: String {
    switch self {
    case .serversInvalid(let text, let wanted):
      "the brokers \(text.debugDescription) were given, wanted \(wanted)"
    case .unknownSetting(let key, let nearest):
      "no setting \(key.debugDescription) is passed on to librdkafka"
        + (nearest.map { ", the nearest is \($0)" } ?? "")
    case .invalidSetting(let key, let reason): "the setting \(key) is not taken: \(reason)"
    case .cannotStart(let reason): "no client could be made: \(reason)"
    case .queueFull(let message, let limit):
      "the queue is full, wanted room for \(message); at most \(limit) messages or untaken reports"
    case .timedOut(let operation, let limit):
      "\(operation) was wanted within \(limit.nanoseconds / 1_000_000) ms and did not come"
    case .expired(let message): "\(message): no broker took it within the message's time-out"
    case .undelivered(let message, let reason): "\(message): it was not delivered: \(reason)"
    case .unknownTopic(let topic): "the cluster has no topic \(topic.debugDescription)"
    case .messageTooLarge(let message): "\(message): it is larger than a message may be"
    case .refused(let refusal): "no message was taken: \(refusal)"
    case .fatal(let reason): "the client can do no more, wanted a new one: \(reason)"
    case .operationFailed(let operation, let reason): "\(operation) was refused: \(reason)"
    case .offsetOutOfRange(let partition):
      "\(partition): there is nothing at the offset that was asked for"
    case .closed: "it is closed, wanted an open one"
    case .cancelled(let message):
      message.map { "the task was cancelled; \($0) may still be delivered" }
        ?? "the task was cancelled"
    }
  }

  private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
