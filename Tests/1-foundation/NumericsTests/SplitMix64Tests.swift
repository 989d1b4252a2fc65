import OmniNumerics
import Testing

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test func `seed 0 gives the numbers of the published reference`() {
    var random = SplitMix64(seed: 0)
    #expect(random.next() == 0xE220_A839_7B1D_CDAF)
    #expect(random.next() == 0x6E78_9E6A_A1B9_65F4)
    #expect(random.next() == 0x06C4_5D18_8009_454F)
  }

  /// From an independent version in Python's big integers:
  /// `p = next(a) * b; accept if p % 2**64 >= 2**64 % b; result p >> 64`.
  @Test func `bounded numbers are the same on every machine`() {
    var dice = SplitMix64(seed: 42)
    #expect((0..<12).map { _ in dice.below(6) } == [4, 0, 1, 2, 0, 5, 1, 4, 2, 3, 1, 2])

    // With this bound nearly every second draw has to be refused.
    var wide = SplitMix64(seed: 7)
    #expect(
      (0..<4).map { _ in wide.below(1 << 63 + 1) } == [
        3_595_544_800_446_187_243, 8_308_050_873_407_804_673, 2_300_599_727_732_774_152,
        1_238_314_238_945_538_992,
      ])
  }

  /// `(next(a) >> 11) * 2.0**-53` for seed 42.
  @Test func `unit numbers are the upper 53 bits`() {
    var random = SplitMix64(seed: 42)
    #expect(random.unitDouble() == 0.7415648787718233)
    #expect(random.unitDouble() == 0.1599103928769201)
    #expect(random.unitDouble() == 0.27860113025513866)
  }

  @Test func `a generator seeded with a state goes on from there`() {
    var first = SplitMix64(seed: 9)
    _ = first.next()
    var second = SplitMix64(seed: first.state)
    #expect(first == second)
    #expect(first.next() == second.next())
  }

  @Test func `every number under a bound comes, about equally often, and none above`() {
    for bound: UInt64 in [1, 2, 3, 7, 10] {
      var random = SplitMix64(seed: bound)
      var counts = [Int](repeating: 0, count: Int(bound))
      for _ in 0..<(1_000 * Int(bound)) { counts[Int(random.below(bound))] += 1 }
      #expect(counts.allSatisfy { (800...1_200).contains($0) }, "bound \(bound): \(counts)")
    }
  }

  @Test func `unit numbers are in range and centred`() {
    for seed: UInt64 in 1...4 {
      var random = SplitMix64(seed: seed)
      let values = (0..<5_000).map { _ in random.unitDouble() }
      #expect(values.allSatisfy { (0..<1).contains($0) }, "seed \(seed)")
      // Five standard errors of the mean: 5 * sqrt(1 / 12 / 5000).
      let mean = values.reduce(0, +) / 5_000
      #expect((mean - 0.5).magnitude < 0.0205, "seed \(seed): \(mean)")
    }
  }

  @Test func `a bound of zero stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var random = SplitMix64(seed: 0)
      _ = random.below(0)
    }
  }
}
