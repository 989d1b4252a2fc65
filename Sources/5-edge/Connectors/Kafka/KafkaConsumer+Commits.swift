import CKafka
public import OmniTime

extension KafkaConsumer {
  /// Notes for the group where each partition is to be read from next, and waits until it is kept.
  ///
  /// - Parameters:
  ///   - offsets: The offset of the next message to read, one more than that of the last one.
  ///   - interval: How long to wait.
  /// - Throws: `timedOut` if it is not known to be kept, which it may be all the same.
  public func commit(
    _ offsets: [KafkaPartition: Int64], within interval: Interval
  ) throws(KafkaFailure) {
    try checkOpen()
    guard !offsets.isEmpty else { return }
    let list = try PartitionList(offsets)
    let operation = "committing \(list)"
    // librdkafka's own waiting has no end, so the answer comes to a queue that is waited at here.
    guard let queue = unsafe rd_kafka_queue_new(handle.client) else {
      throw .cannotStart(reason: "no memory")
    }
    defer { unsafe rd_kafka_queue_destroy(queue) }
    try handle.check(
      unsafe rd_kafka_commit_queue(handle.client, list.list, queue, nil, nil), operation)
    guard let event = unsafe rd_kafka_queue_poll(queue, interval.milliseconds) else {
      throw .timedOut(operation: operation, limit: interval)
    }
    defer { unsafe rd_kafka_event_destroy(event) }
    let error = unsafe rd_kafka_event_error(event)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(error, operation, interval) }
    guard let answer = unsafe rd_kafka_event_topic_partition_list(event) else { return }
    let elements = unsafe UnsafeBufferPointer(
      start: answer.pointee.elems, count: Int(answer.pointee.cnt))
    for index in elements.indices {
      try unsafe handle.check(elements[index].err, operation)
    }
  }

  /// Notes for the group that everything up to and with `message` is read, in its partition.
  ///
  /// - Throws: as ``commit(_:within:)``.
  public func commit(
    after message: KafkaMessage, within interval: Interval
  ) throws(KafkaFailure) {
    try commit([message.source: message.offset + 1], within: interval)
  }

  /// Where the group committed last.
  ///
  /// - Returns: the offset of the next message to read; nothing for a partition without a commit.
  /// - Throws: `timedOut`, or what else the brokers say.
  public func committed(
    _ partitions: [KafkaPartition], within interval: Interval
  ) throws(KafkaFailure) -> [KafkaPartition: Int64] {
    try checkOpen()
    let list = try PartitionList(partitions.reduce(into: [:]) { $0[$1] = -1 })
    let operation = "asking for the commits of \(list)"
    let error = unsafe rd_kafka_committed(handle.client, list.list, interval.milliseconds)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(error, operation, interval) }
    var offsets: [KafkaPartition: Int64] = [:]
    for entry in list.entries {
      try handle.check(entry.error, operation)
      if entry.offset >= 0 { offsets[entry.partition] = entry.offset }
    }
    return offsets
  }

  /// The first offset of a partition and the one behind its last message.
  ///
  /// - Throws: `timedOut`, or what else the brokers say.
  public func bounds(
    of partition: KafkaPartition, within interval: Interval
  ) throws(KafkaFailure) -> Range<Int64> {
    try checkOpen()
    guard KafkaRecord.isLegal(topic: partition.topic) else { throw .unknownTopic(partition.topic) }
    var (low, high) = (Int64(0), Int64(0))
    let error = unsafe rd_kafka_query_watermark_offsets(
      handle.client, partition.topic, partition.number, &low, &high, interval.milliseconds)
    guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw failure(error, "asking for the offsets of \(partition)", interval)
    }
    return low..<max(low, high)
  }
}
