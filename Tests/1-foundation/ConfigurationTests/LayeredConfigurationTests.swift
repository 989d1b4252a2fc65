import OmniConfiguration
import OmniTestKit
import Testing

@Suite("Layers and schemas")
struct LayeredConfigurationTests {
  typealias Layer = LayeredConfiguration.Layer

  static let quantity = ConfigurationKey(
    "risk.max_order_quantity", .integer(in: Int64(1)...1_000_000), default: 100, unit: "lots",
    "The largest order that is let through.")
  static let venue = ConfigurationKey("venue", .text(length: 1...20), "Where orders go.")
  static let fee = ConfigurationKey("risk.fee", .decimal(), default: 0, "What a fill costs.")
  static let schema = ConfigurationSchema([quantity.entry, venue.entry, fee.entry])

  // MARK: Layers

  @Test func `a later layer stands above an earlier one, key by key`() throws {
    let configuration = try LayeredConfiguration(
      [
        Self.schema.defaults, layer("base.yaml", "venue: demo\nrisk: {fee: 0.1}"),
        layer("local.yaml", "risk:\n  max_order_quantity: 7"),
      ] + Layer.overrides(["risk.max_order_quantity=8", "risk.max_order_quantity=9"]))

    try Self.schema.require(configuration)
    #expect(try configuration.read(Self.quantity) == 9)
    #expect(try configuration.read(Self.venue) == "demo")
    #expect(
      configuration.merged.jsonText
        == #"{"risk":{"max_order_quantity":9,"fee":0.1},"venue":"demo"}"#)
    #expect(
      configuration.explain("risk.max_order_quantity")?.description
        == "risk.max_order_quantity = 9 from command line argument 2, "
        + "over 8 from command line argument 1, over 7 from local.yaml:2:23, over 100 from default")
    #expect(
      configuration.explain().map(\.description) == [
        "risk.max_order_quantity = 9 from command line argument 2, "
          + "over 8 from command line argument 1, over 7 from local.yaml:2:23, "
          + "over 100 from default",
        "risk.fee = 0.1 from base.yaml:2:13, over 0 from default",
        #"venue = "demo" from base.yaml:1:8"#,
      ])
  }

  @Test func `a list replaces a list, and a scalar replaces a map`() throws {
    let configuration = try LayeredConfiguration([
      layer("a", "x: [1, 2]\ny: {z: 1}"), layer("b", "x: [3]\ny: 4"),
    ])
    #expect(configuration.merged.jsonText == #"{"x":[3],"y":4}"#)
    #expect(configuration.explain("y.z") == nil)
  }

  @Test func `an empty layer changes nothing and one that is no map is refused`() throws {
    let configuration = try LayeredConfiguration([layer("a", "x: 1"), layer("b", "# nothing")])
    #expect(configuration.merged.jsonText == #"{"x":1}"#)
    #expect(
      failure { try LayeredConfiguration([layer("a", "- 1")]) }
        == "CFG-004: (the whole document) at a:1:1: was a list of 1 item, wanted a map")
  }

  @Test func `an override is a scalar, or a value of YAML in brackets or quotes`() throws {
    let table = [
      ("a.b=5", #"{"a":{"b":5}}"#), ("a=-0.5", #"{"a":-0.5}"#), ("a=true", #"{"a":true}"#),
      ("a=null", #"{"a":null}"#), ("a=", #"{"a":""}"#), ("a=x: y # z", #"{"a":"x: y # z"}"#),
      ("a='5'", #"{"a":"5"}"#), ("a=[1, {b: c}]", #"{"a":[1,{"b":"c"}]}"#),
      ("a=b=c", #"{"a":"b=c"}"#), ("a=*b", #"{"a":"*b"}"#),
    ]
    for (text, json) in table {
      #expect(try LayeredConfiguration(Layer.overrides([text])).merged.jsonText == json, "\(text)")
    }
    for text in ["", "a", "=1", "a..b=1", ".a=1", "a b=1", "a[0]=1", "é=1"] {
      #expect(
        failure { try Layer.overrides(["x=1", text]) }
          == "CFG-008: command line argument 2: was \"\(text)\", wanted key.path=value")
    }
    #expect(failure { try Layer.overrides(["a=[1"]) }?.hasPrefix("CFG-001") == true)
    let long = Array(repeating: "a", count: 65).joined(separator: ".") + "=1"
    #expect(failure { try Layer.overrides([long]) }?.hasPrefix("CFG-008") == true)
  }

  // MARK: Schemas

  @Test func `an unknown key is refused with the nearest known one`() throws {
    let table: [(yaml: String, error: String)] = [
      (
        "risk:\n  max_order_quantty: 5",
        "risk.max_order_quantty at t:2:3: no such key, the nearest is risk.max_order_quantity"
      ),
      ("vneue: x", "vneue at t:1:1: no such key, the nearest is venue"),
      ("rsk: {fee: 1}", "rsk at t:1:1: no such key, the nearest is risk"),
      ("fee: 1", "fee at t:1:1: no such key, the nearest is risk.fee"),
      ("telescope: 1", "telescope at t:1:1: no such key, wanted a key of the schema"),
      ("'a.b': 1", #""a.b" at t:1:1: no such key, wanted a key of the schema"#),
      ("'': 1", #""" at t:1:1: no such key, wanted a key of the schema"#),
    ]
    for (yaml, error) in table {
      let errors = Self.schema.check(try LayeredConfiguration([layer("t", yaml)]))
      #expect(errors.first?.description == "CFG-005: \(error)")
    }
  }

  @Test func `a check finds every error, in the order of the document`() throws {
    let configuration = try LayeredConfiguration([
      layer("t", "risk:\n  fee: x\n  max_order_quantity: 0\nother: 1\n")
    ])
    let errors = Self.schema.check(configuration)
    #expect(errors.map(\.code) == ["CFG-004", "CFG-004", "CFG-005", "CFG-006"])
    #expect(errors.map { $0.source?.line } == [2, 3, 4, nil])
    #expect(failure { try Self.schema.require(configuration) } == errors.first?.description)
  }

  @Test func `a section that is no map is refused`() throws {
    for (yaml, was) in [("risk:", "null"), ("risk: 5", "5"), ("risk: []", "a list of 0 items")] {
      let errors = Self.schema.check(try LayeredConfiguration([layer("t", yaml)]))
      #expect(errors.first?.description.hasSuffix("was \(was), wanted a map") == true)
    }
  }

  @Test func `the number of reported errors has a limit`() throws {
    let yaml = (0..<5000).map { "key\($0): 1\n" }.joined()
    let errors = Self.schema.check(try LayeredConfiguration([layer("t", yaml)]))
    #expect(errors.count == ConfigurationLimits.errorCountMax)
  }

  @Test func `each kind of error has its own code`() {
    let place = ConfigurationSource(label: "t")
    let errors: [ConfigurationError] = [
      .malformed(source: place, reason: ""),
      .unsupported(source: place, feature: "", instead: ""),
      .tooLarge(source: place, what: "", limit: 0),
      .mismatch(path: "a", source: place, was: "", wanted: ""),
      .unknownKey(path: "a", source: place, nearest: nil), .missing(path: "a", wanted: ""),
      .duplicateKey(key: "", source: place, first: place),
      .malformedOverride(source: place, was: ""), .invalidEncoding(source: place, byteOffset: 0),
    ]
    #expect(errors.map(\.code) == (1...9).map { "CFG-00\($0)" })
  }

  // MARK: Properties

  /// For each path of each layer, what holds is what the topmost layer that speaks of it says.
  @Test func `merged layers obey precedence`() throws {
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      let layers = (0..<Int.random(in: 1...4, using: &random)).map { index in
        let members = randomMembers(depth: 3, using: &random)
        let source = ConfigurationSource(label: "layer \(index)")
        return Layer(name: "\(index)", root: ConfigurationValue(.map(members), source: source))
      }
      let configuration = try LayeredConfiguration(layers)
      let merged = leaves(of: configuration.merged)
      let expected = layers.reduce(into: [:]) { lay(leaves(of: $1.root), over: &$0) }

      #expect(merged.mapValues(\.jsonText) == expected.mapValues(\.jsonText), "seed \(seed)")
      for (path, value) in merged {
        let origin = configuration.explain(path)
        #expect(origin?.winner.value == value, "seed \(seed), \(path)")
        let above = layers.lastIndex { $0.root.value(at: path) != nil }
        #expect(origin?.winner.layer == above.map { "\($0)" }, "seed \(seed), \(path)")
      }
      #expect(configuration.explain().count == merged.count, "seed \(seed)")
    }
  }

  @Test func `merging the same layer again changes nothing`() throws {
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      let source = ConfigurationSource(label: "t")
      let members = randomMembers(depth: 3, using: &random)
      let layer = Layer(name: "t", root: ConfigurationValue(.map(members), source: source))
      let twice = try LayeredConfiguration([layer, layer])
      #expect(twice.merged.hasSameContent(as: layer.root), "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

private func layer(_ name: String, _ yaml: String) throws -> LayeredConfiguration.Layer {
  .init(name: name, root: try ConfigurationValue(yaml: yaml, label: name))
}

/// The values of a document that have no keys below them, by path.
private func leaves(
  of value: ConfigurationValue, at path: ConfigurationPath = .root
) -> [ConfigurationPath: ConfigurationValue] {
  guard let members = value.members, !(members.isEmpty && !path.segments.isEmpty) else {
    return [path: value]
  }
  return members.reduce(into: [:]) { result, member in
    result.merge(leaves(of: member.value, at: path.appending(key: member.key))) { $1 }
  }
}

/// The slow, obvious merge: a leaf removes what stands above and below it, then takes its place.
///
/// An empty map removes nothing below it, as there is nothing in it that could replace.
private func lay(
  _ upper: [ConfigurationPath: ConfigurationValue],
  over lower: inout [ConfigurationPath: ConfigurationValue]
) {
  for (path, value) in upper {
    let isEmptyMap = value.members != nil
    let hasMore = lower.keys.contains {
      $0.segments.count > path.segments.count && $0.segments.starts(with: path.segments)
    }
    if isEmptyMap && hasMore { continue }
    lower = lower.filter { other, _ in
      !other.segments.starts(with: path.segments) && !path.segments.starts(with: other.segments)
    }
    lower[path] = value
  }
}
