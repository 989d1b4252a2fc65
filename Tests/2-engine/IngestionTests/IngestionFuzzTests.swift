import Foundation
import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniTestKit
import Testing

/// Fifty thousand damaged payloads: none traps, none passes that Foundation's parser refuses.
@Suite("Ingestor: fuzz")
struct IngestionFuzzTests {
  private static let pieces = [
    "\"id\":", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "null", "true", "1e999", "-0",
    "99999999999999999999", "\"legs\":[]", "\"nonce\":1,", "\u{FEFF}", "é", "\u{0}",
  ]

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `damaged payloads are refused or right`(part: UInt64) throws {
    var random = SeededRandom(seed: part)
    let whole = Array(IngestorTests.plain.utf8)
    var takenCount = 0
    for round in 0..<10_000 {
      let bytes = damaged(whole, &random, round)
      let line = bytes.map { $0 == 0x0A ? UInt8(0x20) : $0 }
      let (taken, dead) = try IngestorTests.read(line, format: .ndjson)
      #expect(taken.count + dead.count <= 1, "part \(part), round \(round)")
      guard let transaction = taken.first else { continue }
      takenCount += 1
      let isRight = isTaken(line, as: transaction)
      #expect(isRight, "part \(part), round \(round): \(String(decoding: line, as: UTF8.self))")
    }
    #expect(takenCount > 20)
  }

  private func damaged(
    _ whole: [UInt8], _ random: inout SeededRandom, _ round: Int
  ) -> [UInt8] {
    switch round % 500 {
    case 0: return Array(repeating: 0x5B, count: 10_000)
    case 1: return Array("{\"legs\":".utf8) + Array(repeating: 0x5B, count: 10_000)
    case 2: return Array("{\"id\":".utf8) + Array(repeating: 0x7B, count: 10_000)
    case 3 where round < 500: return [0x22] + Array(repeating: 0x61, count: 10_000_000) + [0x22]
    case 4: return Array(whole.prefix(Int(random.below(UInt64(whole.count)))))
    case 5: return whole.map { random.below(40) == 0 ? UInt8(0x80 | random.below(128)) : $0 }
    default: return random.mutated(whole, inserting: Self.pieces)
    }
  }

  /// Whether a parser that knows nothing of ours finds the same object with the same main fields.
  private func isTaken(_ line: [UInt8], as transaction: Transaction) -> Bool {
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
      let id = object["id"] as? String, let sender = object["sender"] as? String,
      let legs = object["legs"] as? [[String: Any]]
    else { return false }
    let known: Set<String> = [
      "id", "sender", "legs", "nonce", "parents", "flags", "timeout_ms", "ts", "sig",
    ]
    guard Set(object.keys).isSubset(of: known), legs.count == transaction.legs.count else {
      return false
    }
    for leg in legs where Set(leg.keys) != ["debit", "credit", "amount", "asset"] { return false }
    let name = sender.trimmingCharacters(in: CharacterSet(charactersIn: " "))
    return TransactionID(hexadecimal: id) == transaction.id
      && AccountKey(name: name) == transaction.sender
      && (object["nonce"] as? NSNumber)?.uint64Value == transaction.nonce
  }
}
