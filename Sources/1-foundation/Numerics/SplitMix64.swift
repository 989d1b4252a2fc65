/// A small seeded random generator that gives the same numbers on every machine.
///
/// For simulations, tests and shuffles that have to be run again from one number. Not for keys,
/// tokens or anything that somebody must not guess: the state can be computed from one output.
///
///     var random = SplitMix64(seed: 42)
///     let die = random.below(6) + 1
///
/// The standard library's `Int.random(in:using:)` works with it, but how many numbers that draws is
/// not promised from release to release; `below(_:)` and `unitDouble()` are fixed here.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014;
/// constants of the variant that the Java library and Vigna's reference program use. The period is
/// 2⁶⁴, and each 64-bit value comes exactly once in it.
@frozen public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
  /// The whole state: a generator that is seeded with it goes on as this one would.
  public var state: UInt64

  /// Creates a generator whose sequence depends on `seed` alone.
  @inlinable
  public init(seed: UInt64) {
    state = seed
  }

  /// Returns the next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    // Wrapping is the definition: all arithmetic of this generator is modulo 2⁶⁴.
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Returns an unbiased whole number from 0 up to, but not including, `bound`.
  ///
  /// The upper half of a 64 × 64 bit product, with the few products refused that would favour some
  /// results: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
  ///
  /// - Precondition: `bound` is greater than zero.
  /// - Complexity: One draw nearly always, fewer than two on average for any bound.
  @inlinable
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "a bound of zero leaves no number to draw")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      // 2⁶⁴ mod bound, in 64 bits; the wrap of 0 - bound is meant.
      let refused = (0 &- bound) % bound
      while product.low < refused { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// Returns a number from 0 up to, but not including, 1: one of 2⁵³ evenly spaced values.
  @inlinable
  public mutating func unitDouble() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
