import OmniPlatform
import OmniSnapshotter
import Testing

@Suite("SnapshotFlaw")
struct SnapshotFlawTests {
  @Test func `codes are stable, and each stands for one thing`() throws {
    let stream = try name("s")
    let file = try #require(fileError())
    let others: [(code: String, text: String)] = [
      (StreamName.Refusal.empty.code, "\(StreamName.Refusal.empty)"),
      (StreamName.Refusal.tooLong(bytes: 1, limitBytes: 2).code, ""),
    ]
    let codecs: [CodecFailure] = [
      .truncated(at: 1, wantedBytes: 2), .malformed(what: "x", at: 1), .trailing(bytes: 1),
    ]
    let logs: [EventLogFailure] = [
      .conflict(stream: stream, expected: 1, actual: 2), .eventTooLong(bytes: 2, limitBytes: 1),
      .damaged(stream: stream, version: 1), .file(file), .backend(code: "1", reason: "x"),
    ]
    let stores: [SnapshotStoreFailure] = [
      .file(file), .busy(stream: stream), .recordTooLong(bytes: 2, limitBytes: 1),
      .backend(code: "1", reason: "x"),
    ]
    let snapshotters: [SnapshotterFailure] = [
      .log(logs[0]), .event(stream: stream, version: 1, cause: codecs[0]),
      .versionAhead(wanted: 2, actual: 1), .logEnded(stream: stream, actual: 1, wanted: 2),
      .store(stores[0]),
    ]
    let deltas: [ByteDelta.Failure] = [
      .truncated(at: 1), .malformed(at: 1), .wrongSource, .outOfBounds(at: 1), .wrongResult,
      .tooLong(bytes: 2, limitBytes: 1),
    ]
    let all =
      others + codecs.map { ($0.code, "\($0)") } + logs.map { ($0.code, "\($0)") }
      + stores.map { ($0.code, "\($0)") } + snapshotters.map { ($0.code, "\($0)") }
      + deltas.map { ($0.code, "\($0)") }
      + SnapshotFlaw.allCases.map { ($0.code, "\($0)") }
    let numbers =
      Array(1...5) + Array(10...14) + Array(20...23) + Array(30...34) + Array(40...45)
      + Array(50...66)
    #expect(all.map(\.code) == numbers.map { "SNP-0" + ($0 < 10 ? "0" : "") + "\($0)" })
    for (code, text) in all where !text.isEmpty {
      #expect(text.hasPrefix(code + ": "))
      #expect(!text.contains("\n"))
    }
  }

  @Test func `the counters of flaws say what occurred`() {
    #expect(FlawCounts().description == "none")
    #expect(FlawCounts().total == 0)
    for flaw in SnapshotFlaw.allCases { #expect(FlawCounts()[flaw] == 0) }
  }

  private func fileError() -> FileError? {
    do throws(FileError) {
      _ = try File("/nowhere/at/all", .read)
      return nil
    } catch {
      return error
    }
  }
}
