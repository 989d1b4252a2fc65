import OmniPostgreSQL
import OmniTestKit
import Testing

@Suite("PostgreSQLCopyWriter")
struct PostgreSQLCopyWriterTests {
  private typealias Format = PostgreSQLCopyWriter.Format

  /// What text and COPY could confuse, each by itself and in one piece.
  private let texts: [String?] = {
    let pieces = [
      "'", "\"", "\\", "\t", "\n", "\r", "\r\n", "\\N", "\\.", "\\.\n", "猫", "é", "", " ",
    ]
    return pieces + [pieces.joined(), nil]
  }()

  @Test func `a hundred thousand rows arrive as they were written, in both formats`() throws {
    for format in Format.allCases {
      let connection = try made()
      let count: Int64 = 100_000

      let copied = try connection.copy(into: sql(format), format: format) {
        writer throws(PostgreSQLFailure) in
        for number in 0..<count {
          let text = texts[Int(number) % texts.count]
          writer.put(number)
          if let text { writer.put(text) } else { writer.putNull() }
          writer.put(numeric: Int128(number) * Int128(Int64.max))
          writer.put([UInt8(truncatingIfNeeded: number), 0, 255])
          try writer.endRow()
        }
      }

      #expect(copied == Int(count))
      let rows = try connection.query("SELECT number, text, large, bytes FROM t ORDER BY number")
      #expect(rows.count == Int(count))
      let wrong = rows.enumerated().first { index, row in
        let hexadecimal = String(UInt8(truncatingIfNeeded: index), radix: 16)
        return row != [
          "\(index)", texts[index % texts.count], "\(Int128(index) * Int128(Int64.max))",
          "\\x\(hexadecimal.count == 1 ? "0" : "")\(hexadecimal)00ff",
        ]
      }
      #expect(wrong == nil, "\(format): \(String(describing: wrong))")
    }
  }

  @Test func `numbers of 128 bits are exact in both formats`() throws {
    let numbers: [Int128] = [
      0, 1, -1, 9_999, 10_000, -10_001, 1 << 64, .max, .min, 100_000_000,
      18_446_744_073_709_551_615,
    ]
    for format in Format.allCases {
      let connection = try made()
      try connection.copy(into: sql(format), format: format) { writer throws(PostgreSQLFailure) in
        for (place, number) in numbers.enumerated() {
          writer.put(Int64(place))
          writer.putNull()
          writer.put(numeric: number)
          writer.put([UInt8]())
          try writer.endRow()
        }
      }
      let rows = try connection.query("SELECT large FROM t ORDER BY number")
      #expect(rows == numbers.map { ["\($0)"] }, "\(format)")
    }
  }

  @Test func `a COPY that is given up leaves nothing, and the connection goes on`() throws {
    for format in Format.allCases {
      let connection = try made()
      let failure = #expect(throws: PostgreSQLFailure.self) {
        try connection.copy(into: sql(format), format: format) { writer throws(PostgreSQLFailure) in
          for number in 0..<20_000 as Range<Int64> { try put(number, into: &writer) }
          throw .aborted("enough")
        }
      }
      #expect(failure == .aborted("enough"))
      #expect(try connection.query("SELECT * FROM t").isEmpty)
    }
  }

  @Test func `a COPY with a row that is refused leaves nothing, and tells why`() throws {
    let connection = try made()
    let failure = #expect(throws: PostgreSQLFailure.self) {
      try connection.copy(into: sql(.text)) { writer throws(PostgreSQLFailure) in
        for number in 0..<20_000 as Range<Int64> { try put(number % 19_999, into: &writer) }
      }
    }
    #expect(failure?.reason == .statementFailed)
    #expect(failure?.sqlState == "23505")
    #expect(failure?.statement == sql(.text))
    #expect(try connection.query("SELECT * FROM t").isEmpty)
  }

  @Test func `a row that was begun and not ended is not sent`() throws {
    for format in Format.allCases {
      let connection = try made()
      let count = try connection.copy(into: sql(format), format: format) {
        writer throws(PostgreSQLFailure) in
        try put(1, into: &writer)
        writer.put(2)
      }
      #expect(count == 1, "\(format)")
    }
  }

  @Test func `what is no COPY, or one of another format, is refused`() throws {
    let connection = try made()
    let calls: [(sql: String, format: Format)] = [
      ("SELECT 1", .text), ("COPY t TO STDOUT", .text), (sql(.binary), .text),
      (sql(.text), .binary),
    ]
    for call in calls {
      let failure = #expect(throws: PostgreSQLFailure.self) {
        try connection.copy(into: call.sql, format: call.format) { _ throws(PostgreSQLFailure) in }
      }
      #expect(failure?.reason == .callInvalid, "\(call)")
      #expect(try connection.query("SELECT 1") == [["1"]])
    }
    #expect(throws: PostgreSQLFailure.self) { try connection.execute(sql(.text)) }
    #expect(try connection.query("SELECT 1") == [["1"]])
  }

  // MARK: Words

  private func sql(_ format: Format) -> String {
    "COPY t FROM STDIN" + (format == .binary ? " (FORMAT binary)" : "")
  }

  private func put(
    _ number: Int64, into writer: inout PostgreSQLCopyWriter
  ) throws(PostgreSQLFailure) {
    writer.put(number)
    writer.put("text")
    writer.put(numeric: Int128(number))
    writer.put([1, 2])
    try writer.endRow()
  }

  private func made() throws -> PostgreSQLConnection {
    let connection = try PostgreSQLConnection(try PostgreSQLServer.shared.get().makeDatabase())
    try connection.execute(
      "CREATE TABLE t (number BIGINT PRIMARY KEY, text TEXT, large NUMERIC(39,0), bytes BYTEA)")
    return connection
  }
}
