import OmniTelemetry
import Synchronization
import Testing

@Suite("Logging")
struct LoggerTests {
  @Test func `a message becomes one line of text with its metadata in order`() {
    let lines = Lines()
    var log = Logger(
      label: "execution", metadata: ["venue": "demo"], sink: TextSink { lines.append($0) },
      clock: { 1_769_860_799_000_000_001 })
    log[metadataKey: "account"] = "a b"

    log.warning("late acknowledgement", metadata: ["order": "17", "venue": "other"])
    log[metadataKey: "account"] = nil
    log.info("plain")

    #expect(
      lines.all == [
        "2026-01-31T11:59:59.000000001Z warning execution: late acknowledgement "
          + "account=\"a b\" order=\"17\" venue=\"other\"\n",
        "2026-01-31T11:59:59.000000001Z info execution: plain venue=\"demo\"\n",
      ])
  }

  @Test func `a message becomes one JSON object on a line`() {
    let lines = Lines()
    let log = Logger(label: "kernel", sink: JSONLinesSink { lines.append($0) }, clock: { 0 })

    log.error("disk \"full\"\n", metadata: ["path": "C:\\x", "a": "\u{1B}[31m"])
    log.notice("done")

    #expect(
      lines.all == [
        #"{"time":"1970-01-01T00:00:00.000000000Z","level":"error","label":"kernel","#
          + #""message":"disk \"full\"\n","metadata":{"a":"\u001b[31m","path":"C:\\x"}}"# + "\n",
        #"{"time":"1970-01-01T00:00:00.000000000Z","level":"notice","label":"kernel","#
          + #""message":"done"}"# + "\n",
      ])
  }

  @Test func `no text can begin a second line or disturb a terminal`() {
    let lines = Lines()
    let nasty = "a\nb\rc\td\u{0}\u{1B}\u{7F}\u{85}\u{9B}\u{2028}\u{202E}\u{2066}\u{FEFF}é😀"
    let escaped =
      #"a\nb\rc\td\u0000\u001b\u007f\u0085\u009b\u2028\u202e\u2066\ufeffé😀"#

    let text = TextSink { lines.append($0) }
    let json = JSONLinesSink { lines.append($0) }
    let record = LogRecord(
      nanosecondsSince1970: 0, level: .info, label: nasty, message: nasty, metadata: [nasty: nasty])
    text.write(record)
    json.write(record)

    let time = "1970-01-01T00:00:00.000000000Z"
    #expect(lines.all[0] == "\(time) info \(escaped): \(escaped) \(escaped)=\"\(escaped)\"\n")
    #expect(
      lines.all[1] == "{\"time\":\"\(time)\",\"level\":\"info\",\"label\":\"\(escaped)\","
        + "\"message\":\"\(escaped)\",\"metadata\":{\"\(escaped)\":\"\(escaped)\"}}\n")
  }

  @Test func `below its level a logger builds nothing and reads no clock`() {
    let lines = Lines()
    let calls = Atomic<Int>(0)
    let log = Logger(
      label: "x", level: .warning, sink: TextSink { lines.append($0) },
      clock: {
        calls.add(1, ordering: .relaxed)
        return 0
      })
    func costly() -> String {
      calls.add(1, ordering: .relaxed)
      return ""
    }

    log.trace(costly(), metadata: ["a": costly()])
    log.debug(costly())
    log.info(costly())
    log.notice(costly(), metadata: ["a": costly()])
    #expect(calls.load(ordering: .relaxed) == 0)

    log.warning(costly())
    log.error(costly())
    log.critical(costly())
    #expect(calls.load(ordering: .relaxed) == 6)
    #expect(lines.all.count == 3)
  }

  @Test func `each level passes exactly the levels that are not below it`() {
    for floor in LogLevel.allCases {
      let lines = Lines()
      let log = Logger(
        label: "x", level: floor, sink: TextSink { lines.append($0) }, clock: { 0 })
      log.trace("")
      log.debug("")
      log.info("")
      log.notice("")
      log.warning("")
      log.error("")
      log.critical("")
      let passed = lines.all.compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(passed.map(String.init) == LogLevel.allCases.filter { $0 >= floor }.map(\.rawValue))
    }
  }

  @Test func `a copy of a logger leaves the first as it was`() {
    let first = Logger(label: "x", sink: TextSink { _ in }, clock: { 0 })
    var copy = first
    copy[metadataKey: "a"] = "1"
    copy.logLevel = .trace
    #expect(first.metadata.isEmpty && first.logLevel == .info)
  }

  @Test func `long messages and many entries are cut, and the cut says so`() throws {
    let lines = Lines()
    let metadata = Dictionary(uniqueKeysWithValues: (0..<100).map { ("k\($0)", "v") })
    TextSink { lines.append($0) }.write(
      LogRecord(
        nanosecondsSince1970: 0, level: .info, label: "x",
        message: String(repeating: "y", count: 10_000), metadata: metadata))
    let line = try #require(lines.all.first)
    #expect(line.contains("y…(1808 more) k0=\"v\""))
    #expect(line.filter { $0 == "=" }.count == 64)
  }

  @Test func `times are dates of the Gregorian calendar, before 1970 too`() {
    // Checked against `date -u -d @SECONDS`.
    let table: [(nanoseconds: Int64, text: String)] = [
      (-1, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
      (951_868_799_999_999_999, "2000-02-29T23:59:59.999999999Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
      (-2_203_977_600_000_000_000, "1900-02-28T00:00:00.000000000Z"),
      (-2_203_891_200_000_000_000, "1900-03-01T00:00:00.000000000Z"),
      (.max, "2262-04-11T23:47:16.854775807Z"), (.min, "1677-09-21T00:12:43.145224192Z"),
    ]
    for (nanoseconds, text) in table {
      let lines = Lines()
      TextSink { lines.append($0) }.write(
        LogRecord(nanosecondsSince1970: nanoseconds, level: .info, label: "", message: ""))
      #expect(lines.all.first?.hasPrefix(text + " ") == true, "\(lines.all)")
    }
  }
}
