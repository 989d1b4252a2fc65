import CKafka
import Glibc
import OmniTime

/// A client of librdkafka, which lives as long as somebody holds this object.
@safe final class KafkaHandle {
  /// What the client does.
  enum Role {
    case producer, consumer, admin

    /// That of a producer would create the topics that it is asked for.
    var type: rd_kafka_type_t { self == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER }
  }

  /// The client.
  let client: OpaquePointer
  /// Where the client's events arrive.
  let queue: OpaquePointer
  /// What it told.
  let notices: NoticeList
  private let role: Role
  private let configuration: KafkaConfiguration

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - settings: What is set beside the configuration.
  ///   - events: The kinds of events that arrive in the queue, as bits.
  init(
    _ role: Role, _ configuration: KafkaConfiguration,
    settings: [(key: String, value: String)], events: Int32 = 0
  ) throws(KafkaFailure) {
    self.role = role
    self.configuration = configuration
    notices = NoticeList(configuration)
    let made = try unsafe configuration.made(with: settings)
    // What is to be known arrives as an error; the rest would only stand on the error output.
    unsafe rd_kafka_conf_set_log_cb(made, nil)
    unsafe rd_kafka_conf_set_events(made, events)
    unsafe rd_kafka_conf_set_opaque(made, Unmanaged.passUnretained(notices).toOpaque())
    unsafe rd_kafka_conf_set_error_cb(made) { client, number, words, notices in
      unsafe KafkaHandle.note(number, words, in: notices, of: client)
    }
    var words = TextBuffer()
    let client = unsafe words.fill { unsafe rd_kafka_new(role.type, made, $0, $1) }
    guard let client = unsafe client else {
      unsafe rd_kafka_conf_destroy(made)
      throw .cannotStart(reason: configuration.withoutSecrets(words.text))
    }
    guard let queue = unsafe rd_kafka_queue_get_main(client) else {
      unsafe rd_kafka_destroy(client)
      throw .cannotStart(reason: "no memory")
    }
    unsafe self.client = unsafe client
    unsafe self.queue = unsafe queue
  }

  deinit {
    unsafe rd_kafka_queue_destroy(queue)
    guard role == .consumer, unsafe rd_kafka_consumer_closed(client) == 0 else {
      unsafe rd_kafka_destroy(client)
      return
    }
    // One that could not leave its group waits for as long as a session is, which is not for whoever
    // lets it go to wait for.
    unsafe DepartingClient.destroy(client, notices)
  }

  /// What stopped the client for good, or nil.
  var fatalReason: String? {
    var words = TextBuffer()
    let error = unsafe words.fill { unsafe rd_kafka_fatal_error(client, $0, $1) }
    guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    return "\(KafkaReason(error).name), \(configuration.withoutSecrets(words.text))"
  }

  /// Throws what `error` says of `operation`, if it says something.
  func check(_ error: rd_kafka_resp_err_t, _ operation: String) throws(KafkaFailure) {
    guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    throw failure(error, operation)
  }

  /// Throws what `error` says of `operation`, if it is there, and frees it.
  func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaFailure) {
    guard let error = unsafe error else { return }
    let number = unsafe rd_kafka_error_code(error)
    unsafe rd_kafka_error_destroy(error)
    throw failure(number, operation)
  }

  func failure(_ error: rd_kafka_resp_err_t, _ operation: String) -> KafkaFailure {
    if error == RD_KAFKA_RESP_ERR__FATAL { return .fatal(reason: fatalReason ?? "no reason given") }
    return .operationFailed(operation: operation, reason: KafkaReason(error))
  }

  /// Notes what an event of the queue tells, where no call back is made.
  func note(_ event: OpaquePointer) {
    let words = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) } ?? ""
    notices.add("\(KafkaReason(unsafe rd_kafka_event_error(event)).name): \(words)")
  }

  private static func note(
    _ number: Int32, _ words: UnsafePointer<CChar>?, in notices: UnsafeMutableRawPointer?,
    of client: OpaquePointer?
  ) {
    guard let notices = unsafe notices else { return }
    let list = unsafe Unmanaged<NoticeList>.fromOpaque(notices).takeUnretainedValue()
    let reason = KafkaReason(number: number)
    let text = unsafe words.map { unsafe String(cString: $0) } ?? ""
    list.add("\(reason.name): \(text)")
    if reason == .unknownTopicOrPartition {
      list.addMissingTopic(text)
      // A poll that waits for messages of the topic comes back at once.
      unsafe rd_kafka_yield(client)
    }
  }
}

// librdkafka's clients and queues may be used by any thread; the two addresses never change, and
// they are freed when nobody holds the object any more.
extension KafkaHandle: @unchecked Sendable {}

extension Interval {
  /// Whole milliseconds, rounded up and never negative, as librdkafka takes them.
  var milliseconds: Int32 {
    Int32(clamping: max(0, nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)))
  }
}

/// A consumer's client that is destroyed on a thread of its own.
@safe private final class DepartingClient {
  private let client: OpaquePointer
  /// librdkafka may still write to it.
  private let notices: NoticeList

  private init(_ client: OpaquePointer, _ notices: NoticeList) {
    unsafe self.client = unsafe client
    self.notices = notices
  }

  deinit {
    unsafe rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }

  static func destroy(_ client: OpaquePointer, _ notices: NoticeList) {
    let held = unsafe Unmanaged.passRetained(DepartingClient(client, notices))
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<DepartingClient>.fromOpaque(argument).release()
        }
        return nil
      }, held.toOpaque())
    guard result == 0 else {
      unsafe held.release()
      return
    }
    _ = pthread_detach(thread)
  }
}
