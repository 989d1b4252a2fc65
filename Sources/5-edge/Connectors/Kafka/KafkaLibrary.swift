import CKafka

/// The library under the connector.
public enum KafkaLibrary {
  /// Its version, as `2.0.2`.
  public static var version: String { unsafe String(cString: rd_kafka_version_str()) }

  /// Whether it knows its errors by their names.
  public static var answersRight: Bool {
    guard let name = unsafe rd_kafka_err2name(RD_KAFKA_RESP_ERR__TIMED_OUT) else { return false }
    return unsafe String(cString: name) == "_TIMED_OUT"
  }
}
