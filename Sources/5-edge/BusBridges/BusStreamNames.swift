/// What the keys of one bus in Redis are called.
public struct BusStreamNames: Sendable, Hashable {
  /// The stream with the events.
  public let events: String
  /// The stream with what consumers ask to be sent again.
  public var requests: String { events + ":requests" }

  /// How many bytes a consumer's name has at most.
  public static let consumerBytesMax = 64

  /// The names of the bus whose stream is called `events`.
  public init(_ events: String = "omni:bus") { self.events = events }

  /// The stream with what is sent again to `consumer`.
  public func replay(_ consumer: String) -> String { events + ":replay:" + consumer }

  /// The channel of the topic called `topic`.
  public func channel(_ topic: String) -> String { events + ":" + topic }

  /// Whether `text` can be a consumer's name: letters, digits, dashes, dots and underscores.
  static func isConsumer(_ text: String) -> Bool {
    (1...consumerBytesMax).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
      }
  }
}
