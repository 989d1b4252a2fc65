import Foundation
import OmniConfiguration
import OmniEncoding
import OmniIngestion
import OmniLedger
import OmniMoney
import OmniTestKit
import Testing

@Suite("PayloadMapping")
struct PayloadMappingTests {
  private static let transactions = SampleFiles.shared("transactions")

  private func mapping(_ name: String) throws -> PayloadMapping {
    let path = "\(SampleFiles.root)/Examples/mappings/\(name).yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return try PayloadMapping(ConfigurationValue(yaml: text, label: name))
  }

  private func sum(
    _ bytes: [UInt8], _ mapping: PayloadMapping
  ) throws -> (sums: [String: Int128], taken: Int, statistics: IngestStatistics) {
    var ingestor = Ingestor(ByteArraySource(bytes), mapping: mapping)
    var batch = TransactionBatch()
    var sums: [String: Int128] = [:]
    var taken = 0
    while try ingestor.fill(&batch, deadLetters: { _ in }) {
      for index in 0..<batch.count {
        let header = batch.header(index)
        let code = Currency(packedCode: header.asset, minorDigits: header.digits).code
        sums[code, default: 0] += header.amount
      }
      taken += batch.count
    }
    return (sums, taken, ingestor.statistics)
  }

  /// What a command writes to its output.
  private func output(_ command: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command) fails; make setup installs sqlite3")
    return String(decoding: data, as: UTF8.self)
  }

  /// The first `lines` lines of a packed file, and what SQLite's shell says of them.
  private func held(
    _ file: String, lines: Int, query: String
  ) throws -> (bytes: [UInt8], answer: String) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = folder.appendingPathComponent("t.csv").path
    _ = try output("gzip -dc '\(Self.transactions)/\(file)' | head -n \(lines) > '\(plain)'")
    let answer = try output(
      "printf '.mode csv\\n.import %s t\\n.mode list\\n%s\\n' '\(plain)' \"\(query)\" | sqlite3")
    return (Array(try Data(contentsOf: URL(fileURLWithPath: plain))), answer)
  }

  @Test(.enabled(if: SampleFiles.has(transactions), "there is no ../shared/data/transactions"))
  func `the card set sums to what SQLite's shell says`() throws {
    let (bytes, answer) = try held(
      "card_fraud_simulated_2018-04-01_05-30.csv.gz", lines: 40_001,
      query: "select count(*), sum(cast(round(tx_amount*100) as integer)) from t "
        + "where round(tx_amount*100) > 0;")
    let (sums, taken, statistics) = try sum(bytes, mapping("card"))

    #expect(answer == "\(taken)|\(sums["USD", default: 0])\n")
    #expect(statistics.records == 40_000)
  }

  @Test(.enabled(if: SampleFiles.has(transactions), "there is no ../shared/data/transactions"))
  func `the bank set sums to what SQLite's shell says`() throws {
    let (bytes, answer) = try held(
      "bank_synthetic_ca/transactions.csv.gz", lines: 20_000,
      query: "select currency, sum(cast(round(amount*100) as integer)) from t "
        + "where status = 'COMPLETED' group by currency order by currency;")
    let (sums, taken, statistics) = try sum(bytes, mapping("bank"))

    #expect(answer == "CAD|\(sums["CAD", default: 0])\nUSD|\(sums["USD", default: 0])\n")
    #expect(taken == 9_387)
    #expect(statistics.leftOut == 613)
  }

  @Test func `a mapping with a fault says where it is`() {
    let faults = [
      ("sender: [1]", "id"), ("id: {digest: \"{a}\"}\n", "namespace"),
      ("id: {digits: \"{a\"}\n", "digits"), ("colour: red\n", "colour"),
    ]
    for (text, wanted) in faults {
      let error = #expect(throws: ConfigurationError.self) {
        try PayloadMapping(ConfigurationValue(yaml: text, label: "m.yaml"))
      }
      #expect(error.map { "\($0)".contains(wanted) } == true, "\(text)")
    }
  }

  @Test func `a column that is not there is named`() throws {
    let card = try mapping("card")
    let error = #expect(throws: IngestFailure.self) { try sum(Array("a,b\n1,2\n".utf8), card) }
    #expect(error?.code == "ING-021")
  }
}
