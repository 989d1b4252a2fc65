import OmniKafka
import OmniTime
import Testing

@Suite("MockCluster")
struct MockClusterTests {
  @Test func `each broker has an address of its own`() throws {
    let cluster = try MockCluster(brokers: 3)
    let servers = try KafkaConfiguration(servers: cluster.servers).servers
    #expect(Set(servers).count == 3)
  }

  @Test func `a broker that is down answers nobody until it is up`() throws {
    let cluster = try MockCluster()
    try cluster.createTopic("fills", partitions: 2)
    let admin = try KafkaAdmin(
      try KafkaConfiguration(
        servers: cluster.servers,
        settings: ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "50"]))
    try cluster.takeDown()
    #expect(throws: KafkaFailure.self) {
      try admin.partitionCount("fills", within: .milliseconds(200))
    }

    try cluster.bringUp()
    #expect(try admin.partitionCount("fills", within: .seconds(10)) == 2)
  }

  @Test func `a topic is created once, and a broker that is none is refused`() throws {
    let cluster = try MockCluster()
    try cluster.createTopic("fills", partitions: 2)
    #expect(throws: KafkaFailure.self) { try cluster.createTopic("fills", partitions: 2) }
    #expect(throws: KafkaFailure.self) { try cluster.takeDown(broker: 9) }
  }

  @Test func `failures that were to come can be forgotten`() async throws {
    let bench = try Bench(partitions: 1)
    bench.cluster.failNext(.produce, with: Array(repeating: .invalidRecord, count: 10))
    bench.cluster.clearFailures(of: .produce)
    let position = try await bench.producer().produce(
      KafkaRecord(topic: bench.topic, key: nil, value: [1]))
    #expect(position.offset == 0)
  }
}
