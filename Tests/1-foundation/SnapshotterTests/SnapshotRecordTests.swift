import OmniEncoding
import OmniNumerics
import OmniSnapshotter
import OmniTime
import Testing

@Suite("SnapshotRecord")
struct SnapshotRecordTests {
  // MARK: Examples

  @Test func `a record comes back as it was written`() throws {
    for record in try [base(), delta(), base(payload: [])] {
      #expect(try SnapshotRecord(decoding: record.encoded()) == record)
    }
  }

  @Test func `the bytes are these`() throws {
    let record = SnapshotRecord(
      key: SnapshotKey(
        stream: try name("ab"), version: 0x0102, schemaVersion: 3, reducerFingerprint: 0x0A0B),
      kind: .delta(parent: 0x55, base: 0x44), createdAt: Timestamp(nanoseconds: -2),
      eventChecksum: 0xC1C2_C3C4, payload: [9, 8, 7])
    let expected: [UInt8] =
      [0x4F, 0x53, 0x4E, 0x50, 1, 0, 1, 0]
      + [2, 1, 0, 0, 0, 0, 0, 0] + [0x0B, 0x0A, 0, 0, 0, 0, 0, 0]
      + [3, 0, 0, 0, 0xC4, 0xC3, 0xC2, 0xC1]
      + [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
      + [0x55, 0, 0, 0, 0, 0, 0, 0] + [0x44, 0, 0, 0, 0, 0, 0, 0]
      + [3, 0, 0, 0, 2, 0, 0, 0] + [0x61, 0x62] + [9, 8, 7]
    let bytes = record.encoded()
    #expect(Array(bytes.dropLast(4)) == expected)
    let checksum = CRC32C.checksum(expected)
    #expect(Array(bytes.suffix(4)) == Array(littleEndian(UInt64(checksum)).prefix(4)))
  }

  // MARK: Damage

  @Test func `every truncation and every continuation is refused`() throws {
    for record in try [base(), delta()] {
      let bytes = record.encoded()
      for length in 0..<bytes.count {
        #expect(throws: SnapshotFlaw.wrongLength, "cut at \(length)") {
          _ = try SnapshotRecord(decoding: Array(bytes[..<length]))
        }
      }
      #expect(throws: SnapshotFlaw.wrongLength) {
        _ = try SnapshotRecord(decoding: bytes + [0])
      }
    }
  }

  @Test func `every flip of a bit is refused`() throws {
    for record in try [base(), delta()] {
      let bytes = record.encoded()
      for bit in 0..<(8 * bytes.count) {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: SnapshotFlaw.self, "bit \(bit)") {
          _ = try SnapshotRecord(decoding: flipped)
        }
      }
    }
  }

  @Test func `every change of one or two bytes is refused`() throws {
    let bytes = try delta().encoded()
    for seed in UInt64(0)..<5_000 {
      var random = SplitMix64(seed: seed)
      var changed = bytes
      for _ in 0...random.below(2) {
        changed[Int(random.below(UInt64(bytes.count)))] = UInt8(random.below(256))
      }
      if changed == bytes { continue }
      #expect(throws: SnapshotFlaw.self, "seed \(seed)") {
        _ = try SnapshotRecord(decoding: changed)
      }
    }
  }

  @Test func `bytes of a later format are left to a later program`() throws {
    var bytes = try base().encoded()
    bytes[4] = 2
    #expect(throws: SnapshotFlaw.futureFormat) { _ = try SnapshotRecord(decoding: bytes) }
    #expect(throws: SnapshotFlaw.futureFormat) {
      _ = try SnapshotRecord(decoding: Array(bytes[..<6]))
    }
    bytes[4] = 0
    #expect(throws: SnapshotFlaw.malformed) { _ = try SnapshotRecord(decoding: bytes) }
    bytes[0] = 0
    #expect(throws: SnapshotFlaw.wrongMagic) { _ = try SnapshotRecord(decoding: bytes) }
  }

  /// Fields that no writer gives, under a checksum that is right.
  @Test func `senseless fields are refused whatever the checksum says`() throws {
    let table: [(place: Int, bytes: [UInt8], what: String)] = [
      (6, [2], "kind"), (7, [1], "high byte of the kind"),
      (8, littleEndian(0), "version 0"),
      (8, littleEndian(20), "a version that is its parent's"),
      (40, littleEndian(41), "a parent after the version"),
      (40, littleEndian(9), "a parent before the base"), (48, littleEndian(0), "base 0"),
      (6, [0], "a base with a parent"), (62, [1], "a byte that is not in use"),
      (64, [0xFF], "a name that is no UTF-8"),
    ]
    for (place, bytes, what) in table {
      var changed = try delta().encoded()
      changed.replaceSubrange(place..<(place + bytes.count), with: bytes)
      changed.removeLast(4)
      changed += littleEndian(UInt64(CRC32C.checksum(changed))).prefix(4)
      #expect(throws: SnapshotFlaw.malformed, "\(what)") {
        _ = try SnapshotRecord(decoding: changed)
      }
    }
  }

  @Test func `no bytes whatever stop the program`() {
    for seed in UInt64(0)..<2_000 {
      var random = SplitMix64(seed: seed)
      var bytes = randomBytes(Int(random.below(200)), &random)
      if bytes.count > 6 && random.below(2) == 0 {
        bytes.replaceSubrange(0..<6, with: [0x4F, 0x53, 0x4E, 0x50, 1, 0])
      }
      #expect(throws: SnapshotFlaw.self, "seed \(seed)") {
        _ = try SnapshotRecord(decoding: bytes)
      }
    }
  }

  private func base(payload: [UInt8] = Array(0..<60)) throws -> SnapshotRecord {
    SnapshotRecord(
      key: SnapshotKey(
        stream: try name("orders/7"), version: 40, schemaVersion: 2, reducerFingerprint: 77),
      kind: .base, createdAt: at(5), eventChecksum: 0x1234_5678, payload: payload)
  }

  private func delta() throws -> SnapshotRecord {
    SnapshotRecord(
      key: try base().key, kind: .delta(parent: 20, base: 10), createdAt: at(5),
      eventChecksum: 0x1234_5678, payload: Array(0..<60))
  }
}
