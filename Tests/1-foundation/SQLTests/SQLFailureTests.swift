import OmniClocks
import OmniSQL
import OmniTime
import Testing

@Suite("SQLFailure")
struct SQLFailureTests {
  private static let cause = SQLCause(code: "PGC-005", state: "42601", message: "a\nb")
  private static let failures: [(SQLFailure, code: String, fate: SQLFailure.Fate, words: String)] =
    [
      (.notMade(.queueFull(limit: 9)), "SQS-001", .nothingDone, "9 calls wait already"),
      (.notMade(.waitedTooLong(.milliseconds(7))), "SQS-002", .nothingDone, "within 7 ms"),
      (.notMade(.limited(retryAfter: .seconds(2))), "SQS-003", .nothingDone, "in 2000 ms"),
      (
        .notMade(.open(breaker: "x", retryAfter: nil)), "SQS-004", .nothingDone,
        "the breaker x is open"
      ),
      (.notMade(.closed), "SQS-005", .nothingDone, "the pool is closed"),
      (.notMade(.cancelled), "SQS-006", .nothingDone, "the task was cancelled"),
      (.notMade(.callInvalid("odd")), "SQS-007", .nothingDone, "odd"),
      (.notMade(.noThread), "SQS-008", .nothingDone, "no thread"),
      (.unreachable(cause), "SQS-009", .nothingDone, "PGC-005: a b"),
      (.connectionLost(cause, .mayHaveBeenDone), "SQS-010", .mayHaveBeenDone, "may have been done"),
      (
        .timedOut(after: .seconds(1), .nothingDone), "SQS-011", .nothingDone,
        "within 1000 ms; nothing was changed"
      ),
      (.cancelled(.mayHaveBeenDone), "SQS-012", .mayHaveBeenDone, "may have been done"),
      (.statementRefused(cause), "SQS-013", .nothingDone, "refused the statement"),
      (.contended(cause), "SQS-014", .nothingDone, "somebody else holds"),
      (.storeFailed(cause), "SQS-015", .nothingDone, "the store failed"),
    ]

  @Test func `each failure has a code, a fate and one line`() {
    for (failure, code, fate, words) in Self.failures {
      #expect(failure.code == code)
      #expect(failure.fate == fate, "\(code)")
      let line = failure.description
      #expect(line.hasPrefix("\(code): ") && line.contains(words), "\(line)")
      #expect(!line.contains("\n"), "\(line)")
    }
    #expect(Set(Self.failures.map(\.code)).count == Self.failures.count)
  }

  @Test func `a call that was not made is a refusal, which says when to come again`() {
    for (failure, code, _, _) in Self.failures {
      #expect((failure.refusal != nil) == (code <= "SQS-008"), "\(code)")
    }
    let refusal: any Error = SQLRefusal.limited(retryAfter: .seconds(2))
    #expect(refusal is any Refusal)
    #expect((refusal as? SQLRefusal)?.retryAfter == .seconds(2))
  }
}
