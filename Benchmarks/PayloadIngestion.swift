import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniPlatform

/// Payloads of `tx_gen.py`'s form from memory into batches, beside what simdjson alone needs.
public struct PayloadIngestion {
  /// How many payloads a run reads.
  public static let payloadCount = 600_000
  /// How many runs of each kind are made, in turn; the best counts.
  public static let runCount = 5

  private let bytes: [UInt8]

  /// Makes the payloads.
  public init() {
    var source = LedgerTransactions(accountCount: 10_000, seed: 7)
    bytes = Array(source.payloads(count: Self.payloadCount).utf8)
  }

  /// Reads with the ingestor and with the ceiling's loop in turn.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var ingested: Double = 0
    var ceiling: Double = 0
    let alone = PayloadCeiling(bytes)
    for _ in 0..<Self.runCount {
      ingested = max(ingested, try ingest())
      let start = Machine.threadCPUNanoseconds
      let count = alone.run()
      let nanoseconds = max(1, Machine.threadCPUNanoseconds - start)
      guard count == Self.payloadCount else { throw .wrongResult("\(count) documents") }
      ceiling = max(ceiling, Double(count) * 1e9 / Double(nanoseconds))
    }
    return [
      Figure("ingest_payloads_per_s", ingested, "payloads into transactions, a second of one core"),
      Figure("simdjson_ceiling_per_s", ceiling, "the same fields read by simdjson, nothing stored"),
      Figure("ingest_ceiling_ratio", ingested / ceiling, "the one divided by the other"),
      Figure(
        "payload_bytes", Double(bytes.count) / Double(Self.payloadCount), "bytes of a payload"),
    ]
  }

  private func ingest() throws(BenchmarkFailure) -> Double {
    var ingestor = Ingestor(ByteArraySource(bytes), format: .ndjson)
    var batch = TransactionBatch()
    var count = 0
    var dead = 0
    let start = Machine.threadCPUNanoseconds
    do throws(IngestFailure) {
      while try ingestor.fill(&batch, deadLetters: { _ in dead += 1 }) { count += batch.count }
    } catch {
      throw .failed("\(error)")
    }
    let nanoseconds = max(1, Machine.threadCPUNanoseconds - start)
    guard count == Self.payloadCount, dead == 0 else {
      throw .wrongResult("\(count) payloads, \(dead) dead letters")
    }
    return Double(count) * 1e9 / Double(nanoseconds)
  }
}
