/// How far a hash lies below the largest, as -log₂(hash / 2⁶⁴) in units of 2⁻⁵⁶.
///
/// Weighted rendezvous orders nodes by this number, and two hosts must never order them
/// differently. The `log` of a C library is allowed to differ in its last bits from one library to
/// the next, so the logarithm is defined here, in whole numbers: a table of log₂(1 + i/256), made
/// by repeated squaring, and three terms of the series of log₂(1 + z) for what is left, with z
/// below 2⁻⁸. The error is below 2⁻³³, which shifts a node's share by less than a billionth. What
/// counts is that every host makes the same error.
@usableFromInline
package struct BinaryLogarithm: Sendable, Equatable {
  /// log₂(1 + i/256) in units of 2⁻⁵⁶.
  @usableFromInline let logarithms: [UInt64]
  /// 1 / (1 + i/256) in units of 2⁻⁶³.
  @usableFromInline let inverses: [UInt64]

  /// The one value there is; every table refers to its arrays.
  package static let shared = BinaryLogarithm()

  /// Makes the tables: 4 KiB, in some ten thousand multiplications.
  private init() {
    logarithms = (0..<256).map { Self.logarithm(of: UInt64(256 + $0) << 54) }
    inverses = (0..<256).map { ((1 << 63) / UInt64(256 + $0)) * 256 }
  }

  /// log₂ of a number from 1 to 2 in units of 2⁻⁶², bit by bit: squaring doubles the logarithm, and
  /// whenever the square reaches 2 the next bit is 1.
  private static func logarithm(of number: UInt64) -> UInt64 {
    var square = number
    var bits: UInt64 = 0
    for _ in 0..<56 {
      let product = square.multipliedFullWidth(by: square)
      square = product.high << 2 | product.low >> 62
      bits <<= 1
      if square >= 1 << 63 {
        square >>= 1
        bits |= 1
      }
    }
    return bits
  }

  /// The distance of `hash` from 2⁶⁴, at least 1 and at most 64 · 2⁵⁶; the lowest bit counts as 1.
  ///
  /// - Complexity: O(1): five multiplications.
  @inlinable
  package func distance(of hash: UInt64) -> UInt64 {
    let zeros = UInt64(truncatingIfNeeded: (hash | 1).leadingZeroBitCount)
    let normal = (hash | 1) &<< zeros
    let index = Int(truncatingIfNeeded: normal &>> 55 & 255)
    let rest = normal & (1 << 55 - 1)
    let product = rest.multipliedFullWidth(by: inverses[index])
    let z = product.high &<< 1 | product.low &>> 63
    // In units of 2⁻⁶³: z²/2, then z³/4. Each is below 2⁵⁵, so nothing here can wrap.
    let half = z.multipliedFullWidth(by: z).high
    let cube = z.multipliedFullWidth(by: half).high
    let series = z &- half &+ cube &+ cube / 3
    // log₂(e) in units of 2⁻⁶²; the product's upper word is in units of 2⁻⁶¹.
    let part = series.multipliedFullWidth(by: 0x5C55_1D94_AE0B_F85D).high &>> 5
    let fraction = logarithms[index] &+ part
    let whole = (zeros &+ 1) &<< 56
    return fraction < whole ? whole &- fraction : 1
  }
}
