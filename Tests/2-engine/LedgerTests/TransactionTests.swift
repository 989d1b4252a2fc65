import Foundation
import OmniCrypto
import OmniLedger
import OmniMoney
import OmniTestKit
import Testing

@Suite("Transaction")
struct TransactionTests {
  private struct Vector: Decodable {
    struct Movement: Decodable {
      let debit: String
      let credit: String
      let minor: String
      let asset: String
      let digits: UInt8
    }
    let id: String
    let sender: String
    let nonce: UInt64
    let ts: Int64
    let flags: [String]
    let timeout_ms: UInt32
    let parents: [String]
    let legs: [Movement]
    let seed: String?
    let sig: String?
    let public_key: String?
    let canonical: String
    let sha256: String
  }

  private static func vectors() throws -> [Vector] {
    let path = "\(SampleFiles.root)/Fixtures/ledger/transactions.json"
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try JSONDecoder().decode([Vector].self, from: data)
  }

  private func transaction(_ vector: Vector) throws -> Transaction {
    let legs = try vector.legs.map { leg in
      TransferLeg(
        debit: AccountKey(name: leg.debit), credit: AccountKey(name: leg.credit),
        amount: try #require(Int128(leg.minor)),
        asset: try #require(Currency(code: leg.asset, minorDigits: leg.digits)).packedCode,
        digits: leg.digits)
    }
    var transaction = Transaction(
      id: try #require(TransactionID(hexadecimal: vector.id)),
      sender: AccountKey(name: vector.sender), legs: legs, nonce: vector.nonce,
      timestamp: vector.ts)
    transaction.parents = try vector.parents.map { try #require(TransactionID(hexadecimal: $0)) }
      .sorted()
    for name in vector.flags {
      let flag = try #require(TransactionFlags.names.first { $0.name == name })
      transaction.flags.insert(flag.flag)
    }
    transaction.timeoutMilliseconds = vector.timeout_ms
    return transaction
  }

  @Test func `the canonical form, digest and signature are those of another implementation`() throws
  {
    let vectors = try Self.vectors()
    #expect(vectors.count == 8)
    for vector in vectors {
      var transaction = try transaction(vector)
      if let seed = vector.seed {
        let bytes = try #require(Digest256(hexadecimal: seed)).bytes
        let secret = try #require(Ed25519.SecretKey(seed: bytes))
        #expect(secret.publicKey.hexadecimal == vector.public_key)
        transaction.sign(with: secret)
        let signature = try #require(transaction.signature).flatMap { word in
          (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        }
        #expect(hex(signature) == vector.sig)
        #expect(secret.publicKey.verifies(signature, transaction.signedBytes))
      }
      #expect(hex(transaction.canonicalBytes) == vector.canonical)
      #expect("\(transaction.digest)" == vector.sha256)
    }
  }

  @Test func `a batch gives back the transactions that it took`() throws {
    var batch = TransactionBatch(capacity: 8)
    let transactions = try Self.vectors().map(transaction)
    for (index, transaction) in transactions.enumerated() {
      batch.append(transaction, origin: UInt64(index))
    }
    for (index, transaction) in transactions.enumerated() {
      #expect(Transaction(batch, at: index) == transaction)
      #expect(batch.origin(index) == UInt64(index))
    }
    #expect(batch.isFull == (transactions.count == 8))
  }

  @Test func `a header is 128 bytes without gaps`() {
    #expect(MemoryLayout<TransactionHeader>.size == 128)
    #expect(MemoryLayout<TransactionHeader>.stride == 128)
    #expect(MemoryLayout<AccountState>.size == 64)
  }

  @Test func `an identifier is 32 digits, with or without hyphens`() {
    let plain = TransactionID(hexadecimal: "00112233445566778899AABBCCDDEEFF")
    let id = TransactionID(hexadecimal: "00112233-4455-6677-8899-aabbccddeeff")
    #expect(id == plain)
    #expect(id.map { "\($0)" } == "00112233445566778899aabbccddeeff")
    for text in ["", "1", "00112233445566778899aabbccddeef", "g0112233445566778899aabbccddeeff"] {
      #expect(TransactionID(hexadecimal: text) == nil)
    }
    #expect(TransactionID(hexadecimal: "00112233445566778899aabbccddeeff0") == nil)
  }

  @Test func `every verdict has a code of its own`() {
    let codes = Verdict.allCases.map(\.code)
    #expect(Set(codes).count == codes.count)
    for code in [
      "accepted", "exists", "exists_with_different_amount", "exists_with_different_timeout_ms",
      "exists_with_different_ts", "exists_with_different_sig", "parent_unknown",
      "parent_rejected", "cycle", "nonce_gap", "nonce_conflict", "insufficient_funds",
      "unknown_account", "asset_mismatch", "overflow", "bad_signature", "linked_failed",
    ] {
      #expect(codes.contains(code))
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
