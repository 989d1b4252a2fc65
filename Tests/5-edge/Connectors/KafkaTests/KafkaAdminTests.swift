import OmniKafka
import OmniTime
import Testing

@Suite("KafkaAdmin")
struct KafkaAdminTests {
  @Test func `a topic's partitions are counted`() throws {
    let cluster = try MockCluster()
    try cluster.createTopic("fills", partitions: 7)
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))
    #expect(try admin.partitionCount("fills", within: .seconds(10)) == 7)
  }

  @Test func `asking for a topic that is not there creates none`() throws {
    let cluster = try MockCluster()
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))
    for _ in 0..<2 {
      #expect(throws: KafkaFailure.unknownTopic("nowhere")) {
        try admin.partitionCount("nowhere", within: .seconds(10))
      }
    }
    #expect(throws: KafkaFailure.unknownTopic("no topic")) {
      try admin.partitionCount("no topic", within: .seconds(10))
    }
  }

  @Test func `topics that are there stay as they are`() throws {
    let cluster = try MockCluster()
    try cluster.createTopic("fills", partitions: 7)
    try cluster.createTopic("orders", partitions: 2)
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))
    let counts = try admin.ensureTopics(["fills": 12, "orders": 2], within: .seconds(10))
    #expect(counts == ["fills": 7, "orders": 2])
  }

  @Test func `a cluster that creates no topics ends the waiting, and names those wanted`() throws {
    let cluster = try MockCluster()
    try cluster.createTopic("fills", partitions: 7)
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))

    let failure = #expect(throws: KafkaFailure.self) {
      try admin.ensureTopics(["fills": 7, "orders": 2], within: .milliseconds(500))
    }

    guard case .timedOut(let operation, _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(operation == "creating the topics orders")
    #expect(try admin.partitionCounts(within: .seconds(10)) == ["fills": 7])
  }

  @Test func `a number of partitions that cannot be is refused`() throws {
    let cluster = try MockCluster()
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))
    for count in [0, -1, Int.max] {
      let failure = #expect(throws: KafkaFailure.self) {
        try admin.ensureTopics(["orders": count], within: .seconds(10))
      }
      #expect(failure?.code == "KAF-003")
    }
  }

  @Test func `brokers that are away end the waiting with its time`() throws {
    let cluster = try MockCluster()
    try cluster.takeDown()
    let admin = try KafkaAdmin(try KafkaConfiguration(servers: cluster.servers))
    let failure = #expect(throws: KafkaFailure.self) {
      try admin.partitionCount("fills", within: .milliseconds(200))
    }
    #expect(failure?.code == "KAF-006")
    #expect(throws: KafkaFailure.self) {
      try admin.ensureTopics(["fills": 1], within: .milliseconds(200))
    }
  }
}
