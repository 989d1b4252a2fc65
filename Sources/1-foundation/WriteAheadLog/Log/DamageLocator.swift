import OmniEncoding

/// Finds the one wrong byte behind a wrong CRC-32C.
///
/// A CRC is linear: what a wrong byte does to it depends on the byte's difference and on how far it
/// is from the end, and on nothing else. Stepping the difference of the two checksums backwards, a
/// byte at a time, it is that of a one-byte error exactly where the wrong byte stands. A longer
/// text may have further places by chance (one in 2²⁴ a byte); a digest then tells.
enum DamageLocator {
  /// Reflected Castagnoli polynomial, RFC 3720.
  private static let polynomial: UInt32 = 0x82F6_3B78

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value >> 1 ^ (value & 1 == 1 ? polynomial : 0)
    }
  }

  /// From the top byte of a table's entry to its index; each top byte occurs once.
  private static let inverse: [UInt8] = {
    var inverse = [UInt8](repeating: 0, count: 256)
    for (index, entry) in table.enumerated() { inverse[Int(entry >> 24)] = UInt8(index) }
    return inverse
  }()

  /// Calls `isRight` with each place and difference that would explain the checksum, the nearest to
  /// the end first, until it says yes.
  ///
  /// - Returns: the place that is right, or nothing when no single byte explains the checksum.
  static func locate(
    count: Int, computed: UInt32, wanted: UInt32, isRight: (Int, UInt8) -> Bool
  ) -> Int? {
    var difference = computed ^ wanted
    if difference == 0 { return nil }
    for place in stride(from: count - 1, through: 0, by: -1) {
      // One step back: the byte that went in last left the entry whose top byte this is.
      let index = inverse[Int(difference >> 24)]
      let before = (difference ^ table[Int(index)]) << 8 | UInt32(index)
      // A wrong byte here is the whole difference when nothing was different before it.
      if before <= 0xFF, isRight(place, UInt8(before)) { return place }
      difference = before
    }
    return nil
  }
}
