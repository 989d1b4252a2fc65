import OmniRedis
import OmniTime
import Testing

@Suite("RedisFailure")
struct RedisFailureTests {
  private let all: [RedisFailure] = [
    .addressInvalid(.port), .tlsUnsupported, .unreachable(place: "h:1", message: "refused"),
    .rejected(place: "h:1", message: "WRONGPASS no"), .refused(command: "GET", message: "ERR\nx"),
    .timedOut(command: "GET", after: .milliseconds(7), fate: .notSent),
    .connectionLost(message: "reset", fate: .mayHaveRun), .closed(fate: .notSent),
    .queueFull(limit: 9), .unexpectedReply(wanted: "bytes", found: "null"),
    .protocolBroken(message: "x"), .callInvalid(message: "x"), .resourceUnavailable(message: "x"),
  ]

  @Test func `codes are in order and do not change`() {
    let numbers = (1...13).map { $0 < 10 ? "RED-00\($0)" : "RED-0\($0)" }
    #expect(all.map(\.code) == numbers)
  }

  @Test func `each is told in one line that begins with its code`() {
    for failure in all {
      #expect(failure.description.hasPrefix("\(failure.code): "))
      #expect(failure.description.split(whereSeparator: \.isNewline).count == 1)
    }
    #expect(
      all[5].description == "RED-006: no reply to GET within 7 ms; the command was not sent")
    #expect(
      all[6].description
        == "RED-007: the connection was lost: reset; the command may have been executed")
  }

  @Test func `a failure says what is known of the command`() {
    let notSent = all.filter { $0.fate == .notSent }.map(\.code)
    #expect(
      notSent == [
        "RED-001", "RED-002", "RED-003", "RED-004", "RED-006", "RED-008", "RED-009", "RED-012",
        "RED-013",
      ])
  }
}
