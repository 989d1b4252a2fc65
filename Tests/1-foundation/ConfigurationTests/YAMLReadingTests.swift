import OmniConfiguration
import OmniTestKit
import Testing

@Suite("Reading YAML")
struct YAMLReadingTests {
  @Test func `a document becomes the tree that the same JSON becomes`() throws {
    let yaml = """
      # what is traded
      venue: demo
      risk:
        max_order_quantity: 1000   # lots
        fee: 0.0010
        limits: [1, -2, {a: ~}]
      names:
        - "true"
        - it's
        - |
          two
          lines
      """
    let json = #"""
      {"venue": "demo", "risk": {"max_order_quantity": 1000, "fee": 0.0010,
       "limits": [1, -2, {"a": null}]}, "names": ["true", "it's", "two\nlines"]}
      """#

    let fromYAML = try ConfigurationValue(yaml: yaml, label: "demo.yaml")
    let fromJSON = try ConfigurationValue(json: json, label: "demo.json")
    #expect(fromYAML.hasSameContent(as: fromJSON), "\(fromYAML.jsonText)")
    #expect(fromYAML.value(at: "risk.fee")?.source.description == "demo.yaml:5:8")
  }

  @Test func `an unquoted scalar is only what both formats agree on`() throws {
    let table: [(text: String, content: ConfigurationValue.Content)] = [
      ("true", .bool(true)), ("false", .bool(false)), ("null", .null), ("~", .null),
      ("0", .integer("0")), ("-12", .integer("-12")), ("1.50", .decimal("1.50")),
      ("1e3", .decimal("1e3")), ("99999999999999999999", .integer("99999999999999999999")),
    ]
    for (text, content) in table {
      let value = try ConfigurationValue(yaml: "a: \(text)", label: "t")["a"]
      #expect(value?.content == content, "\(text)")
    }
    #expect(try ConfigurationValue(yaml: "a:", label: "t")["a"]?.content == .null)

    let words = [
      "yes", "no", "on", "off", "y", "True", "FALSE", "Null", "010", "0x1F", "0o17", "1_000", "+1",
      ".5", "5.", ".inf", ".nan", "12:30:45", "2026-01-31", "1e", "--1", "=", "many words",
    ]
    for text in words {
      let value = try ConfigurationValue(yaml: "a: \(text)", label: "t")["a"]
      #expect(value?.content == .string(text), "\(text)")
    }
  }

  @Test func `a quoted scalar is text, whatever it says`() throws {
    let root = try ConfigurationValue(yaml: "['true', \"1\", '', \"\\0\\u00e9\"]", label: "t")
    #expect(root.jsonText == #"["true","1","","\u0000é"]"#)
  }

  @Test func `an empty document is null`() throws {
    for text in ["", "# nothing\n", "---\n", "\u{FEFF}"] {
      #expect(try ConfigurationValue(yaml: text, label: "t").content == .null, "\(text)")
    }
  }

  @Test func `what could surprise is refused where it stands`() {
    let cases: [(text: String, error: String)] = [
      ("a: &x 1\nb: *x", "CFG-002: t:1:4: was an anchor, wanted a value without one"),
      ("a: *x", "CFG-002: t:1:4: was an alias, wanted the value itself"),
      ("*x : 1", "CFG-002: t:1:1: was an alias, wanted the value itself"),
      ("- &x [1]", "CFG-002: t:1:3: was an anchor, wanted a value without one"),
      ("&x a: 1", "CFG-002: t:1:1: was an anchor, wanted a value without one"),
      ("a: !!int 1", "CFG-002: t:1:4: was a tag, wanted a value without one"),
      ("a: !env HOME", "CFG-002: t:1:4: was a tag, wanted a value without one"),
      ("!!map {a: 1}", "CFG-002: t:1:1: was a tag, wanted a value without one"),
      ("<<: {a: 1}", "CFG-002: t:1:1: was a merge key, wanted the keys themselves"),
      ("? [a]\n: 1", "CFG-002: t:1:3: was a list or map as key, wanted text"),
      ("?\n: 1", "CFG-002: t:1:2: was a value without key, wanted a key"),
      ("a: 1\n---\nb: 2", "CFG-002: t:2:1: was a second document, wanted one document"),
      ("%YAML 1.1\n---\na: 1", "CFG-002: t:1:1: was a directive, wanted none"),
    ]
    for (text, error) in cases {
      #expect(failure { try ConfigurationValue(yaml: text, label: "t") } == error, "\(text)")
    }
  }

  @Test func `text that is not YAML is refused where it stops being so`() {
    let cases: [(text: String, place: String)] = [
      ("a: [1", "CFG-001: t:2:1"), ("a: 'x", "CFG-001: t:1:6"), ("a: 1\n b: 2", "CFG-001: t:2:3"),
      ("a:\n\t- 1", "CFG-001: t:2:1"), ("a: @x", "CFG-001: t:1:4"),
      ("a: 1\nb: \u{1}", "CFG-001: t:2:4"),
    ]
    for (text, place) in cases {
      let error = failure { try ConfigurationValue(yaml: text, label: "t") }
      #expect(error?.hasPrefix(place) == true, "\(text): \(error ?? "read")")
    }
  }

  @Test func `a key that comes twice is refused with both places`() {
    #expect(
      failure { try ConfigurationValue(yaml: "a: 1\nb: 2\n\"a\": 3", label: "t") }
        == #"CFG-007: t:3:1: the key "a" was already set at t:1:1, wanted each key once"#)
  }

  @Test func `bytes that are not UTF-8 are refused, UTF-16 among them`() {
    #expect(
      failure { try ConfigurationValue(yaml: [0x61, 0x3A, 0x20, 0xFF], label: "t") }
        == "CFG-009: t:1:4: byte 3 is not UTF-8, wanted UTF-8 throughout")
    #expect(
      failure { try ConfigurationValue(yaml: [0xFF, 0xFE, 0x61, 0x00], label: "t") }
        == "CFG-009: t:1:1: byte 0 is not UTF-8, wanted UTF-8 throughout")
  }

  @Test func `64 levels are read and 65 are refused`() throws {
    let flow = { (levels: Int) in
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try ConfigurationValue(yaml: flow(64), label: "t")
    for text in [flow(65), flow(50_000), String(repeating: "- ", count: 5000)] {
      let error = failure { try ConfigurationValue(yaml: text, label: "t") }
      #expect(error?.hasSuffix("wanted at most 64 levels of nesting") == true, "\(error ?? "")")
    }
  }

  @Test func `lists side by side are not deep`() throws {
    let text = "[" + String(repeating: "[{}],", count: 100) + "[]]"
    _ = try ConfigurationValue(yaml: text, label: "t")
  }

  @Test func `text and values beyond the limits are refused`() {
    let long = [UInt8](repeating: 0x20, count: ConfigurationLimits.textBytesMax + 1)
    #expect(
      failure { try ConfigurationValue(yaml: long, label: "t") }
        == "CFG-003: t: wanted at most 4194304 bytes")

    let many = String(repeating: "- 1\n", count: ConfigurationLimits.nodeCountMax)
    #expect(
      failure { try ConfigurationValue(yaml: many, label: "t") }
        == "CFG-003: t:262144:3: wanted at most 262144 values")
  }

  @Test func `what is written as JSON reads back as the same, for JSON is YAML`() throws {
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      let value = randomValue(depth: 4, using: &random)
      let back = try ConfigurationValue(yaml: value.jsonText, label: "t")
      #expect(back.hasSameContent(as: value), "seed \(seed): \(value.jsonText)")
    }
  }
}
