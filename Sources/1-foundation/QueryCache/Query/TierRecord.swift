import OmniEncoding
package import OmniTime

/// A field as a shared tier keeps it: its value, and what it was when it was fetched.
///
/// The stamps are those that the tier had before the value was fetched. As soon as one of them is
/// raised, the record says nothing any more, whenever it was written.
///
///     offset  bytes  what
///          0      4  "OQC1"
///          4      4  CRC-32C of all that follows
///          8      1  1: has a value, 0: it is known that there is none
///          9      1  how many stamps
///         10      8  how long it may be given out stale at its end, nanoseconds
///         18      8  how long it took to fetch, nanoseconds
///         26    8·n  the stamps
///          …      …  the value, to the end
package struct TierRecord: Sendable, Hashable {
  static let stampCountMax = 64
  private static let magic: [UInt8] = [0x4F, 0x51, 0x43, 0x31]

  let value: [UInt8]?
  let staleFor: Interval
  let cost: Interval
  let stamps: [UInt64]

  package init(value: [UInt8]?, staleFor: Interval, cost: Interval, stamps: [UInt64]) {
    precondition(stamps.count <= Self.stampCountMax, "at most 64 stamps")
    self.value = value
    self.staleFor = staleFor
    self.cost = cost
    self.stamps = stamps
  }

  /// Reads a record; nil if the bytes are none.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 26, bytes[..<4].elementsEqual(Self.magic) else { return nil }
    let body = Array(bytes[8...])
    guard UInt32(truncatingIfNeeded: Self.word(bytes, at: 4, width: 4)) == Self.checksum(body)
    else { return nil }
    let count = Int(bytes[9])
    guard bytes[8] <= 1, count <= Self.stampCountMax, bytes.count >= 26 + 8 * count else {
      return nil
    }
    let stale = Int64(bitPattern: Self.word(bytes, at: 10, width: 8))
    let cost = Int64(bitPattern: Self.word(bytes, at: 18, width: 8))
    let rest = bytes[(26 + 8 * count)...]
    guard stale >= 0, cost >= 0, bytes[8] == 1 || rest.isEmpty else { return nil }
    value = bytes[8] == 1 ? Array(rest) : nil
    staleFor = Interval(nanoseconds: stale)
    self.cost = Interval(nanoseconds: cost)
    stamps = (0..<count).map { Self.word(bytes, at: 26 + 8 * $0, width: 8) }
  }

  package var bytes: [UInt8] {
    var body: [UInt8] = [value == nil ? 0 : 1, UInt8(stamps.count)]
    body.reserveCapacity(18 + 8 * stamps.count + (value?.count ?? 0))
    for word in [UInt64(staleFor.nanoseconds), UInt64(max(0, cost.nanoseconds))] + stamps {
      for shift in stride(from: 0, to: 64, by: 8) {
        body.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    body += value ?? []
    let sum = Self.checksum(body)
    return Self.magic
      + stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) } + body
  }

  private static func word(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  private static func checksum(_ body: [UInt8]) -> UInt32 { CRC32C.checksum(body) }
}
