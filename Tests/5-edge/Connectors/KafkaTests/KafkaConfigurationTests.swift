import OmniKafka
import Testing

@Suite("KafkaConfiguration")
struct KafkaConfigurationTests {
  @Test func `a`() throws {
    let cluster = try MockCluster(brokers: 2)
    #expect(cluster.servers.contains(","))
  }
}
