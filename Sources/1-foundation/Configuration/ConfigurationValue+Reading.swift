extension ConfigurationValue {
  /// Reads a YAML document; the label names it in errors, such as `demo.yaml`.
  ///
  /// Of YAML, what could surprise is refused: aliases, anchors, tags, directives, merge keys,
  /// keys that come twice, and more than one document. Only `true` and `false` are booleans. An
  /// empty document is null.
  ///
  /// - Complexity: linear in the bytes, which are at most `ConfigurationLimits.textBytesMax`.
  public init(yaml bytes: [UInt8], label: String) throws(ConfigurationError) {
    self = try YAMLDocumentReader.read(bytes, label: label)
  }

  /// Reads a YAML document from text.
  public init(yaml text: String, label: String) throws(ConfigurationError) {
    try self.init(yaml: Array(text.utf8), label: label)
  }

  /// Reads a JSON document, strictly by RFC 8259; the label names it in errors.
  ///
  /// Keys that come twice are refused.
  ///
  /// - Complexity: linear in the bytes, which are at most `ConfigurationLimits.textBytesMax`.
  public init(json bytes: [UInt8], label: String) throws(ConfigurationError) {
    self = try JSONDocumentReader.read(bytes, label: label)
  }

  /// Reads a JSON document from text.
  public init(json text: String, label: String) throws(ConfigurationError) {
    try self.init(json: Array(text.utf8), label: label)
  }
}
