import OmniNumerics

/// The generator that all tests are seeded with: a test that fails names its seed, and the seed alone
/// shows the failure again on any machine.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var source: SplitMix64

  /// Creates the series of `seed`.
  public init(seed: UInt64) { source = SplitMix64(seed: seed) }

  /// What a series has to be seeded with to go on as this one would.
  public var state: UInt64 { source.state }

  /// The next number.
  public mutating func next() -> UInt64 { source.next() }

  /// A number below `bound`, near enough to evenly spread for a test.
  public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

  /// A number of `range`.
  public mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(below(UInt64(range.upperBound - range.lowerBound) + 1))
  }

  /// One of `elements`, of which there is at least one.
  public mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(below(UInt64(elements.count)))]
  }
}
