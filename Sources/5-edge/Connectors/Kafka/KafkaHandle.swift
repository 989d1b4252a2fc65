import CKafka
import OmniTime

/// A client of librdkafka, which lives as long as somebody holds this object.
@safe final class KafkaHandle {
  /// What the client does.
  enum Role {
    case producer, consumer

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
    unsafe rd_kafka_conf_set_error_cb(made) { _, number, words, notices in
      unsafe KafkaHandle.note(number, words, in: notices)
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
    // A consumer has left its group before, or not in time; it is not waited for again.
    unsafe rd_kafka_destroy_flags(
      client, role == .consumer ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0)
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

  private static func note(
    _ number: Int32, _ words: UnsafePointer<CChar>?, in notices: UnsafeMutableRawPointer?
  ) {
    guard let notices = unsafe notices else { return }
    let name = KafkaReason(number: number).name
    let text = unsafe words.map { unsafe String(cString: $0) } ?? ""
    unsafe Unmanaged<NoticeList>.fromOpaque(notices).takeUnretainedValue().add("\(name): \(text)")
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
