/// What names a message that a producer was given, in errors and reports.
public struct KafkaMessageName: Sendable, Hashable, CustomStringConvertible {
  /// How many bytes of a key are shown.
  public static let keyBytesMax = 64

  /// The topic.
  public let topic: String
  /// The partition, or nil as long as none was chosen.
  public let partition: Int32?
  /// The key, at most its first ``keyBytesMax`` bytes, or nil if there is none.
  public let key: [UInt8]?
  /// The size of the value, in bytes; zero for none.
  public let valueBytes: Int
  /// The tag that the message was produced with, or nil if it was none.
  public let tag: UInt64?

  init(topic: String, partition: Int32?, key: [UInt8]?, valueBytes: Int, tag: UInt64?) {
    self.topic = topic
    self.partition = partition.flatMap { $0 >= 0 ? $0 : nil }
    self.key = key
    self.valueBytes = valueBytes
    self.tag = tag
  }

  init(_ record: KafkaRecord, tag: UInt64?) {
    self.init(
      topic: record.topic, partition: record.partition,
      key: record.key.map { Array($0.prefix(Self.keyBytesMax)) },
      valueBytes: record.value?.count ?? 0, tag: tag)
  }

  /// The topic and partition, the tag, the key and the size; never the value.
  ///
  /// A key that is no printable ASCII is shown in hexadecimal.
  public var description: String {
    let place = partition.map { "\(topic)[\($0)]" } ?? topic
    let tagText = tag.map { " tag \($0)" } ?? ""
    let keyText = key.map { " key " + Self.shown($0) } ?? " without a key"
    return "\(place)\(tagText)\(keyText), \(valueBytes) bytes"
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) }) {
      return "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    }
    return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
