import OmniTestKit
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
  depth: Int, using random: inout SeededRandom
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
  depth: Int, using random: inout SeededRandom
) -> [ConfigurationValue.Member] {
  ["a", "b", "c", "d"].shuffled(using: &random)
    .prefix(Int.random(in: 0...4, using: &random))
    .map { key in
      .init(
        key: key, keySource: ConfigurationSource(label: "seed"),
        value: randomValue(depth: depth, using: &random))
    }
}
