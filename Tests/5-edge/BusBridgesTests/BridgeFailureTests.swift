import OmniBus
import OmniBusBridges
import OmniKafka
import OmniPlatform
import OmniRedis
import Testing

@Suite("BridgeFailure")
struct BridgeFailureTests {
  static let all: [BridgeFailure] = [
    .unusable(setting: "batchMax", value: "0", wanted: "1 or more"), .noLog, .noThread,
    .redis(.queueFull(limit: 3)), .bus(.closed), .streamAhead(stream: 9, published: 3),
    .foreignID("1-1"), .damaged(place: "4-0", .otherNumber(5)), .missed(3...9), .kafka(.closed),
    .watermark(FileError(.missing, operation: "open", path: "/x")), .watermarkDamaged(path: "/x"),
  ]

  @Test func `each failure has a code of its own and one line`() {
    #expect(
      Self.all.map(\.code) == (1...12).map { "BRG-" + ($0 < 10 ? "00\($0)" : "0\($0)") })
    for failure in Self.all {
      #expect(failure.description.hasPrefix(failure.code + ": "))
      #expect(!failure.description.contains("\n"))
      #expect(failure.description.utf8.count < 200)
    }
  }

  @Test func `damage says what is there instead`() {
    #expect(
      BridgeFailure.damaged(place: "4-0", .otherNumber(5)).description
        == "BRG-008: 4-0 carries event 5; wanted the one of its place")
    #expect(BridgeFailure.Damage.empty.description == "carries nothing; wanted an event")
    #expect(
      BridgeFailure.Damage.envelope(.notAnEvent(magic: 1)).description.contains("BUS-026"))
  }
}
