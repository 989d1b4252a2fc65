import CKafka

/// Where the brokers are and how they are spoken with.
///
///     let configuration = try KafkaConfiguration(
///       servers: "kafka-1:9093,kafka-2:9093", clientID: "omni-fills",
///       settings: ["security.protocol": "ssl", "ssl.ca.location": "/etc/omni/ca.pem"])
///
/// - Invariant: no description, dump or error of it or of what is made with it holds a secret.
public struct KafkaConfiguration: Sendable, Equatable {
  /// The most brokers in a list; Kafka tells the rest of them.
  public static let serversMax = 100

  /// A broker's address.
  public struct Server: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; one of IPv6 without its brackets.
    public let host: String
    /// The port, from 1.
    public let port: UInt16

    /// The host and the port, as librdkafka reads them.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// The brokers that are asked first; the others are learned from them.
  public let servers: [Server]
  /// What the brokers' logs and quotas know the client as.
  public let clientID: String
  private let settings: [String: String]

  /// The settings that are passed on, those that are secret as `***`.
  public var shownSettings: [String: String] {
    settings.reduce(into: [:]) {
      $0[$1.key] = KafkaSettings.secret.contains($1.key) ? "***" : $1.value
    }
  }

  /// Reads the settings.
  ///
  /// - Parameters:
  ///   - servers: `host:port`, several of them parted by commas, 1 to ``serversMax``.
  ///   - clientID: 1 to 249 letters of ASCII, digits, `.`, `_` and `-`.
  ///   - settings: Settings of librdkafka for security and the network's times.
  /// - Throws: what is wrong first; an unknown setting with the nearest that there is.
  public init(
    servers: String, clientID: String = "omni", settings: [String: String] = [:]
  ) throws(KafkaFailure) {
    self.servers = try Self.servers(of: servers)
    guard KafkaRecord.isLegal(topic: clientID) else {
      throw .invalidSetting(
        key: "client.id",
        reason: "\(clientID.debugDescription), wanted 1 to 249 letters, digits, '.', '_' and '-'")
    }
    self.clientID = clientID
    self.settings = settings
    for key in settings.keys.sorted() where !KafkaSettings.all.contains(key) {
      throw .unknownSetting(key: key, nearest: KafkaSettings.nearest(to: key))
    }
    let settingsOfC = try unsafe made(with: [])
    unsafe rd_kafka_conf_destroy(settingsOfC)
  }

  // MARK: Reading

  private static func servers(of text: String) throws(KafkaFailure) -> [Server] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= serversMax else {
      throw .serversInvalid(text: "\(parts.count) of them", wanted: "at most \(serversMax)")
    }
    var servers: [Server] = []
    for part in parts {
      guard let server = server(of: part.drop { $0 == " " }) else {
        // What cannot be read may be anything, also a password: `user:password@host`.
        let shown = part.contains("@") ? "***" : String(part.prefix(300))
        throw .serversInvalid(text: shown, wanted: "host:port, parted by commas")
      }
      servers.append(server)
    }
    return servers
  }

  private static func server(of text: Substring) -> Server? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
      port > 0
    else { return nil }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      let address = host.dropFirst().dropLast()
      let isAddress =
        address.contains(":") && address.utf8.allSatisfy { isHexadecimal($0) || $0 == 0x3A }
      return isAddress ? Server(host: String(address), port: port) : nil
    }
    let isName =
      !host.isEmpty && host.utf8.count <= 253 && !host.hasPrefix("-")
      && host.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    return isName ? Server(host: String(host), port: port) : nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
  }

  // MARK: For librdkafka

  /// librdkafka's form of the settings and of `more`, which whoever called has to destroy.
  func made(with more: [(key: String, value: String)]) throws(KafkaFailure) -> OpaquePointer {
    guard let made = unsafe rd_kafka_conf_new() else { throw .cannotStart(reason: "no memory") }
    let base = [
      ("bootstrap.servers", servers.map(\.description).joined(separator: ",")),
      ("client.id", clientID),
    ]
    let passed = settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    do throws(KafkaFailure) {
      for (key, value) in base + passed + more.map({ ($0.key, $0.value) }) {
        try unsafe set(key, value, in: made)
      }
    } catch {
      unsafe rd_kafka_conf_destroy(made)
      throw error
    }
    return unsafe made
  }

  private func set(
    _ key: String, _ value: String, in made: OpaquePointer
  ) throws(KafkaFailure) {
    guard !value.utf8.contains(0) else {
      throw .invalidSetting(key: key, reason: "it holds a zero byte")
    }
    var words = TextBuffer()
    let result = unsafe words.fill { unsafe rd_kafka_conf_set(made, key, value, $0, $1) }
    guard result != RD_KAFKA_CONF_OK else { return }
    let isSecret = KafkaSettings.secret.contains(key)
    throw .invalidSetting(
      key: key, reason: isSecret ? "librdkafka refuses the value" : withoutSecrets(words.text))
  }

  /// `text` with each secret replaced, wherever it stands in librdkafka's words.
  func withoutSecrets(_ text: String) -> String {
    settings.filter { KafkaSettings.secret.contains($0.key) && !$0.value.isEmpty }
      .map(\.value).sorted { $0.utf8.count > $1.utf8.count }
      .reduce(text) { Self.replacing($1, in: $0) }
  }

  private static func replacing(_ secret: String, in text: String) -> String {
    var rest = Array(text.utf8)[...]
    let wanted = Array(secret.utf8)
    var kept: [UInt8] = []
    while let first = rest.first {
      if rest.starts(with: wanted) {
        kept += Array("***".utf8)
        rest = rest.dropFirst(wanted.count)
      } else {
        kept.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}

extension KafkaConfiguration: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// One line: the brokers, the client and the settings, those that are secret as `***`.
  public var description: String {
    let parts = shownSettings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return ([servers.map(\.description).joined(separator: ","), "client.id=\(clientID)"] + parts)
      .joined(separator: " ")
  }

  /// The same as the description.
  public var debugDescription: String { description }

  /// What a dump shows: the same as the description.
  public var customMirror: Mirror {
    Mirror(self, children: ["description": description], displayStyle: .struct)
  }
}
