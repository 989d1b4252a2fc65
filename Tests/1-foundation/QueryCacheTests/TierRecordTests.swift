import OmniQueryCache
import OmniTestKit
import OmniTime
import Testing

@Suite("A field as a shared tier keeps it")
struct TierRecordTests {
  private let record = TierRecord(
    value: [1, 2, 3], staleFor: .seconds(3), cost: .milliseconds(7), stamps: [0, 5, .max])

  @Test("what is written is read")
  func roundTrip() {
    #expect(TierRecord(record.bytes) == record)
    let absent = TierRecord(value: nil, staleFor: .zero, cost: .zero, stamps: [])
    #expect(TierRecord(absent.bytes) == absent)
    let empty = TierRecord(value: [], staleFor: .zero, cost: .zero, stamps: [1])
    #expect(TierRecord(empty.bytes) == empty)
  }

  @Test("every truncation and every changed bit is refused")
  func damage() {
    let bytes = record.bytes
    for count in 0..<bytes.count { #expect(TierRecord(Array(bytes[..<count])) == nil) }
    for bit in 0..<bytes.count * 8 {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(TierRecord(other) == nil, "bit \(bit)")
    }
    var random = SeededRandom(seed: 1)
    for _ in 0..<5_000 {
      let noise = (0..<Int(random.below(80))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      #expect(TierRecord(noise) == nil)
    }
  }
}
