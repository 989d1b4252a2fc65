/// A configuration that is put together from layers, which remembers where each value came from.
///
/// A later layer stands above the earlier ones: defaults, then files, then the command line.
/// Maps are merged key by key; any other value, a list too, replaces what stands below it.
///
///     let configuration = try LayeredConfiguration([
///       schema.defaults,
///       .init(name: "demo.yaml", root: ConfigurationValue(yaml: bytes, label: "demo.yaml")),
///     ] + LayeredConfiguration.Layer.overrides(["risk.max_order_quantity=5"]))
///     try schema.require(configuration)
///
/// - Invariant: `merged` is a map.
public struct LayeredConfiguration: Sendable {
  /// One layer: a document and its name.
  public struct Layer: Sendable {
    /// The name of the layer, such as `defaults`, a file's name or `command line`.
    public let name: String
    /// The document.
    public let root: ConfigurationValue

    /// Creates a layer.
    public init(name: String, root: ConfigurationValue) {
      self.name = name
      self.root = root
    }
  }

  /// The layers, the lowest first.
  public let layers: [Layer]
  /// The values that hold.
  public let merged: ConfigurationValue
  /// Where this configuration stands in a larger one; errors put it before their paths.
  public let base: ConfigurationPath

  /// Merges layers, of which the first is the lowest.
  ///
  /// - Throws: a mismatch if a document is neither a map nor empty.
  /// - Complexity: linear in the number of values.
  public init(_ layers: [Layer]) throws(ConfigurationError) {
    var merged = ConfigurationValue(.map([]), source: ConfigurationSource(label: "default"))
    for layer in layers where layer.root.content != .null {
      guard case .map = layer.root.content else {
        throw .mismatch(
          path: .root, source: layer.root.source, was: layer.root.summary, wanted: "a map")
      }
      merged = merged.merged(with: layer.root)
    }
    self.layers = layers
    self.merged = merged
    self.base = .root
  }

  /// Makes a configuration of a map that stands within a larger one.
  init(section: ConfigurationValue, at path: ConfigurationPath) {
    self.layers = [Layer(name: path.description, root: section)]
    self.merged = section
    self.base = path
  }

  /// Finds the value that holds at a path.
  public func value(at path: ConfigurationPath) -> ConfigurationValue? {
    merged.value(at: path)
  }

  /// Reads the value of a key, or its default if no layer sets it.
  ///
  /// - Throws: a mismatch if the value is not what the key wants, or that it is missing.
  public func read<Value>(
    _ key: ConfigurationKey<Value>
  ) throws(ConfigurationError) -> Value {
    let path = base.appending(key.path)
    guard let value = merged.value(at: key.path) ?? key.defaultValue else {
      throw .missing(path: path, wanted: key.kind.wanted)
    }
    return try key.kind.read(value, at: path)
  }
}

// MARK: - Where values come from

extension LayeredConfiguration {
  /// Where a value came from, and what it stands above.
  public struct Origin: Sendable, Equatable, CustomStringConvertible {
    /// A value in a layer.
    public struct Setting: Sendable, Equatable {
      /// The name of the layer.
      public let layer: String
      /// The value, which knows its place.
      public let value: ConfigurationValue
    }

    /// The path of the value.
    public let path: ConfigurationPath
    /// The setting that holds.
    public let winner: Setting
    /// The settings below it, the nearest first.
    public let overridden: [Setting]

    /// The origin in one line.
    public var description: String {
      let below = overridden.map { ", over \($0.value.summary) from \($0.value.source)" }
      return "\(path) = \(winner.value.summary) from \(winner.value.source)" + below.joined()
    }
  }

  /// Says where the value at a path came from, or nil if there is none or it is a map with keys.
  ///
  /// The values of a map can come from several layers, so ask for its keys.
  public func explain(_ path: ConfigurationPath) -> Origin? {
    guard let value = merged.value(at: path), value.members?.isEmpty ?? true else { return nil }
    let settings = layers.reversed().compactMap { layer in
      layer.root.value(at: path).map { Origin.Setting(layer: layer.name, value: $0) }
    }
    guard let winner = settings.first else { return nil }
    return Origin(
      path: base.appending(path), winner: winner, overridden: Array(settings.dropFirst()))
  }

  /// Says where each value came from, in the order of the merged document.
  ///
  /// A list counts as one value.
  public func explain() -> [Origin] {
    var origins: [Origin] = []
    func visit(_ value: ConfigurationValue, at path: ConfigurationPath) {
      guard let members = value.members, !members.isEmpty else {
        if let origin = explain(path) { origins.append(origin) }
        return
      }
      for member in members { visit(member.value, at: path.appending(key: member.key)) }
    }
    for member in merged.members ?? [] {
      visit(member.value, at: ConfigurationPath([.key(member.key)]))
    }
    return origins
  }
}
