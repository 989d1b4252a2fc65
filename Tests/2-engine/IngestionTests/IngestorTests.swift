import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniMoney
import OmniTestKit
import Testing

@Suite("Ingestor")
struct IngestorTests {
  static let full =
    "{\"id\":\"000000000000000000000000000000aa\",\"sender\":\"alice\",\"legs\":[{\"debit\":\"alice\","
    + "\"credit\":\"bob\",\"amount\":\"12.30\",\"asset\":\"USD\"}],\"nonce\":7,\"parents\":["
    + "\"00000000000000000000000000000002\",\"00000000000000000000000000000001\"],\"flags\":["
    + "\"pending\",\"linked\"],\"timeout_ms\":5000,\"ts\":\"2026-01-31T09:30:00.25Z\"}"
  static let plain = full.replacing(",\"linked\"", with: "")

  /// Everything that comes out of a text.
  static func read(
    _ text: String, chunkBytes: Int = .max, batchCount: Int = 4, format: PayloadFormat? = nil
  ) throws -> (taken: [Transaction], dead: [DeadLetter]) {
    try read(Array(text.utf8), chunkBytes: chunkBytes, batchCount: batchCount, format: format)
  }

  static func read(
    _ bytes: [UInt8], chunkBytes: Int = .max, batchCount: Int = 4, format: PayloadFormat? = nil
  ) throws -> (taken: [Transaction], dead: [DeadLetter]) {
    var ingestor = Ingestor(ByteArraySource(bytes, chunkBytes: chunkBytes), format: format)
    var batch = TransactionBatch(capacity: batchCount)
    var taken: [Transaction] = []
    var dead: [DeadLetter] = []
    while try ingestor.fill(&batch, deadLetters: { dead.append($0) }) {
      for index in 0..<batch.count { taken.append(Transaction(batch, at: index)) }
    }
    #expect(ingestor.statistics.taken == UInt64(taken.count))
    #expect(ingestor.statistics.dead == UInt64(dead.count))
    return (taken, dead)
  }

  // MARK: Examples

  @Test func `a payload with every field becomes its transaction`() throws {
    let (taken, dead) = try Self.read(Self.plain)

    var wanted = Transaction(
      id: TransactionID(0xAA), sender: AccountKey(name: "alice"),
      legs: [
        TransferLeg(
          debit: AccountKey(name: "alice"), credit: AccountKey(name: "bob"), amount: 1_230,
          asset: Currency.usd.packedCode, digits: 2)
      ], nonce: 7, timestamp: 1_769_851_800_250_000_000)
    wanted.parents = [TransactionID(1), TransactionID(2)]
    wanted.flags = .pending
    wanted.timeoutMilliseconds = 5_000
    #expect(taken == [wanted])
    #expect(dead.isEmpty)
  }

  @Test func `each fault has its code and its field, and hinders nobody else`() throws {
    let good = Self.plain
    let cases: [(String, DeadLetter.Fault, String)] = [
      ("{", .syntax, ""), ("[1]", .type, ""), ("7", .type, ""), ("{}", .missingKey, "id"),
      (good + "x", .syntax, ""), (good + good, .trailing, ""),
      (good.replacing("\"nonce\"", with: "\"nounce\""), .unknownKey, ""),
      (good.replacing("\"debit\"", with: "\"sender\""), .unknownKey, "legs"),
      (good.replacing("\"nonce\":7", with: "\"nonce\":7,\"nonce\":7"), .doubledKey, "nonce"),
      (good.replacing("\"credit\"", with: "\"debit\""), .doubledKey, "debit"),
      (good.replacing("\"nonce\":7,", with: ""), .missingKey, "nonce"),
      (good.replacing("\"asset\":\"USD\"", with: "\"amount\":\"1\""), .doubledKey, "amount"),
      (good.replacing("\"12.30\"", with: "12.30"), .type, "amount"),
      (good.replacing("\"nonce\":7", with: "\"nonce\":-7"), .type, "nonce"),
      (good.replacing("\"nonce\":7", with: "\"nonce\":7.0"), .type, "nonce"),
      (good.replacing("\"nonce\":7", with: "\"nonce\":18446744073709551616"), .type, "nonce"),
      (good.replacing("5000", with: "4294967296"), .type, "timeout_ms"),
      (good.replacing("aa\"", with: "\""), .identifier, "id"),
      (
        good.replacing(
          "\"000000000000000000000000000000aa\"", with: "\"\(String(repeating: "0", count: 32))\""),
        .identifier, "id"
      ),
      (good.replacing("\"sender\":\"alice\"", with: "\"sender\":\"  \""), .name, "sender"),
      (good.replacing("\"bob\"", with: "\"b\\u0000b\""), .name, "credit"),
      (good.replacing("12.30", with: "12.305"), .amount, "amount"),
      (good.replacing("12.30", with: "0.00"), .amount, "amount"),
      (good.replacing("12.30", with: "-1"), .amount, "amount"),
      (good.replacing("12.30", with: "1e5"), .amount, "amount"),
      (good.replacing("12.30", with: "1."), .amount, "amount"),
      (good.replacing("12.30", with: ".5"), .amount, "amount"),
      (good.replacing("12.30", with: String(repeating: "9", count: 40)), .amount, "amount"),
      (good.replacing("\"USD\"", with: "\"NOPE\""), .asset, "asset"),
      (good.replacing("\"pending\"", with: "\"pending\",\"pending\""), .flag, "flags"),
      (good.replacing("\"pending\"", with: "\"fast\""), .flag, "flags"),
      (good.replacing("2026-01-31T", with: "2026-02-31T"), .instant, "ts"),
      (good.replacing("00.25Z", with: "00.25"), .instant, "ts"),
      (good.replacing("0002\"", with: "0001\""), .parent, "parents"),
      (good.replacing("\"nonce\"", with: "\"sig\":\"00\",\"nonce\""), .signature, "sig"),
    ]
    for (text, fault, field) in cases {
      let (taken, dead) = try Self.read(text + "\n" + good + "\n", format: .ndjson)
      #expect(taken.count == 1, "\(text)")
      #expect(dead.count == 1, "\(text)")
      #expect(dead.first?.fault == fault, "\(text): \(dead.first.map { "\($0)" } ?? "")")
      #expect(dead.first?.field == field, "\(text)")
      #expect(dead.first?.line == 1)
    }
  }

  @Test func `every truncation of a payload is a dead letter`() throws {
    let bytes = Array(Self.plain.utf8)
    for count in 1..<bytes.count {
      let (taken, dead) = try Self.read(Array(bytes[..<count]), format: .ndjson)
      #expect(taken.isEmpty && dead.count == 1, "\(count) bytes")
    }
  }

  @Test func `lines, an array and a table say the same, however the bytes come`() throws {
    let lines = (1...9).map { number in
      Self.plain.replacing("0000aa\"", with: "0000b\(number)\"").replacing(
        "\"nonce\":7", with: "\"nonce\":\(number)")
    }
    let rows = (1...9).map { number in
      "000000000000000000000000000000b\(number),alice,alice,bob,12.30,usd,\(number),"
        + "00000000000000000000000000000002 00000000000000000000000000000001,pending,5000,"
        + "2026-01-31T09:30:00.25Z"
    }
    let forms = [
      lines.joined(separator: "\n"), "\u{FEFF}" + lines.joined(separator: "\r\n\r\n") + "\r\n",
      "[" + lines.joined(separator: ",") + "]",
      " [\n" + lines.map { $0.replacing(",\"", with: ",\n\"") }.joined(separator: " ,\n") + "\n]\n",
      "id,sender,debit,credit,amount,asset,nonce,parents,flags,timeout_ms,ts\n"
        + rows.joined(separator: "\n") + "\n",
    ]
    let wanted = try Self.read(forms[0]).taken
    #expect(wanted.count == 9)
    for (place, form) in forms.enumerated() {
      for chunkBytes in [1, 7, 64, 4_096, .max] {
        let (taken, dead) = try Self.read(form, chunkBytes: chunkBytes)
        #expect(taken == wanted && dead.isEmpty, "form \(place), chunks of \(chunkBytes)")
        // With the form known, nothing is looked at before, and an array is read in its place.
        let known: PayloadFormat = place < 2 ? .ndjson : place < 4 ? .array : .csv
        let told = try Self.read(form, chunkBytes: chunkBytes, format: known)
        #expect(told.taken == wanted && told.dead.isEmpty, "form \(place), told")
      }
    }
  }

  @Test func `a record above a mebibyte is dead, and the next is read`() throws {
    for mebibytes in [1, 3] {
      for chunkBytes in [50_000, Int.max] {
        let long = "{\"id\":\"" + String(repeating: "x", count: mebibytes << 20) + "\"}"
        let (taken, dead) = try Self.read(
          long + "\n" + Self.plain + "\n", chunkBytes: chunkBytes, format: .ndjson)
        #expect(taken.count == 1)
        #expect(dead.map(\.fault) == [.tooLong])
        #expect(dead.first?.byteOffset == 0 && dead.first?.line == 1)
        let array = try Self.read(
          "[" + long + "," + Self.plain + "]", chunkBytes: chunkBytes, format: .array)
        #expect(array.taken.count == 1)
        #expect(array.dead.map(\.fault) == [.tooLong])
      }
    }
  }

  @Test func `an array that is none is refused`() {
    for text in ["[", "[" + Self.plain, "[" + Self.plain + "]x"] {
      #expect(throws: IngestFailure.self, "\(text.prefix(20))") { try Self.read(text) }
    }
  }

  @Test func `amounts are exact in every asset`() throws {
    let cases: [(String, String, Int128)] = [
      ("7", "JPY", 7), ("7.00", "JPY", 7), ("0.01", "USD", 1), ("007.5", "USD", 750),
      ("1.000000000000000001", "ETH", 1_000_000_000_000_000_001),
      ("1", "ETH", 1_000_000_000_000_000_000),
      ("42535295865117307932921825928971026.432", "KWD", 1 << 125),
    ]
    for (text, asset, units) in cases {
      let payload = Self.plain.replacing("12.30", with: text).replacing("USD", with: asset)
      #expect(try Self.read(payload).taken.first?.legs.first?.amount == units, "\(text) \(asset)")
    }
  }

  // MARK: Linked groups

  private func member(_ number: Int, linked: Bool) -> String {
    let digits = number < 10 ? "0\(number)" : "\(number)"
    let text = Self.plain.replacing("0000aa\"", with: "0000\(digits)\"")
      .replacing("\"nonce\":7", with: "\"nonce\":\(number)")
    return linked ? text.replacing("\"pending\"", with: "\"pending\",\"linked\"") : text
  }

  @Test func `a linked group is never parted between two batches`() throws {
    let lines = (1...12).map { member($0, linked: $0 % 3 != 0) }
    var ingestor = Ingestor(ByteArraySource(lines.joined(separator: "\n")))
    var batch = TransactionBatch(capacity: 4)
    var sizes: [Int] = []
    while try ingestor.fill(&batch, deadLetters: { _ in Issue.record("a dead letter") }) {
      sizes.append(batch.count)
      #expect(!batch.header(batch.count - 1).flags.contains(.linked))
    }
    #expect(sizes == [3, 3, 3, 3])
  }

  @Test func `a group with a dead member, or longer than a batch, is dead as a whole`() throws {
    let broken = [
      member(1, linked: true), "{\"flags\":[\"linked\"]}", member(3, linked: false),
      member(4, linked: false),
    ]
    let (taken, dead) = try Self.read(broken.joined(separator: "\n"))
    #expect(taken.map(\.nonce) == [4])
    #expect(dead.count == 3)
    let long = (1...6).map { member($0, linked: $0 < 6) } + [member(7, linked: false)]
    let result = try Self.read(long.joined(separator: "\n"))
    #expect(result.taken.map(\.nonce) == [7])
    #expect(result.dead.count == 6)
    #expect(result.dead.allSatisfy { $0.fault == .group })
  }
}
