import CKafka

/// librdkafka's list of partitions with an offset each.
@safe final class PartitionList: CustomStringConvertible {
  /// A partition in the list.
  struct Entry {
    let partition: KafkaPartition
    let offset: Int64
    let error: rd_kafka_resp_err_t
  }

  let list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  /// Makes a list; a topic's name is one that Kafka allows.
  init(_ offsets: [KafkaPartition: Int64]) throws(KafkaFailure) {
    for partition in offsets.keys where !KafkaRecord.isLegal(topic: partition.topic) {
      throw .unknownTopic(partition.topic)
    }
    let made = unsafe rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count))
    guard let made = unsafe made else { throw .cannotStart(reason: "no memory") }
    unsafe list = unsafe made
    for (partition, offset) in offsets {
      let entry = unsafe rd_kafka_topic_partition_list_add(
        list, partition.topic, partition.number)
      unsafe entry?.pointee.offset = offset
    }
  }

  deinit { unsafe rd_kafka_topic_partition_list_destroy(list) }

  /// What is in the list now.
  var entries: [Entry] {
    let elements = unsafe UnsafeBufferPointer(
      start: list.pointee.elems, count: Int(list.pointee.cnt))
    return unsafe elements.map { element in
      let topic = unsafe element.topic.map { unsafe String(cString: $0) } ?? ""
      return unsafe Entry(
        partition: KafkaPartition(topic, element.partition), offset: element.offset,
        error: element.err)
    }
  }

  /// The partitions, at most ten by name.
  var description: String {
    let names = entries.map(\.partition.description).sorted()
    return names.prefix(10).joined(separator: ", ")
      + (names.count > 10 ? " and \(names.count - 10) more" : "")
  }
}
