/// The settings of librdkafka that are passed on as they are: security, and the network's times.
///
/// What decides whether a message can be lost or doubled is not among them. Neither is
/// `enable.ssl.certificate.verification`: who need not prove itself is not a broker.
///
/// Source: `CONFIGURATION.md` of librdkafka 2.0.2.
enum KafkaSettings {
  /// The keys whose values are shown nowhere.
  static let secret: Set<String> = [
    "sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
  ]

  /// All keys, sorted.
  static let all: [String] = [
    "broker.address.family", "broker.address.ttl", "metadata.max.age.ms",
    "reconnect.backoff.max.ms", "reconnect.backoff.ms", "sasl.kerberos.keytab",
    "sasl.kerberos.min.time.before.relogin", "sasl.kerberos.principal",
    "sasl.kerberos.service.name", "sasl.mechanism", "sasl.mechanisms", "sasl.password",
    "sasl.username", "security.protocol", "socket.connection.setup.timeout.ms",
    "socket.keepalive.enable", "socket.nagle.disable", "socket.receive.buffer.bytes",
    "socket.send.buffer.bytes", "socket.timeout.ms", "ssl.ca.location", "ssl.ca.pem",
    "ssl.certificate.location", "ssl.certificate.pem", "ssl.cipher.suites",
    "ssl.crl.location", "ssl.curves.list", "ssl.endpoint.identification.algorithm",
    "ssl.key.location", "ssl.key.password", "ssl.key.pem", "ssl.keystore.location",
    "ssl.keystore.password", "ssl.sigalgs.list", "topic.metadata.propagation.max.ms",
    "topic.metadata.refresh.fast.interval.ms", "topic.metadata.refresh.interval.ms",
  ]

  /// The longest key that is compared, in bytes.
  private static let lengthMax = 64

  /// The key that somebody may have meant: the one with the fewest letters to change, if those are
  /// at most a third of them, or else nil.
  ///
  /// - Complexity: O(keys × length²).
  static func nearest(to key: String) -> String? {
    let wanted = Array(key.utf8)
    guard wanted.count <= lengthMax else { return nil }
    var best: (slips: Int, key: String)?
    for candidate in all {
      let slips = distance(wanted, Array(candidate.utf8))
      if slips <= max(1, wanted.count / 3), slips < best?.slips ?? .max {
        best = (slips, candidate)
      }
    }
    return best?.key
  }

  /// How many letters have to be put in, left out or changed; Levenshtein's distance, by rows.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let changed = diagonal + (byte == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
