/// The names of topics: those that every node knows, and those that a program adds.
///
/// A value: fill it at the start, then hand out copies. Numbers are given in the order in which
/// names are added, so programs that speak with each other add the same names in the same order.
///
/// - Complexity: looking up either way is O(1).
public struct TopicRegistry: Sendable, Equatable {
  /// How many bytes a name has at most, family and dot included.
  public static let nameBytesMax = 64

  private var names: [UInt16: String] = [:]
  private var topics: [String: BusTopic] = [:]
  private var counts = [UInt8](repeating: 0, count: BusFamily.allCases.count)

  /// Creates a registry of the well-known topics.
  public init() {
    for (topic, name) in BusTopic.wellKnown { insert(topic, topic.family.name + "." + name) }
  }

  /// All topics with a name, by number.
  public var all: [BusTopic] { topics.values.sorted() }

  /// The name of `topic`, or nil if it has none here.
  public func name(of topic: BusTopic) -> String? { names[topic.id] }

  /// The topic called `name`, or nil.
  public func topic(named name: String) -> BusTopic? { topics[name] }

  /// Adds a topic, or finds it if it is there.
  ///
  /// - Parameter name: a family, a dot, then lower-case letters, digits and single dashes between
  ///   them: `market.funding-rate`.
  /// - Throws: ``TopicFailure`` when the name is not of that form or the family is full.
  @discardableResult
  public mutating func add(_ name: String) throws(TopicFailure) -> BusTopic {
    if let topic = topics[name] { return topic }
    let family = try Self.family(ofTopic: name)
    let count = counts[Int(family.rawValue)]
    guard Int(count) < BusFamily.topicCountMax else {
      throw .familyFull(family: family, limit: BusFamily.topicCountMax)
    }
    let topic = BusTopic(family, count)
    insert(topic, name)
    return topic
  }

  /// The filter that `pattern` stands for: `*`, `market.*`, or the name of one topic.
  ///
  /// - Throws: ``TopicFailure/unknown(name:)`` for any other text.
  public func filter(_ pattern: String) throws(TopicFailure) -> BusFilter {
    if pattern == "*" { return .all }
    if pattern.hasSuffix(".*"), let family = BusFamily(name: String(pattern.dropLast(2))) {
      return .family(family)
    }
    guard let topic = topics[pattern] else { throw .unknown(name: pattern) }
    return .topics(topic)
  }

  private mutating func insert(_ topic: BusTopic, _ name: String) {
    names[topic.id] = name
    topics[name] = topic
    counts[Int(topic.family.rawValue)] = topic.index + 1
  }

  /// The family of a well-formed name.
  private static func family(ofTopic name: String) throws(TopicFailure) -> BusFamily {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, name.utf8.count <= nameBytesMax,
      let family = BusFamily(name: String(parts[0])), isWord(parts[1])
    else { throw .malformed(name: String(name.prefix(80))) }
    return family
  }

  private static func isWord(_ text: Substring) -> Bool {
    var last = UInt8(ascii: "-")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "-") where last != byte: break
      default: return false
      }
      last = byte
    }
    return last != UInt8(ascii: "-")
  }
}
