import OmniKafka
import OmniTime
import Testing

/// A cluster with one topic, and who writes to it and reads from it.
struct Bench {
  let cluster: MockCluster
  let topic = "fills"
  let partitions: Int32

  init(brokers: Int = 1, partitions: Int32) throws {
    cluster = try MockCluster(brokers: brokers)
    self.partitions = partitions
    try cluster.createTopic(topic, partitions: partitions, replicas: Int32(min(brokers, 3)))
  }

  func configuration(_ settings: [String: String] = [:]) throws -> KafkaConfiguration {
    try KafkaConfiguration(
      servers: cluster.servers, clientID: "omni-test",
      settings: ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "100"]
        .merging(settings) { $1 })
  }

  func producer(
    _ change: (inout KafkaProducer.Configuration) -> Void = { _ in }
  ) throws -> KafkaProducer {
    var settings = KafkaProducer.Configuration()
    // All tests share two cores: what waits for its turn does not expire meanwhile.
    settings.messageTimeout = .minutes(30)
    change(&settings)
    return try KafkaProducer(try configuration(), settings)
  }

  func consumer(
    group: String = "readers", startWithoutCommit: KafkaConsumer.Fallback = .error
  ) throws -> KafkaConsumer {
    var settings = KafkaConsumer.Configuration(
      group: group, startWithoutCommit: startWithoutCommit)
    // The mock cluster waits for a session's time-out also after a reader has left its group.
    settings.sessionTimeout = .seconds(4)
    return try KafkaConsumer(try configuration(), settings)
  }

  /// All partitions with a start.
  func starts(_ start: KafkaConsumer.Start) -> [KafkaPartition: KafkaConsumer.Start] {
    (0..<partitions).reduce(into: [:]) { $0[KafkaPartition(topic, $1)] = start }
  }

  /// The first `count` messages, which have to come within half a minute.
  func read(_ count: Int) throws -> [KafkaMessage] {
    let consumer = try consumer()
    try consumer.assign(starts(.earliest))
    let read = try messages(of: consumer, count)
    try consumer.close(within: .seconds(5))
    return read
  }
}

/// The next `count` messages of `consumer`, or those that came before it was silent for 10 seconds.
func messages(of consumer: KafkaConsumer, _ count: Int) throws -> [KafkaMessage] {
  var read: [KafkaMessage] = []
  var silent = 0
  while read.count < count, silent < 100 {
    let events = try consumer.pollBatch(max: count - read.count, within: .milliseconds(100))
    for case .message(let message) in events { read.append(message) }
    silent = events.isEmpty ? silent + 1 : 0
  }
  return read
}

/// All messages up to the ends of `partitions` partitions.
func messagesToTheEnd(of consumer: KafkaConsumer, partitions: Int32) throws -> [KafkaMessage] {
  var read: [KafkaMessage] = []
  var ended: Set<KafkaPartition> = []
  var silent = 0
  while ended.count < Int(partitions), silent < 100 {
    let events = try consumer.pollBatch(max: 10_000, within: .milliseconds(100))
    silent = events.isEmpty ? silent + 1 : 0
    for event in events {
      switch event {
      case .message(let message): read.append(message)
      case .endOfPartition(let partition, _): ended.insert(partition)
      }
    }
  }
  return read
}
