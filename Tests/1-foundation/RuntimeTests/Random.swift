/// SplitMix64, the generator that all tests are seeded with.
struct Random {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return (bits ^ (bits >> 31)) % bound
  }
}
