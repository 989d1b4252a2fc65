import Foundation
import OmniSimulations
import Testing

@Suite struct KillProofTests {
  @Test(.enabled(if: isBuilt, "the program is not built: swift build --product omni"))
  func `the program loses nothing when it is killed`() throws {
    var settings = KillProof.Settings(program: program, kills: 10, seed: 1)
    settings.rows = 3_000

    let report = try KillProof.run(settings)

    #expect(report.kills >= 10)
    #expect(report.middle > 0)
    #expect(report.ledgers > 0)
  }

  @Test(.enabled(if: isBuilt, "the program is not built: swift build --product omni"))
  func `a ledger loses nothing acknowledged when its program is killed`() throws {
    let report = try LedgerKillProof.run(
      program: program, kills: 20, seed: 1, transactionCount: 6_000)

    #expect(report.kills == 20)
    #expect(report.underLoad >= 10)
  }
}

private var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }

/// The program of the build that this test belongs to.
private var program: String {
  var folder = URL(fileURLWithPath: #filePath)
  repeat {
    folder = folder.deletingLastPathComponent()
  } while folder.path != "/"
    && !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
  return folder.appendingPathComponent(".build/debug/omni").path
}
