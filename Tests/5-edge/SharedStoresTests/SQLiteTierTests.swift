import Foundation
import OmniPlatform
import OmniQueryCache
import OmniSQLite
import OmniSharedStores
import OmniTime
import Testing

@Suite("Queries with a second tier in a file")
struct SQLiteTierTests {
  @Test("it does what every second tier has to, and has its entries after a restart")
  func conformance() async throws {
    let folder = NSTemporaryDirectory() + "omni-tier-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/tier.sqlite"
    do {
      let tier = try SQLiteTier(SQLiteDatabase(.file(path)), clock: SystemClock())
      try await checkTier(tier)
    }
    let again = try SQLiteTier(SQLiteDatabase(.file(path)), clock: SystemClock())
    let answer = try await again.read(keys: ["a\u{1F}x"], stamps: ["s"])
    #expect(answer.entries[0]?.bytes == [0, 1, 0x1F, 255] && answer.stamps == [2])
  }
}
