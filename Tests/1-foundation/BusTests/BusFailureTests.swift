import OmniBus
import OmniPlatform
import Testing

@Suite("BusFailure")
struct BusFailureTests {
  @Test func `each failure has a code of its own and one line that says what was wanted`() {
    let file = FileError(.diskFull, operation: "write", path: "/x")
    let envelope = EnvelopeFailure.truncated(bytes: 1, wanted: 2)
    let all: [(code: String, text: String)] =
      ([.malformed(name: "x"), .familyFull(family: .risk, limit: 64), .unknown(name: "x")]
      as [TopicFailure]).map { ($0.code, $0.description) }
      + ([
        .unusable(setting: "x", value: 1, wanted: "2"), .tooManyReaders(limit: 1),
        .payloadTooLong(bytes: 2, limit: 1), .writerTaken, .full(reader: 1, waitedNanoseconds: 2),
        .closed, .overrun(next: 1, published: 2), .log(.closed), .noLog,
        .outOfReach(wanted: 1, oldest: 2, newest: 3), .noThread,
      ] as [BusFailure]).map { ($0.code, $0.description) }
      + ([
        .unusable(setting: "x", value: 1, wanted: "2"), .file(file),
        .corrupt(segment: "s", offset: 1, reason: envelope), .badSegment(segment: "s", found: "x"),
        .gap(segment: "s", found: 1, wanted: 2), .outOfOrder(found: 1, wanted: 2),
        .outOfReach(wanted: 1, oldest: 2, newest: 3), .poisoned(by: file), .closed,
      ] as [EventLogFailure]).map { ($0.code, $0.description) }
      + ([
        envelope, .trailing(bytes: 1, wanted: 2), .notAnEvent(magic: 1),
        .unsupportedVersion(found: 2, newest: 1), .headerChecksum(found: 1, wanted: 2),
        .payloadChecksum(found: 1, wanted: 2), .senseless(field: "x", value: 1),
      ] as [EnvelopeFailure]).map { ($0.code, $0.description) }
      + ([
        .taken(id: 1, name: "x"), .unknown(id: 1), .noStep(id: 1, from: 2),
        .refused(id: 1, version: 2), .tooMany(limit: 1),
      ] as [SchemaFailure]).map { ($0.code, $0.description) }

    let wanted = (1...all.count).map { "BUS-" + String("00\($0)".suffix(3)) }
    #expect(all.map(\.code) == wanted)
    for (code, text) in all {
      #expect(text.hasPrefix(code + ": ") && text.contains("wanted"), "\(text)")
      #expect(!text.contains("\n") && !text.hasSuffix("."), "\(text)")
    }
  }
}
