import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniTestKit
import Testing

/// Lines of the usual form are read over an index of many lines; they must read as alone.
@Suite("PayloadParser")
struct PayloadParserTests {
  private static let id = "0123456789abcdefABCDEF0123456789"
  private static let leg =
    "{\"debit\":\"acct-000001\",\"credit\":\"b\",\"amount\":\"70240.12\",\"asset\":\"USD\"}"
  private static let signature = String(repeating: "0123456789abcdef", count: 8)

  private static let payloads = [
    "{\"id\":\"\(id)\",\"sender\":\"acct-000001\",\"legs\":[\(leg)],\"nonce\":12,\"parents\":[],\"flags\":[],\"ts\":\"2026-01-01T23:59:59.000001Z\"}",
    "{\"id\":\"\(id)\",\"sender\":\"acct-000001\",\"legs\":[\(leg),\(leg)],\"nonce\":1234567890123,\"parents\":[\"00000000000000000000000000000001\",\"\(id)\"],\"flags\":[],\"timeout_ms\":0,\"ts\":1767225600000000000,\"sig\":\"\(signature)\"}",
    "{\"id\": \"\(id)\", \"sender\": \"a name of more than sixteen bytes\", \"legs\": [\(leg)], \"nonce\": 1, \"parents\": [\"00000000000000000000000000000001\"], \"flags\": [\"pending\"], \"timeout_ms\": 5000, \"ts\": \"2026-02-28T00:00:00Z\"}",
    "{\"id\":\"\(id)\",\"sender\":\"é\",\"legs\":[],\"nonce\":1,\"flags\":[\"void\",\"imported\"],\"ts\":\"2026-01-01T00:00:00.5Z\"}",
  ]
  private static let neighbour =
    "{\"id\":\"ffffffffffffffff0000000000000001\",\"sender\":\"n\",\"legs\":[\(leg)],\"nonce\":1,\"ts\":1}"

  /// What a reader makes of a line, without where it stands.
  private struct Result: Equatable {
    var taken: [Transaction]
    var faults: [String]

    init(_ bytes: [UInt8], chunkBytes: Int = .max) throws {
      let read = try IngestorTests.read(bytes, chunkBytes: chunkBytes, format: .ndjson)
      taken = read.taken
      faults = read.dead.map { "\($0.fault) \($0.field) \($0.reason)" }
    }
  }

  @Test func `each form reads as alone`() throws {
    for payload in Self.payloads {
      let alone = try Result(Array(payload.utf8))
      let lines = try Result(Array("\(payload)\n\(payload)\n".utf8))
      #expect(alone.taken.count == 1, "\(payload): \(alone.faults)")
      #expect(lines.taken == alone.taken + alone.taken, "\(payload)")
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `a damaged line reads as alone and hinders no neighbour`(part: UInt64) throws {
    var random = SeededRandom(seed: part)
    let whole = Array(Self.payloads[Int(part)].utf8)
    let neighbour = try Result(Array(Self.neighbour.utf8))
    var takenCount = 0
    for round in 0..<3_000 {
      let line = random.mutated(
        whole, inserting: ["\\u0041", "\\", "  ", "\t", "\"", "{", "}", "é", "\u{0}", "00", "]"]
      ).map { $0 == 0x0A ? 0x20 : $0 }
      let alone = try Result(line)
      let block = Array("\(Self.neighbour)\n".utf8) + line + Array("\n\(Self.neighbour)\n".utf8)
      let among = try Result(block)
      let text = String(decoding: line, as: UTF8.self)
      let wanted = neighbour.taken + alone.taken + neighbour.taken
      #expect(among.taken == wanted, "part \(part), round \(round): \(text)")
      #expect(among.faults == alone.faults, "part \(part), round \(round): \(text)")
      takenCount += alone.taken.count
    }
    #expect(takenCount > 3)
  }

  @Test func `an instant of zero bytes is none, also as the first`() throws {
    let zeros = String(repeating: "\\u0000", count: 16) + ":00Z"
    let read = try Result(
      Array(Self.payloads[0].replacing("2026-01-01T23:59:59.000001Z", with: zeros).utf8))
    #expect(read.taken.isEmpty)
    #expect(read.faults.count == 1)
  }

  @Test func `a feed within an object ends its line`() throws {
    let parts = Self.payloads[0].split(separator: ",")
    for place in 1..<parts.count {
      let text =
        parts[..<place].joined(separator: ",") + ",\n" + parts[place...].joined(separator: ",")
      let read = try Result(Array((text + "\n").utf8))
      #expect(read.taken.isEmpty, "\(text)")
      #expect(read.faults.count == 2, "\(text)")
    }
  }

  @Test(arguments: [1, 7, 300, 40_000])
  func `blocks may be cut anywhere`(chunkBytes: Int) throws {
    let count = chunkBytes == 1 ? 40 : 1_500
    var lines: [String] = []
    let numbers = 16..<16 + count  // Behind the parents' own.
    for number in numbers {
      let digits = String(number, radix: 16)
      let id = String(repeating: "0", count: 32 - digits.count) + digits
      lines.append(Self.payloads[number % 3].replacing(Self.id, with: id))
    }
    let text = lines.joined(separator: "\n") + "\n"
    let read = try Result(Array(text.utf8), chunkBytes: chunkBytes)
    let isWhole = read.taken.map(\.id) == numbers.map { TransactionID(UInt128($0)) }
    #expect(isWhole)
    #expect(read.faults == [])
  }
}
