import CKafka
public import OmniTime

/// Brokers within this process, which tests and measurements run against where there is no Kafka.
///
///     let cluster = try MockCluster(brokers: 3)
///     try cluster.createTopic("fills", partitions: 4)
///     let configuration = try KafkaConfiguration(servers: cluster.servers)
///
/// They are librdkafka's own mock brokers, on ports of the loopback: they keep messages in memory
/// and speak enough of the protocol for producers, consumers and groups, but create no topics
/// through the admin protocol, check no passwords and drop no duplicates. The product itself never
/// uses it. It stops when the object goes.
@safe public final class MockCluster {
  /// The kinds of request that can be made to fail.
  ///
  /// Source: the API keys of the Kafka protocol.
  public enum Request: Int16, Sendable, CaseIterable {
    /// Writing messages.
    case produce = 0
    /// Reading messages.
    case fetch = 1
    /// Asking for the first or the last offset.
    case listOffsets = 2
    /// Asking for topics and leaders.
    case metadata = 3
    /// Keeping a group's offsets.
    case offsetCommit = 8
    /// Asking for a group's offsets.
    case offsetFetch = 9
    /// Asking who looks after a group.
    case findCoordinator = 10
    /// Asking for a number as an idempotent producer.
    case initProducerID = 22
  }

  private let cluster: OpaquePointer
  private let handle: KafkaHandle

  /// Starts a cluster of `brokers` brokers, numbered from 1.
  ///
  /// - Precondition: `brokers` is from 1 to 100.
  public init(brokers: Int = 1) throws(KafkaFailure) {
    precondition((1...100).contains(brokers), "a cluster of 1 to 100 brokers")
    // The client keeps the cluster's books; it connects to nobody.
    let nobody = try KafkaConfiguration(servers: "127.0.0.1:9", clientID: "omni-mock")
    handle = try KafkaHandle(.producer, nobody, settings: [])
    guard let made = unsafe rd_kafka_mock_cluster_new(handle.client, Int32(brokers)) else {
      throw .cannotStart(reason: "no mock cluster of \(brokers) brokers")
    }
    unsafe cluster = unsafe made
  }

  deinit { unsafe rd_kafka_mock_cluster_destroy(cluster) }

  /// The brokers' addresses.
  public var servers: String {
    unsafe rd_kafka_mock_cluster_bootstraps(cluster).map { unsafe String(cString: $0) } ?? ""
  }

  /// Creates a topic.
  public func createTopic(
    _ topic: String, partitions: Int32, replicas: Int32 = 1
  ) throws(KafkaFailure) {
    try handle.check(
      unsafe rd_kafka_mock_topic_create(cluster, topic, partitions, replicas),
      "creating the topic \(topic)")
  }

  /// Breaks the connections of a broker, or of all, and lets nobody in until it is up again.
  public func takeDown(broker: Int32? = nil) throws(KafkaFailure) {
    try handle.check(
      unsafe rd_kafka_mock_broker_set_down(cluster, broker ?? -1), "taking a broker down")
  }

  /// Lets clients in again.
  public func bringUp(broker: Int32? = nil) throws(KafkaFailure) {
    try handle.check(
      unsafe rd_kafka_mock_broker_set_up(cluster, broker ?? -1), "bringing a broker up")
  }

  /// Makes answers of a broker, or of all, take at least `interval`, in whole milliseconds.
  public func setRoundTrip(_ interval: Interval, broker: Int32? = nil) throws(KafkaFailure) {
    try handle.check(
      unsafe rd_kafka_mock_broker_set_rtt(cluster, broker ?? -1, interval.milliseconds),
      "setting the round trip time")
  }

  /// Makes a broker the leader of a partition.
  public func setLeader(_ broker: Int32, of partition: KafkaPartition) throws(KafkaFailure) {
    try handle.check(
      unsafe rd_kafka_mock_partition_set_leader(
        cluster, partition.topic, partition.number, broker),
      "setting the leader of \(partition)")
  }

  /// Makes the next requests of a kind fail, one for each reason, in their order.
  ///
  /// ``KafkaReason/disconnected`` breaks the connection instead of an answer.
  public func failNext(_ request: Request, with reasons: [KafkaReason]) {
    let errors = reasons.map(\.error)
    unsafe rd_kafka_mock_push_request_errors_array(
      cluster, request.rawValue, errors.count, errors)
  }

  /// Forgets what was to fail.
  public func clearFailures(of request: Request) {
    unsafe rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
  }

  /// Makes the cluster answer questions after a topic with an error.
  public func setError(_ reason: KafkaReason, ofTopic topic: String) {
    unsafe rd_kafka_mock_topic_set_error(cluster, topic, reason.error)
  }
}

// The mock cluster takes a lock of its own in each of its functions; the address never changes.
extension MockCluster: @unchecked Sendable {}
