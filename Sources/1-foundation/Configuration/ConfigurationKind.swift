/// How a configuration value becomes a Swift value, and back.
///
/// A kind says what it wants in words, so that a refusal can say what was wanted.
public struct ConfigurationKind<Value: Sendable>: Sendable {
  /// What the kind wants, such as `a whole number from 1 to 100`.
  public let wanted: String
  let reader: @Sendable (ConfigurationValue, ConfigurationPath) throws(ConfigurationError) -> Value
  let writer: @Sendable (Value, ConfigurationSource) -> ConfigurationValue

  /// Creates a kind of one's own.
  ///
  /// - Parameters:
  ///   - wanted: what the kind wants, as it follows the word `wanted`.
  ///   - read: makes the Swift value, or nil if the configuration value is not wanted.
  ///   - write: makes the content that reads back as the same Swift value; for defaults.
  public init(
    wanted: String, read: @escaping @Sendable (ConfigurationValue) -> Value?,
    write: @escaping @Sendable (Value) -> ConfigurationValue.Content
  ) {
    self.wanted = wanted
    self.reader = { (value, path) throws(ConfigurationError) -> Value in
      guard let result = read(value) else {
        throw .mismatch(path: path, source: value.source, was: value.summary, wanted: wanted)
      }
      return result
    }
    self.writer = { value, source in ConfigurationValue(write(value), source: source) }
  }

  init(
    wanted: String,
    reader:
      @escaping @Sendable (ConfigurationValue, ConfigurationPath) throws(ConfigurationError)
      -> Value,
    writer: @escaping @Sendable (Value, ConfigurationSource) -> ConfigurationValue
  ) {
    self.wanted = wanted
    self.reader = reader
    self.writer = writer
  }

  /// Makes the Swift value of a configuration value that stands at a path.
  ///
  /// - Throws: a mismatch that names path and place if the value is not wanted.
  public func read(
    _ value: ConfigurationValue, at path: ConfigurationPath
  ) throws(ConfigurationError) -> Value {
    try reader(value, path)
  }
}

// MARK: - Scalars

extension ConfigurationKind where Value: FixedWidthInteger {
  /// A whole number in a range.
  ///
  /// Numbers with a fraction or an exponent are refused, even if their value is whole.
  public static func integer(in range: ClosedRange<Value> = Value.min...Value.max) -> Self {
    let isUnbounded = range == Value.min...Value.max
    return ConfigurationKind(
      wanted: isUnbounded
        ? "a whole number from \(Value.min) to \(Value.max)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)",
      read: { value in
        guard case .integer(let text) = value.content, let number = Value(text) else { return nil }
        return range.contains(number) ? number : nil
      },
      write: { .integer(String($0)) })
  }
}

extension ConfigurationKind<ConfigurationDecimal> {
  /// An exact decimal number in a range, with at most so many digits after the point.
  public static func decimal(
    in range: ClosedRange<ConfigurationDecimal>? = nil,
    scaleMax: Int = ConfigurationDecimal.scaleMax
  ) -> Self {
    let words = range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""
    return ConfigurationKind(
      wanted: "a decimal number\(words) with at most \(scaleMax) digits after the point",
      read: { value in
        switch value.content {
        case .integer(let text), .decimal(let text):
          guard let number = ConfigurationDecimal(parsing: text), number.scale <= scaleMax else {
            return nil
          }
          return range.map { $0.contains(number) } ?? true ? number : nil
        default: return nil
        }
      },
      write: { $0.scale == 0 ? .integer($0.description) : .decimal($0.description) })
  }
}

extension ConfigurationKind<Double> {
  /// A binary floating-point number in a range, for parameters of statistics.
  ///
  /// Money, prices, quantities and times are exact: read those as integers or decimals.
  public static func double(in range: ClosedRange<Double>) -> Self {
    ConfigurationKind(
      wanted: "a number from \(range.lowerBound) to \(range.upperBound)",
      read: { value in
        switch value.content {
        case .integer(let text), .decimal(let text):
          guard let number = Double(text), number.isFinite, range.contains(number) else {
            return nil
          }
          return number
        default: return nil
        }
      },
      write: { .decimal(String(describing: $0)) })
  }
}

extension ConfigurationKind<Bool> {
  /// Exactly `true` or `false`.
  public static var flag: Self {
    ConfigurationKind(
      wanted: "true or false",
      read: { if case .bool(let flag) = $0.content { flag } else { nil } },
      write: { .bool($0) })
  }
}

extension ConfigurationKind<String> {
  /// Text of so many characters.
  ///
  /// A number is taken as the text in which it was written, so that the code `600000` of a share
  /// needs no quotes. Booleans and null are refused.
  public static func text(length: ClosedRange<Int> = 0...4096) -> Self {
    ConfigurationKind(
      wanted: "text of \(length.lowerBound) to \(length.upperBound) characters",
      read: { value in
        switch value.content {
        case .string(let text), .integer(let text), .decimal(let text):
          length.contains(text.count) ? text : nil
        case .null, .bool, .list, .map: nil
        }
      },
      write: { .string($0) })
  }
}

extension ConfigurationKind
where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  ///
  /// A raw value that looks like a number needs no quotes, as in `text(length:)`.
  public static var choice: Self {
    let words = Value.allCases.map(\.rawValue)
    return ConfigurationKind(
      wanted: words.count == 1 ? words[0] : "one of " + words.joined(separator: ", "),
      read: { value in
        switch value.content {
        case .string(let text), .integer(let text), .decimal(let text):
          return Value.allCases.first { $0.rawValue == text }
        case .null, .bool, .list, .map: return nil
        }
      },
      write: { .string($0.rawValue) })
  }
}

// MARK: - Kinds made of kinds

extension ConfigurationKind {
  /// A list of so many items of one kind.
  ///
  /// An item that is not wanted is reported with its own position.
  public static func list<Item: Sendable>(
    of item: ConfigurationKind<Item>, count: ClosedRange<Int> = 0...4096
  ) -> Self where Value == [Item] {
    let wanted =
      "a list of \(count.lowerBound) to \(count.upperBound) items, each \(item.wanted)"
    return ConfigurationKind(
      wanted: wanted,
      reader: { (value, path) throws(ConfigurationError) -> [Item] in
        guard case .list(let items) = value.content, count.contains(items.count) else {
          throw .mismatch(path: path, source: value.source, was: value.summary, wanted: wanted)
        }
        var result: [Item] = []
        for (index, value) in items.enumerated() {
          result.append(try item.read(value, at: path.appending(index: index)))
        }
        return result
      },
      writer: { items, source in
        ConfigurationValue(.list(items.map { item.writer($0, source) }), source: source)
      })
  }

  /// A value of a kind, or nil where the configuration says `null`.
  public static func optional<Wrapped: Sendable>(
    _ kind: ConfigurationKind<Wrapped>
  ) -> Self where Value == Wrapped? {
    ConfigurationKind(
      wanted: "null or \(kind.wanted)",
      reader: { (value, path) throws(ConfigurationError) -> Wrapped? in
        value.content == .null ? nil : try kind.read(value, at: path)
      },
      writer: { value, source in
        if let value {
          kind.writer(value, source)
        } else {
          ConfigurationValue(.null, source: source)
        }
      })
  }
}

extension ConfigurationKind<LayeredConfiguration> {
  /// A map that has a schema of its own, to be read with that schema's keys.
  ///
  /// Serves lists of alike things: `.list(of: .section(venue))`.
  public static func section(_ schema: ConfigurationSchema) -> Self {
    ConfigurationKind(
      wanted: "a map",
      reader: { (value, path) throws(ConfigurationError) -> LayeredConfiguration in
        guard case .map = value.content else {
          throw .mismatch(path: path, source: value.source, was: value.summary, wanted: "a map")
        }
        let section = LayeredConfiguration(section: value, at: path)
        try schema.require(section)
        return section
      },
      writer: { section, _ in section.merged })
  }
}

extension ConfigurationKind<ConfigurationValue> {
  /// Any value at all, for parts that somebody else reads.
  public static var any: Self {
    ConfigurationKind(
      wanted: "any value",
      reader: { (value, _) throws(ConfigurationError) -> ConfigurationValue in value },
      writer: { value, _ in value })
  }
}
