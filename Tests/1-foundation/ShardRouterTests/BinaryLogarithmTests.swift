import OmniNumerics
import OmniShardRouter
import Testing

@Suite("BinaryLogarithm")
struct BinaryLogarithmTests {
  /// -log₂((hash | 1) / 2⁶⁴) · 2⁵⁶, rounded down, computed with sixty decimal digits in Python.
  private static let exact: [(hash: UInt64, distance: UInt64)] = [
    (0x0000_0000_0000_0000, 4_611_686_018_427_387_904),
    (0x0000_0000_0000_0001, 4_611_686_018_427_387_904),
    (0x0000_0000_0000_0003, 4_497_477_433_985_083_768),
    (0x7FFF_FFFF_FFFF_FFFF, 72_057_594_037_927_936),
    (0x8000_0000_0000_0000, 72_057_594_037_927_935),
    (0xFFFF_FFFF_FFFF_FFFF, 0),
    (0xFF00_0000_0000_0000, 406_877_754_533_941),
    (0x80F0_0000_0000_0001, 71_298_964_057_971_303),
    (0x807F_FFFF_FFFF_FFFF, 71_652_302_555_469_112),
    (0xB504_F333_F9DE_6484, 36_028_797_018_963_967),
    (0xC0FF_EE00_0000_0000, 29_366_713_303_000_935),
    (0x1234_5678_9ABC_DEF0, 274_811_896_826_202_472),
    (0x0000_0000_DEAD_BEEF, 2_320_339_576_079_899_271),
    (0xDEAD_BEEF_DEAD_BEEF, 14_496_566_842_000_913),
  ]

  @Test func `distances are exact to 33 binary places`() {
    for (hash, distance) in Self.exact {
      let found = BinaryLogarithm.shared.distance(of: hash)
      let error = found > distance ? found - distance : distance - found
      #expect(error < 1 << 23, "\(String(hash, radix: 16)): \(found), not \(distance)")
    }
  }

  /// Not only close, but the same on every host; by a second program, in whole numbers without end.
  @Test func `a thousand distances have the bits of a second program`() {
    let digest = (UInt64(0)..<1_000).reduce(UInt64(0)) {
      XXH64.hash(BinaryLogarithm.shared.distance(of: XXH64.hash($1)), seed: $0)
    }
    #expect(digest == 0x4CFD_6746_9C78_F76C)
  }

  @Test func `a greater hash is never farther, but for the error`() {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      let hashes = (0..<500).map { _ in random.next() >> random.below(60) }.sorted()
      let distances = hashes.map(BinaryLogarithm.shared.distance)
      for (nearer, farther) in zip(distances.dropFirst(), distances) {
        #expect(nearer <= farther + 1 << 23, "seed \(seed)")
      }
      #expect(distances.allSatisfy { (1...64 << 56).contains($0) }, "seed \(seed)")
    }
  }
}
