import Foundation
import OmniBacktest
import OmniKernel
import OmniPlatform
import OmniStorage
import Testing

/// Journals of the program's runs, whole, cut and damaged.
enum Journals {
  /// Runs a backtest of `bars` jumping bars with a journal, and gives the journal's folder.
  static func make(
    _ folder: String, bars: Int, name: String = "journal", _ more: [String] = []
  ) throws -> (journal: String, line: [String], digest: String) {
    let journal = "\(folder)/\(name)"
    let path = try BacktestCommandTests.file(folder, bars: bars)
    let line =
      BacktestCommandTests.line(path, "rsi-limit") + ["--json", "--journal", journal] + more
    let outcome = omni(line)
    try #require(outcome.code == 0, "\(outcome.messages)")
    return (journal, line, try digest(outcome))
  }

  static func digest(_ outcome: Outcome) throws -> String {
    try #require(try BacktestCommandTests.object(outcome.output)["digest"] as? String)
  }

  /// The segments' files, in order.
  static func segments(_ journal: String) throws -> [String] {
    try FileSystem.names(in: journal).filter { $0.hasPrefix("segment-") }.sorted()
      .map { "\(journal)/\($0)" }
  }

  /// How much of the first segment its writer has committed; 0 while there is none.
  static func committedBytes(_ journal: String) -> Int {
    guard let file = try? File("\(journal)/segment-00000000.omj", .read),
      let word = try? file.bytes(at: 56, count: 4), word.count == 4
    else { return 0 }
    return word.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) } & ~7
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    var reader = try FileReader(path)
    return try reader.readAll(limit: 1 << 28)
  }

  /// Leaves in `journal` what a run of `plan` over `bars` leaves that was killed after `count` bars.
  static func interrupt(_ whole: String, after count: Int, into journal: String) throws {
    var feed = try JournalFeed(DirectoryJournalStore(whole))
    let writer = try JournalWriter.create(
      DirectoryJournalStore(journal), JournalConfiguration(segmentBytes: 1 << 20, runID: 7))
    var options = Backtest.Options()
    options.barsPerProgress = 1
    do throws(Backtest.Failure) {
      _ = try Backtest.run(feed.plan, over: &feed, journal: writer, options: options) {
        $0 < count
      }
    } catch {
      guard case .interrupted = error else { throw error }
    }
  }
}
