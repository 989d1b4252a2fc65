import OmniConfiguration
import OmniTestKit
import Testing

@Suite("Reading JSON")
struct JSONReadingTests {
  @Test func `a document becomes a tree that keeps numbers as written and keys in order`() throws {
    let root = try ConfigurationValue(
      json: #"{"z": [1, -2.50, 1e3, true, null], "a": {"b": "x"}}"#, label: "t.json")

    #expect(root.jsonText == #"{"z":[1,-2.50,1e3,true,null],"a":{"b":"x"}}"#)
    #expect(root.members?.map(\.key) == ["z", "a"])
  }

  @Test func `every value knows its line and its column in characters`() throws {
    let root = try ConfigurationValue(
      json: "{\n  \"a\": 1,\n  \"é\": \"ü\", \"b\": [7,\n8]\n}", label: "t.json")

    #expect(root.source.description == "t.json:1:1")
    #expect(root["a"]?.source.description == "t.json:2:8")
    #expect(root["b"]?.source.description == "t.json:3:18")
    #expect(root.members?[2].keySource.description == "t.json:3:13")
    #expect(root.value(at: .init([.key("b"), .index(1)]))?.source.description == "t.json:4:1")
  }

  @Test func `escapes become the characters that they stand for`() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00""#
    let value = try ConfigurationValue(json: text, label: "t")
    #expect(value.content == .string("\"\\/\u{8}\u{C}\n\r\té😀"))
  }

  @Test func `what RFC 8259 does not allow is refused where it stands`() {
    let cases: [(text: String, error: String)] = [
      ("", "CFG-001: t:1:1: the document ends, wanted a value"),
      ("[1,]", #"CFG-001: t:1:4: was "]", wanted a value"#),
      ("[1 2]", #"CFG-001: t:1:4: was "2", wanted a comma or ]"#),
      ("[1", "CFG-001: t:1:3: the document ends, wanted a comma or ]"),
      ("{\"a\":1,}", #"CFG-001: t:1:8: was "}", wanted a key in quotes"#),
      ("{\"a\" 1}", #"CFG-001: t:1:6: was "1", wanted a colon"#),
      ("{a:1}", #"CFG-001: t:1:2: was "a", wanted a key in quotes"#),
      ("1 1", #"CFG-001: t:1:3: was "1", wanted the end of the document"#),
      ("01", "CFG-001: t:1:1: was 01, wanted a number of JSON"),
      ("-", "CFG-001: t:1:1: was -, wanted a number of JSON"),
      ("1.", "CFG-001: t:1:1: was 1., wanted a number of JSON"),
      ("1e", "CFG-001: t:1:1: was 1e, wanted a number of JSON"),
      ("+1", #"CFG-001: t:1:1: was "+", wanted a value"#),
      ("NaN", #"CFG-001: t:1:1: was "N", wanted a value"#),
      ("nul", #"CFG-001: t:1:1: was "n", wanted true, false or null"#),
      ("True", #"CFG-001: t:1:1: was "T", wanted a value"#),
      ("// x\n1", #"CFG-001: t:1:1: was "/", wanted a value"#),
      ("'a'", #"CFG-001: t:1:1: was "'", wanted a value"#),
      ("\"a", "CFG-001: t:1:3: the document ends, wanted a closing quote"),
      ("\"\n\"", #"CFG-001: t:1:2: was "\n", wanted an escape such as \n"#),
      ("\"\\x\"", #"CFG-001: t:1:3: was "x", wanted an escape of JSON"#),
      ("\"\\u12g4\"", #"CFG-001: t:1:6: was "g", wanted four hexadecimal digits"#),
      ("\"\\ud800\"", #"CFG-001: t:1:8: was "\"", wanted the second half of a surrogate pair"#),
      ("\"\\ud800\\u0041\"", "CFG-001: t:1:14: wanted the second half of a surrogate pair"),
      ("\"\\udc00\"", "CFG-001: t:1:8: wanted the first half of a surrogate pair before"),
      ("\u{FEFF}1", "CFG-002: t:1:1: was a byte order mark, wanted JSON without one"),
    ]
    for (text, error) in cases {
      #expect(failure { try ConfigurationValue(json: text, label: "t") } == error, "\(text)")
    }
  }

  @Test func `a key that comes twice is refused with both places`() {
    let text = "{\"a\": 1,\n \"\\u0061\": 2}"
    #expect(
      failure { try ConfigurationValue(json: text, label: "t") }
        == #"CFG-007: t:2:2: the key "a" was already set at t:1:2, wanted each key once"#)
  }

  @Test func `bytes that are not UTF-8 are refused with the place of the first`() {
    let bytes: [UInt8] = Array("[\n\"é".utf8) + [0xC3, 0x28]
    #expect(
      failure { try ConfigurationValue(json: bytes, label: "t") }
        == "CFG-009: t:2:3: byte 5 is not UTF-8, wanted UTF-8 throughout")
  }

  @Test func `64 levels are read and 65 are refused`() throws {
    let deep = { (levels: Int) in
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try ConfigurationValue(json: deep(64), label: "t")
    for levels in [65, 100_000] {
      #expect(
        failure { try ConfigurationValue(json: deep(levels), label: "t") }
          == "CFG-003: t:1:65: wanted at most 64 levels of nesting")
    }
  }

  @Test func `lists side by side are not deep`() throws {
    let text = "[" + String(repeating: "[{}],", count: 100) + "[]]"
    _ = try ConfigurationValue(json: text, label: "t")
  }

  @Test func `text and values beyond the limits are refused`() {
    let long = [UInt8](repeating: 0x20, count: ConfigurationLimits.textBytesMax + 1)
    #expect(
      failure { try ConfigurationValue(json: long, label: "t") }
        == "CFG-003: t: wanted at most 4194304 bytes")

    let many = Array(
      "[\(String(repeating: "1,", count: ConfigurationLimits.nodeCountMax))1]".utf8)
    #expect(
      failure { try ConfigurationValue(json: many, label: "t") }?
        .hasSuffix("wanted at most 262144 values") == true)
  }

  @Test func `what is written reads back as the same`() throws {
    for seed in UInt64(0)..<200 {
      var random = SeededRandom(seed: seed)
      let value = randomValue(depth: 4, using: &random)
      let back = try ConfigurationValue(json: value.jsonText, label: "t")
      #expect(back.hasSameContent(as: value), "seed \(seed): \(value.jsonText)")
    }
  }
}
