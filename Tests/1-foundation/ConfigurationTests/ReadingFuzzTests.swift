import OmniConfiguration
import OmniTestKit
import Testing

/// Documents that somebody broke: reading them ends, with a value or an error of this module.
@Suite("Reading broken documents")
struct ReadingFuzzTests {
  @Test func `no mutated JSON traps or hangs the reader`() {
    for seed in UInt64(0)..<2000 {
      var random = SeededRandom(seed: seed)
      let bytes = mutated(jsonSeeds, using: &random)
      check(bytes, seed: seed) { bytes throws(ConfigurationError) in
        try ConfigurationValue(json: bytes, label: "fuzz")
      }
    }
  }

  @Test func `no mutated YAML traps or hangs the reader`() {
    for seed in UInt64(0)..<2000 {
      var random = SeededRandom(seed: seed)
      let bytes = mutated(yamlSeeds + jsonSeeds, using: &random)
      check(bytes, seed: seed) { bytes throws(ConfigurationError) in
        try ConfigurationValue(yaml: bytes, label: "fuzz")
      }
    }
  }

  @Test func `JSON that is read is read alike as YAML`() throws {
    for seed in UInt64(0)..<1000 {
      var random = SeededRandom(seed: seed)
      let bytes = mutated(jsonSeeds, using: &random)
      guard let value = try? ConfigurationValue(json: bytes, label: "fuzz") else { continue }
      let back = try ConfigurationValue(yaml: value.jsonText, label: "fuzz")
      #expect(back.hasSameContent(as: value), "seed \(seed): \(value.jsonText)")
    }
  }

  private func check(
    _ bytes: [UInt8], seed: UInt64,
    _ read: ([UInt8]) throws(ConfigurationError) -> ConfigurationValue
  ) {
    do {
      let value = try read(bytes)
      let back = try ConfigurationValue(json: value.jsonText, label: "fuzz")
      #expect(back.hasSameContent(as: value), "seed \(seed)")
    } catch {
      #expect(!error.description.contains("\n"), "seed \(seed): \(error)")
      #expect(error.description.utf8.count < 1000, "seed \(seed)")
    }
  }

  private func mutated(_ seeds: [String], using random: inout SeededRandom) -> [UInt8] {
    var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
    let marks = Array("{}[]:,-&*!|>'\"%@`#?~ \n\t\\0e.<u".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xFF]
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(marks.randomElement(using: &random) ?? 0, at: place)
      case 1 where place < bytes.count:
        bytes[place] = marks.randomElement(using: &random) ?? 0
      case 2 where place < bytes.count: bytes.remove(at: place)
      case 3:
        let end = Int.random(in: place...bytes.count, using: &random)
        let part = Array(bytes[place..<end])
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes.insert(contentsOf: part, at: place)
        }
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }
}

private let jsonSeeds = [
  #"{"a": 1, "b": [true, false, null, -0.5e+10], "c": {"d": "\u00e9\ud83d\ude00\n"}}"#,
  #"[[[["deep", {"er": {}}]]], 123456789012345678901234567890, "é😀"]"#,
  #"{"risk": {"max_order_quantity": 1000}, "venues": [{"name": "x"}, {"name": "y"}]}"#,
]

private let yamlSeeds = [
  "venue: demo\nrisk:\n  max: 1000\n  fee: 0.001 # rate\nnames:\n  - a\n  - 'b'\n  - \"c\\n\"\n",
  "---\na: |\n  two\n  lines\nb: >-\n  folded\n  text\n? c\n: d\n...\n",
  "a: &x {b: [1, 2]}\nc: *x\nd: !!str 5\n<<: {e: 1}\n",
  "- - - 1\n    - 2\n  - {a: b, c: [d]}\n- é😀: ~\n",
]
