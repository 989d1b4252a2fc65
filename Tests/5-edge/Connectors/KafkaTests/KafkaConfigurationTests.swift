import OmniKafka
import OmniTime
import Testing

@Suite("KafkaConfiguration")
struct KafkaConfigurationTests {
  // MARK: Brokers

  @Test func `a list of brokers is read in its order`() throws {
    let configuration = try KafkaConfiguration(
      servers: "kafka-1.example:9092, 10.0.0.7:9093,[::1]:65535")

    #expect(configuration.servers.map(\.host) == ["kafka-1.example", "10.0.0.7", "::1"])
    #expect(configuration.servers.map(\.port) == [9092, 9093, 65535])
    #expect(configuration.servers.map(\.description).last == "[::1]:65535")
  }

  @Test(arguments: [
    "", "kafka", "kafka:", ":9092", "kafka:0", "kafka:65536", "kafka:+9092", "kafka:9092,",
    "kafka:9092;other:9092", "kafka :9092", "::1:9092", "[kafka]:9092", "ssl://kafka:9092",
    "-kafka:9092", "kafka\n:9092",
  ])
  func `what is no list of brokers is refused with what was wanted`(text: String) {
    let failure = #expect(throws: KafkaFailure.self) { try KafkaConfiguration(servers: text) }
    #expect(failure?.code == "KAF-001")
    #expect(failure?.description.contains("wanted host:port") == true)
  }

  @Test func `a list has its limit`() throws {
    let servers = { (count: Int) in
      (1...count).map { "kafka-\($0):9092" }.joined(separator: ",")
    }
    let most = KafkaConfiguration.serversMax
    #expect(try KafkaConfiguration(servers: servers(most)).servers.count == most)
    #expect(throws: KafkaFailure.self) { try KafkaConfiguration(servers: servers(most + 1)) }
  }

  @Test func `a client's name that cannot be is refused`() {
    for name in ["", "two words", "é", String(repeating: "a", count: 250)] {
      let failure = #expect(throws: KafkaFailure.self) {
        try KafkaConfiguration(servers: "kafka:9092", clientID: name)
      }
      #expect(failure?.code == "KAF-003")
    }
  }

  // MARK: Settings

  @Test func `an unknown setting is refused with the nearest`() {
    let wanted = [
      "sasl.pasword": "sasl.password", "ssl.ca.locaton": "ssl.ca.location",
      "security.protocoll": "security.protocol", "SASL.username": nil, "zzz": nil,
    ]
    for (key, nearest) in wanted {
      let failure = #expect(throws: KafkaFailure.self) {
        try KafkaConfiguration(servers: "kafka:9092", settings: [key: "x"])
      }
      guard case .unknownSetting(key, let found) = failure else {
        Issue.record("\(key): \(String(describing: failure))")
        continue
      }
      if let nearest { #expect(found == nearest) }
      #expect(failure?.code == "KAF-002")
    }
  }

  @Test(arguments: [
    "enable.idempotence", "acks", "enable.auto.commit", "bootstrap.servers", "plugin.library.paths",
    "enable.ssl.certificate.verification",
  ])
  func `settings that could lose messages or trust anybody are not passed on`(key: String) {
    let failure = #expect(throws: KafkaFailure.self) {
      try KafkaConfiguration(servers: "kafka:9092", settings: [key: "false"])
    }
    #expect(failure?.code == "KAF-002")
  }

  @Test func `a value that librdkafka does not take is refused at once`() {
    let failure = #expect(throws: KafkaFailure.self) {
      try KafkaConfiguration(
        servers: "kafka:9092", settings: ["security.protocol": "plaintextt"])
    }
    guard case .invalidSetting("security.protocol", _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(throws: KafkaFailure.self) {
      try KafkaConfiguration(servers: "kafka:9092", settings: ["sasl.username": "a\u{0}b"])
    }
  }

  // MARK: Secrets

  @Test func `no secret is in any description, dump or error`() throws {
    let secret = "hunter2-ÄÖ"
    let settings = [
      "security.protocol": "sasl_ssl", "sasl.mechanism": "PLAIN", "sasl.username": "omni",
      "sasl.password": secret, "ssl.key.password": secret, "ssl.keystore.password": secret,
    ]
    let configuration = try KafkaConfiguration(servers: "kafka:9092", settings: settings)

    var dumped = ""
    dump(configuration, to: &dumped)
    dump([configuration], to: &dumped)
    dump((1, Optional(configuration)), to: &dumped)
    let texts = [
      "\(configuration)", String(describing: configuration), String(reflecting: configuration),
      "\([configuration])", "\(Optional(configuration) as Any)", dumped,
      "\(configuration.shownSettings)",
    ]
    for text in texts {
      #expect(!text.contains("hunter2"), "\(text)")
    }
    #expect("\(configuration)".contains("sasl.password=***"))
    #expect("\(configuration)".contains("sasl.username=omni"))
  }

  @Test func `no secret is in what a client says that cannot be made`() throws {
    let settings = [
      "security.protocol": "ssl", "ssl.key.pem": "hunter2-no-key", "ssl.key.password": "hunter2",
    ]
    var failures: [KafkaFailure] = []
    do throws(KafkaFailure) {
      let configuration = try KafkaConfiguration(servers: "kafka:9092", settings: settings)
      _ = try KafkaProducer(configuration)
    } catch {
      failures.append(error)
    }
    do throws(KafkaFailure) {
      _ = try KafkaConfiguration(servers: "omni:hunter2@kafka:9092")
    } catch {
      failures.append(error)
    }
    do throws(KafkaFailure) {
      _ = try KafkaConfiguration(
        servers: "kafka:9092", settings: ["sasl.password": "hunter2\u{0}"])
    } catch {
      failures.append(error)
    }
    #expect(failures.count == 3)
    for failure in failures {
      var dumped = ""
      dump(failure, to: &dumped)
      #expect(!(dumped + "\(failure)" + String(reflecting: failure)).contains("hunter2"))
    }
  }
}
