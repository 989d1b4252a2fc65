import OmniNumerics

/// Draws of one part of a simulation; each part has its own, so that a change of one leaves the
/// others as they were.
package struct Chance: Sendable {
  /// The parts of a simulation that draw.
  enum Part: UInt64 {
    case instruments = 1
    case market, strategies, limits, policy, faults, damage, snapshot, kills
  }

  private var generator: SplitMix64

  /// The draws of `part` in the simulation of `seed`; `number` tells equal parts apart.
  init(_ seed: UInt64, _ part: Part, number: Int = 0) {
    var first = SplitMix64(seed: seed)
    // Any mixing will do, so wrapping is fine.
    let mixed = first.next() &+ part.rawValue &* 0x9E37_79B9_7F4A_7C15
    var second = SplitMix64(seed: mixed)
    generator = SplitMix64(seed: second.next() ^ UInt64(number))
  }

  /// 64 random bits.
  mutating func bits() -> UInt64 { generator.next() }

  /// A number from 0 to `bound` - 1; 0 where there is no other.
  mutating func below(_ bound: Int) -> Int { Int(generator.below(UInt64(max(bound, 1)))) }

  /// A number of `range`.
  mutating func from(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// Whether something that happens once in `number` times happens now.
  mutating func isOne(in number: Int) -> Bool { below(number) == 0 }

  /// One of `choices`.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }
}
