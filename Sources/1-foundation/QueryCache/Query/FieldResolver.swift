public import OmniTime

/// A service that knows fields of entities.
public protocol FieldResolver: Sendable {
  /// What the service is called in results and metrics.
  var name: String { get }
  /// The fields that it serves.
  var fields: [FieldRule] { get }
  /// Fetches fields of an entity; one that is left out of the answer has no value.
  func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]]
}

/// How a field is kept.
public struct FieldRule: Sendable, Hashable {
  /// The field's name.
  public var name: String
  /// How long a value is good for.
  public var freshness: Freshness
  /// How long a query waits for it.
  public var timeLimit: Interval
  /// What it is invalidated by, besides its entity.
  public var tags: [String]

  /// Creates a rule.
  public init(
    _ name: String, _ freshness: Freshness, timeLimit: Interval = .seconds(5), tags: [String] = []
  ) {
    self.name = name
    self.freshness = freshness
    self.timeLimit = timeLimit
    self.tags = tags
  }
}

/// Turns the bytes of a field into a value and back.
public struct FieldCoding<Value: Sendable>: Sendable {
  /// The field's name.
  public let name: String
  /// The bytes of a value.
  public let encode: @Sendable (Value) -> [UInt8]
  /// The value of some bytes; nil if they are none.
  public let decode: @Sendable ([UInt8]) -> Value?

  /// Creates a coding of a field.
  public init(
    _ name: String, encode: @escaping @Sendable (Value) -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) -> Value?
  ) {
    self.name = name
    self.encode = encode
    self.decode = decode
  }
}

extension FieldCoding where Value == String {
  /// A field that is a text.
  public static func text(_ name: String) -> Self {
    Self(name, encode: { Array($0.utf8) }, decode: { String(validating: $0, as: UTF8.self) })
  }
}

extension FieldCoding where Value == Int64 {
  /// A field that is a whole number, in decimal.
  public static func integer(_ name: String) -> Self {
    Self(
      name, encode: { Array(String($0).utf8) },
      decode: { String(validating: $0, as: UTF8.self).flatMap { Int64($0) } })
  }
}
