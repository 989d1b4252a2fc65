import OmniBus
import OmniEncoding
import OmniTestKit
import OmniTime
import Testing

@Suite("EventEnvelope")
struct EventEnvelopeTests {
  @Test func `the bytes are as documented`() {
    let bytes = EventEnvelope.encoded(sample)

    #expect(bytes.count == 48 + 3)
    #expect(bytes[0..<6] == [0x4F, 0x42, 0x45, 0x56, 1, 0])
    #expect(bytes[6..<8] == [0xC2, 0])
    #expect(bytes[8..<16] == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(bytes[16..<24] == [254, 255, 255, 255, 255, 255, 255, 255])
    #expect(bytes[24..<32] == [0xEF, 0xCD, 0xAB, 0, 0, 0, 0, 0x80])
    #expect(bytes[32..<40] == [0x02, 0x01, 0x04, 0x03, 3, 0, 0, 0])
    let header = CRC32C.checksum(Array(bytes[0..<40]))
    let payload = CRC32C.checksum([10, 20, 30], continuing: header)
    #expect(Array(bytes[40..<44]) == little(header))
    #expect(Array(bytes[44..<48]) == little(payload))
    #expect(bytes[48...] == [10, 20, 30])
  }

  @Test func `events of every payload length come back as they were`() throws {
    var random = SeededRandom(seed: 3)
    for length in Array(0...300) + [4_096, EventEnvelope.payloadBytesMax] {
      let event = randomEvent(&random, length)
      #expect(try EventEnvelope.decode(EventEnvelope.encoded(event)) == event)
    }
  }

  @Test func `every truncation and every longer text is refused`() {
    let bytes = EventEnvelope.encoded(sample)
    for count in 0..<bytes.count {
      #expect(
        throws: EnvelopeFailure.truncated(bytes: count, wanted: count < 48 ? 48 : bytes.count)
      ) { try EventEnvelope.decode(Array(bytes[..<count])) }
    }
    #expect(throws: EnvelopeFailure.trailing(bytes: 52, wanted: 51)) {
      try EventEnvelope.decode(bytes + [0])
    }
  }

  @Test func `every flip of one bit or of two is refused`() {
    let bytes = EventEnvelope.encoded(sample)
    let bits = bytes.count * 8
    for first in 0..<bits {
      var damaged = bytes
      damaged[first / 8] ^= 1 << UInt8(first % 8)
      #expect(throws: EnvelopeFailure.self, "bit \(first)") { try EventEnvelope.decode(damaged) }
      for second in first + 1..<bits {
        damaged[second / 8] ^= 1 << UInt8(second % 8)
        if (try? EventEnvelope.decode(damaged)) != nil {
          Issue.record("bits \(first) and \(second) turned, and nobody noticed")
        }
        damaged[second / 8] ^= 1 << UInt8(second % 8)
      }
    }
  }

  @Test func `a newer envelope is refused by its number, a newer payload is passed on`() throws {
    var bytes = EventEnvelope.encoded(sample)
    bytes[4] = 2
    #expect(throws: EnvelopeFailure.unsupportedVersion(found: 2, newest: 1)) {
      try EventEnvelope.decode(bytes)
    }
    bytes[4] = 0
    #expect(throws: EnvelopeFailure.unsupportedVersion(found: 0, newest: 1)) {
      try EventEnvelope.decode(bytes)
    }
    let newest = BusEvent(
      BusHeader(
        sequence: 1,
        BusDraft(.marketBar, schema: BusSchema(7, version: .max), timestamp: .epoch)),
      payload: [])
    #expect(try EventEnvelope.decode(EventEnvelope.encoded(newest)).header.schema.version == .max)
  }

  @Test func `values that no bus gives are refused although their checksum is right`() {
    let bytes = EventEnvelope.encoded(sample)
    #expect(throws: EnvelopeFailure.senseless(field: "topic", value: 512)) {
      try EventEnvelope.decode(sealed(bytes, [6: 0, 7: 2]))
    }
    let zeros = Dictionary(uniqueKeysWithValues: (8..<16).map { ($0, UInt8(0)) })
    #expect(throws: EnvelopeFailure.senseless(field: "sequence number", value: 0)) {
      try EventEnvelope.decode(sealed(bytes, zeros))
    }
    #expect(throws: EnvelopeFailure.senseless(field: "payload length", value: 0x1_0003)) {
      try EventEnvelope.decode(sealed(bytes, [38: 1]))
    }
  }

  @Test func `a payload does not pass under another event's header`() {
    let other = BusEvent(
      BusHeader(sequence: 2, draft(.marketBar)), payload: sample.payload)
    let mixed =
      EventEnvelope.encoded(other)[..<44] + EventEnvelope.encoded(sample)[44...]
    #expect(throws: EnvelopeFailure.self) { try EventEnvelope.decode(Array(mixed)) }
  }

  @Test func `no bytes stop the program, and what is accepted has one form`() {
    for seed in UInt64(0)..<3_000 {
      var random = SeededRandom(seed: seed)
      var bytes = (0..<random.below(120)).map { _ in UInt8(random.below(256)) }
      if seed % 3 == 0 {
        // Near misses: an event with some bytes changed, its header's checksum made right.
        let size = Int(random.below(40))
        bytes = EventEnvelope.encoded(randomEvent(&random, size))
        var changes: [Int: UInt8] = [:]
        for _ in 0..<random.below(4) { changes[Int(random.below(40))] = UInt8(random.below(256)) }
        bytes = sealed(bytes, changes)
      }
      if let event = try? EventEnvelope.decode(bytes) {
        #expect(EventEnvelope.encoded(event) == bytes, "seed \(seed)")
      }
    }
  }
}

// MARK: - Words for the tests

private let sample = BusEvent(
  BusHeader(
    sequence: 0x0102_0304_0506_0708,
    BusDraft(
      .orderFilled, schema: BusSchema(0x0102, version: 0x0304),
      timestamp: Timestamp(nanoseconds: -2), key: 0x8000_0000_00AB_CDEF)),
  payload: [10, 20, 30])

private func randomEvent(_ random: inout SeededRandom, _ length: Int) -> BusEvent {
  let families = BusFamily.allCases
  let topic = BusTopic(random.pick(families), UInt8(random.below(64)))
  let schema = BusSchema(
    UInt16(random.below(65_536)), version: UInt16(random.below(65_536)))
  let draft = BusDraft(
    topic, schema: schema, timestamp: Timestamp(nanoseconds: Int64(bitPattern: random.next())),
    key: random.next())
  return BusEvent(
    BusHeader(sequence: max(1, random.next()), draft),
    payload: (0..<length).map { _ in UInt8(random.below(256)) })
}

/// `bytes` with some changed and the header's checksum made right again.
private func sealed(_ bytes: [UInt8], _ changes: [Int: UInt8]) -> [UInt8] {
  var bytes = bytes
  for (place, byte) in changes { bytes[place] = byte }
  bytes.replaceSubrange(40..<44, with: little(CRC32C.checksum(Array(bytes[..<40]))))
  return bytes
}

private func little(_ word: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
}
