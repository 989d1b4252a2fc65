import Foundation
import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("BarFile")
struct BarFileTests {
  @Test func `what was written is loaded again, byte for byte`() throws {
    try inFolder { folder in
      let terms = try perpetual()
      for seed in UInt64(0)..<5 {
        var random = SeededRandom(seed: seed)
        let bars = randomBars(&random)
        let path = folder + "/bars.csv"
        try BarFile.write(bars, terms: terms, path: path)
        let loaded = try BarFile.load(path: path, instrument: InstrumentID(2), terms: terms)
        #expect(loaded.bars == bars, "seed \(seed)")
        #expect(loaded.facts.rows == bars.count && loaded.facts.bars == bars.count)
        #expect(loaded.facts.first == bars.first?.closedAt)
        #expect(loaded.facts.last == bars.last?.closedAt)
        #expect(Int(loaded.facts.bytes) == BarFile.text(of: bars, terms: terms).count)
      }
    }
  }

  @Test func `canonical text has the tick's decimals`() throws {
    let text = try BarFile.text(of: [bar(60, 1_000)], terms: perpetual())
    #expect(
      String(decoding: text, as: UTF8.self)
        == "ts_ns,open,high,low,close,volume\n60,100.0,100.0,100.0,100.0,0.0007\n")
  }

  @Test func `a name without a file, a folder and a locked file have codes of their own`() throws {
    try inFolder { folder in
      #expect(code(folder + "/none.csv") == .missingFile)
      #expect(code(folder) == .directory)
      let locked = folder + "/locked.csv"
      try Data("ts_ns\n".utf8).write(to: URL(fileURLWithPath: locked))
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
      // Root may read everything, so there the file is merely wrong.
      #expect([.noPermission, .missingColumn].contains(try #require(code(locked))))
      let missing = #expect(throws: ImportError.self) {
        try BarImporter.importFile(path: folder + "/none.csv")
      }
      #expect(missing?.code == "BAR-001")
    }
  }

  @Test func `compressed bars are loaded, and a cut-off file is refused`() throws {
    try inFolder { folder in
      let whole = folder + "/bars.csv.gz"
      try Data(compressed).write(to: URL(fileURLWithPath: whole))
      let bars = try BarFile.load(path: whole, instrument: InstrumentID(0), terms: perpetual()).bars
      #expect(bars.map(\.closedAt.nanoseconds) == [60, 120])

      for count in [3, 20, compressed.count - 9, compressed.count - 1] {
        let cut = folder + "/cut-\(count).csv.gz"
        try Data(compressed.prefix(count)).write(to: URL(fileURLWithPath: cut))
        #expect(code(cut) == .damagedCompression, "\(count) bytes")
      }
      var damaged = compressed
      damaged[damaged.count - 6] ^= 0xFF
      let path = folder + "/damaged.csv.gz"
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      #expect(code(path) == .damagedCompression)
    }
  }

  @Test func `rows that are wrong are set aside on request`() throws {
    try inFolder { folder in
      let path = folder + "/bars.csv"
      let text = "ts_ns,open,high,low,close,volume\n60,1,1,1,1,1\n50,1,1,1,1,1\n70,1,1,1,1,1\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      var lines: [Int] = []
      let loaded = try BarFile.load(path: path, instrument: InstrumentID(0), terms: perpetual()) {
        lines.append($0.line)
      }
      #expect(loaded.bars.count == 2 && lines == [3])
      #expect(loaded.facts.quarantined == [.timeGoesBack: 1])
      #expect(code(path) == .timeGoesBack)
    }
  }
}

// MARK: - Words for the tests

/// Two bars, as `gzip -9n` packs them.
private let compressed: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2B, 0x29, 0x8E, 0xCF,
  0x2B, 0xD6, 0xC9, 0x2F, 0x48, 0xCD, 0xD3, 0xC9, 0xC8, 0x4C, 0xCF, 0xD0, 0xC9, 0xC9,
  0x2F, 0xD7, 0x49, 0xCE, 0xC9, 0x2F, 0x4E, 0xD5, 0x29, 0xCB, 0xCF, 0x29, 0xCD, 0x4D,
  0xE5, 0x32, 0x33, 0xD0, 0x31, 0x84, 0x41, 0x2E, 0x43, 0x23, 0x64, 0x1E, 0x00, 0xBC,
  0xA4, 0xFE, 0x32, 0x3C, 0x00, 0x00, 0x00,
]

private func perpetual() throws -> InstrumentTerms {
  try InstrumentCatalogue.builtIn.instrument("btc-perp").terms
}

private func code(_ path: String) -> BarFileError.Code? {
  do {
    _ = try BarFile.load(path: path, instrument: InstrumentID(0), terms: perpetual())
    return nil
  } catch {
    return (error as? BarFileError)?.code
  }
}

private func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-bars")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

private func bar(_ nanoseconds: Int64, _ ticks: Int64) -> Bar {
  let price = Price(ticks: ticks)
  return Bar(
    instrument: InstrumentID(2), closedAt: Timestamp(nanoseconds: nanoseconds),
    prices: OpenHighLowClose(open: price, high: price, low: price, close: price), volume: 7)
}

private func randomBars(_ random: inout SeededRandom) -> [Bar] {
  var time: Int64 = -1_000
  return (0..<200).map { _ in
    time += Int64.random(in: 1...1_000_000_000_000, using: &random)
    return bar(time, Int64.random(in: -1_000_000...1_000_000, using: &random))
  }
}
