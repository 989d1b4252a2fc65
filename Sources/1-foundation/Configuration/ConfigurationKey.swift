/// One key of a schema: where it is, what it wants, what it means.
///
///     static let maxQuantity = ConfigurationKey(
///       "risk.max_order_quantity", .integer(in: 1...1_000_000), default: 1_000,
///       unit: "lots", "The largest order that is let through.")
///
///     let quantity = try configuration.read(maxQuantity)
public struct ConfigurationKey<Value: Sendable>: Sendable {
  /// Where the value is, from the root of the configuration or of the section.
  public let path: ConfigurationPath
  /// What the value has to be.
  public let kind: ConfigurationKind<Value>
  /// The unit of the value, or nothing.
  public let unit: String
  /// What the value is for, in a sentence.
  public let documentation: String
  /// The value that holds if no layer sets the key; nil if some layer has to.
  public let defaultValue: ConfigurationValue?

  /// Creates a key that some layer has to set.
  ///
  /// - Precondition: the path is not the root.
  public init(
    _ path: ConfigurationPath, _ kind: ConfigurationKind<Value>, unit: String = "",
    _ documentation: String
  ) {
    precondition(!path.segments.isEmpty, "a key needs a path")
    self.path = path
    self.kind = kind
    self.unit = unit
    self.documentation = documentation
    self.defaultValue = nil
  }

  /// Creates a key with a default.
  ///
  /// - Precondition: the path is not the root, and the default is what the kind wants.
  public init(
    _ path: ConfigurationPath, _ kind: ConfigurationKind<Value>, default value: Value,
    unit: String = "", _ documentation: String
  ) {
    precondition(!path.segments.isEmpty, "a key needs a path")
    let written = kind.writer(value, ConfigurationSource(label: "default"))
    do {
      _ = try kind.read(written, at: path)
    } catch {
      preconditionFailure("the default of \(path) breaks its own rule: \(error)")
    }
    self.path = path
    self.kind = kind
    self.unit = unit
    self.documentation = documentation
    self.defaultValue = written
  }

  /// The key as an entry of a schema, without the type of its value.
  public var entry: ConfigurationSchema.Entry {
    ConfigurationSchema.Entry(
      path: path, wanted: kind.wanted, unit: unit, documentation: documentation,
      defaultValue: defaultValue,
      check: { [kind] (value, path) throws(ConfigurationError) in
        _ = try kind.read(value, at: path)
      })
  }
}
