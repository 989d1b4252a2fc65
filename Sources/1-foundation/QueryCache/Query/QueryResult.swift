public import OmniTime

/// What a query found, field by field.
public struct QueryResult: Sendable, Hashable {
  /// Where a value came from.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    /// This node's memory.
    case memory
    /// The tier that nodes share.
    case tier
    /// The service.
    case service
  }

  /// Why there is no answer on a field.
  public enum Failure: Sendable, Hashable {
    /// It took longer than the field's limit.
    case timeLimit(Interval)
    /// The service threw.
    case service(name: String, reason: String)
  }

  /// One field.
  public enum Field: Sendable, Hashable {
    /// It has a value.
    case value([UInt8], from: Origin, isStale: Bool)
    /// The service has none for it.
    case absent
    /// Nobody knows.
    case failed(Failure)

    /// The bytes, if it has a value.
    public var bytes: [UInt8]? { if case .value(let bytes, _, _) = self { bytes } else { nil } }
  }

  /// The fields that were asked for.
  public internal(set) var fields: [String: Field]

  /// Whether every field has an answer, if only that it has no value.
  public var isComplete: Bool {
    !fields.values.contains { if case .failed = $0 { true } else { false } }
  }

  /// A field.
  public subscript(name: String) -> Field? { fields[name] }

  /// The value of a field; nil if it has none, or no answer, or bytes that are no value.
  public func value<Value>(_ coding: FieldCoding<Value>) -> Value? {
    fields[coding.name]?.bytes.flatMap(coding.decode)
  }
}
