extension SeededRandom {
  /// `bytes` with a few random faults: bytes changed, cut out, doubled, or put in.
  public mutating func mutated(_ bytes: [UInt8], inserting pieces: [String] = []) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...6, using: &self) {
      guard !result.isEmpty else { return result }
      let place = Int.random(in: 0..<result.count, using: &self)
      let end = min(result.count, place + Int.random(in: 1...24, using: &self))
      switch Int.random(in: 0..<6, using: &self) {
      case 0: result[place] = UInt8.random(in: 0...255, using: &self)
      case 1: result[place] = [0x2C, 0x0A, 0x22, 0x2E, 0x2D, 0x30].randomElement(using: &self) ?? 0
      case 2: result.removeSubrange(place..<end)
      case 3: result.insert(contentsOf: result[place..<end], at: place)
      case 4: result.removeSubrange(place...)
      default:
        let piece = pieces.randomElement(using: &self) ?? "\u{0}"
        result.insert(contentsOf: piece.utf8, at: place)
      }
    }
    return result
  }
}
