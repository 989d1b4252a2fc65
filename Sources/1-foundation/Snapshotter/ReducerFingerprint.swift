/// Makes the number that tells one way of applying events from another.
///
/// The number is FNV-1a of 64 bits over names and versions, each name preceded by its length, so
/// that no two lists run into each other. It is the same on every machine and in every build; it
/// guards against mistakes, not against intent. Source: Fowler, Noll, Vo and Eastlake, "The FNV
/// Non-Cryptographic Hash Algorithm", IETF draft-eastlake-fnv.
public enum ReducerFingerprint {
  /// The fingerprint of the model `name` whose handlers have `versions`, in any order.
  ///
  /// - Parameter versions: the version of each part that decides what an event does, by its name:
  ///   raise one when its part changes what states come out.
  /// - Complexity: O(n log n) in the number of versions.
  public static func of(_ name: String, _ versions: [String: UInt32]) -> UInt64 {
    var hash = of(name)
    let sorted = versions.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (part, version) in sorted {
      hash = continued(hash, with: part)
      hash = continued(hash, with: UInt64(version))
    }
    return hash
  }

  /// The fingerprint of `text` alone.
  ///
  /// - Complexity: O(n), without allocation.
  public static func of(_ text: String) -> UInt64 {
    continued(0xCBF2_9CE4_8422_2325, with: text)
  }

  private static func continued(_ hash: UInt64, with text: String) -> UInt64 {
    var hash = continued(hash, with: UInt64(text.utf8.count))
    for byte in text.utf8 { hash = continued(hash, byte) }
    return hash
  }

  private static func continued(_ hash: UInt64, with word: UInt64) -> UInt64 {
    var hash = hash
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      hash = continued(hash, UInt8(truncatingIfNeeded: word >> shift))
    }
    return hash
  }

  private static func continued(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    // Wrapping is the definition: the hash is a product modulo 2⁶⁴.
    (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }
}
