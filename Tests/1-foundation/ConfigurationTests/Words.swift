import OmniConfiguration

/// Runs `body` and gives the text of its error, or nil if there is none.
func failure<Result>(_ body: () throws -> Result) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return "\(error)"
  }
}

/// Makes a random tree; keys come from a small set, so that trees overlap.
func randomValue(
  depth: Int, using random: inout SplitMix64
) -> ConfigurationValue {
  let source = ConfigurationSource(label: "seed")
  let content: ConfigurationValue.Content =
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
    case 0: .null
    case 1: .bool(Bool.random(using: &random))
    case 2: .integer(String(Int64.random(in: .min ... .max, using: &random)))
    case 3: .decimal("-\(Int.random(in: 0...9, using: &random)).50E-3")
    case 4: .string(words.randomElement(using: &random) ?? "")
    case 5:
      .list((0..<3).map { _ in randomValue(depth: depth - 1, using: &random) })
    default: .map(randomMembers(depth: depth - 1, using: &random))
    }
  return ConfigurationValue(content, source: source)
}

private let words = ["", "true", "é\u{0}\n\"\\", "1", "😀 - [x]: #"]

/// Makes a random map.
func randomMembers(
  depth: Int, using random: inout SplitMix64
) -> [ConfigurationValue.Member] {
  ["a", "b", "c", "d"].shuffled(using: &random)
    .prefix(Int.random(in: 0...4, using: &random))
    .map { key in
      .init(
        key: key, keySource: ConfigurationSource(label: "seed"),
        value: randomValue(depth: depth, using: &random))
    }
}

/// A small generator that gives the same numbers for the same seed on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
