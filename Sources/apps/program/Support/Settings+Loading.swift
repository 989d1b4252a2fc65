import OmniConfiguration
import OmniPlatform

extension Option {
  /// The file that a command takes its settings from.
  static let config = Option("--config", "FILE", "takes settings from a YAML or JSON file")
  /// One setting, above the file's.
  static let set = Option(
    "--set", "KEY=VALUE", "changes one setting, above the file", repeats: true)
}

extension Settings {
  /// Loads the settings that a command line names with `--config` and `--set`.
  static func load(_ arguments: Arguments) throws -> Settings {
    try load(file: arguments.value("--config"), overrides: arguments.all("--set"))
  }

  /// Loads the settings: defaults, then `file`, then `overrides`.
  ///
  /// - Parameters:
  ///   - file: A YAML or JSON file, by its extension; nil for none.
  ///   - overrides: Assignments such as `risk.price_collar=0.1`; a later one stands above.
  /// - Throws: `Problem` with the code and the place of the first fault.
  package static func load(file: String?, overrides: [String]) throws -> Settings {
    let configuration = try layers(file: file, overrides: overrides)
    let faults = faults(in: configuration)
    if let first = faults.first {
      if faults.count == 1 { throw first }
      throw Problem(
        code: first.code,
        text: "\(first.text) (the first of \(faults.count) faults; omni config check lists all)")
    }
    do throws(ConfigurationError) {
      return try Settings(configuration)
    } catch {
      throw Problem(error)
    }
  }

  /// Everything that is wrong with the values of `configuration`.
  static func faults(in configuration: LayeredConfiguration) -> [Problem] {
    SettingsKeys.schema.check(configuration).map(Problem.init)
  }

  /// Puts the layers together, without looking at what they say.
  static func layers(file: String?, overrides: [String]) throws -> LayeredConfiguration {
    let document = try file.map { path in
      LayeredConfiguration.Layer(name: path, root: try root(of: path))
    }
    do throws(ConfigurationError) {
      return try LayeredConfiguration(
        [SettingsKeys.schema.defaults] + [document].compactMap { $0 }
          + LayeredConfiguration.Layer.overrides(overrides))
    } catch {
      throw Problem(error)
    }
  }

  private static func root(of path: String) throws -> ConfigurationValue {
    let isJSON = path.lowercased().hasSuffix(".json")
    guard isJSON || [".yaml", ".yml"].contains(where: path.lowercased().hasSuffix) else {
      throw Problem(
        "CFG-010", "the configuration \(path) is of no known form",
        wanted: "a name that ends in .yaml, .yml or .json", remedy: "rename the file")
    }
    let bytes: [UInt8]
    do throws(FileError) {
      var reader = try FileReader(path)
      bytes = try reader.readAll(limit: ConfigurationLimits.textBytesMax)
    } catch {
      throw Problem(
        code: error.code,
        text: "\(Problem(describing: error, code: error.code).text); "
          + "wanted a configuration file; do check the name given with --config")
    }
    do throws(ConfigurationError) {
      return isJSON
        ? try ConfigurationValue(json: bytes, label: path)
        : try ConfigurationValue(yaml: bytes, label: path)
    } catch {
      throw Problem(error)
    }
  }
}

extension Problem {
  /// What is wrong with a configuration, with its place.
  init(_ error: ConfigurationError) {
    switch error {
    case .mismatch(let path, let source, let was, let wanted):
      self.init(
        error.code, "\(path) at \(source) is \(was)", wanted: wanted, remedy: "correct the value")
    case .unknownKey(let path, let source, let nearest):
      self.init(
        error.code, "there is no key \(path), which stands at \(source)",
        wanted: nearest ?? "a key that omni config explain lists", remedy: "rename or remove it")
    case .duplicateKey(let key, let source, let first):
      self.init(
        error.code, "the key \(key) at \(source) was already set at \(first)",
        wanted: "each key once", remedy: "remove one of the two")
    case .malformedOverride(let source, let was):
      self.init(
        error.code, "\(source) is \(was)", wanted: "KEY=VALUE",
        remedy: "write --set risk.price_collar=0.1")
    case .malformed(let source, let reason):
      self.init(
        error.code, "\(source): \(reason)", wanted: "well-formed YAML or JSON",
        remedy: "correct the text at that place")
    case .unsupported(let source, let feature, let instead):
      self.init(
        error.code, "\(source) has \(feature)", wanted: instead, remedy: "write it plainly")
    case .tooLarge(let source, let what, let limit):
      self.init(
        error.code, "\(source) has too many \(what)", wanted: "at most \(limit)",
        remedy: "shorten it")
    case .missing(let path, let wanted):
      self.init(error.code, "\(path) is not set", wanted: wanted, remedy: "set it")
    case .invalidEncoding(let source, let byteOffset):
      self.init(
        error.code, "\(source): byte \(byteOffset) is not UTF-8", wanted: "UTF-8 throughout",
        remedy: "save the file as UTF-8")
    }
  }
}
