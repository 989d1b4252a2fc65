import OmniKernel
public import OmniModel
import OmniMoney
import OmniPlatform
import OmniStorage
import OmniTime

/// Records out of a journal: read, checked, decoded.
public struct JournalReplay {
  /// How many bars the journal holds.
  public static let barCount = 1_000_000
  /// How many times it is read; the best counts.
  public static let runCount = 5

  private let bars: [Bar]

  /// Takes the bars that are written again and again until there are enough.
  public init(_ bars: [Bar]) throws(BenchmarkFailure) {
    if bars.isEmpty { throw .failed("no bars; wanted at least one") }
    self.bars = bars
  }

  /// Writes a journal once, and reads it several times.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    do {
      let folder = try FileSystem.makeTemporaryDirectory("omni-bench")
      defer { try? FileSystem.removeDirectory(folder) }
      let wanted = try write(folder)
      var best: Measurement?
      for _ in 0..<Self.runCount {
        let run = try read(folder, wanted)
        if run.nanoseconds < best?.nanoseconds ?? .max { best = run }
      }
      guard let best else { throw BenchmarkFailure.failed("no run") }
      return [
        Figure("events_per_s", best.perSecond(Self.barCount), "records a second, read and checked"),
        Figure("events", Double(Self.barCount), "records in the journal"),
      ]
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  /// Writes the journal, and gives the sum of the closes.
  private func write(_ folder: String) throws -> Int64 {
    var writer = try JournalWriter.create(
      DirectoryJournalStore(folder), try JournalConfiguration(runID: 1))
    var sum: Int64 = 0
    for index in 0..<Self.barCount {
      let bar = bars[index % bars.count]
      _ = try writer.append(
        kind: RecordKind.barClosed.rawValue, version: 1,
        time: Timestamp(nanoseconds: Int64(index)), payload: BarRecord(bar))
      sum &+= bar.close.ticks  // A checksum wraps by design.
    }
    try writer.close()
    return sum
  }

  private func read(_ folder: String, _ wanted: Int64) throws -> Measurement {
    var reader = JournalReader(DirectoryJournalStore(folder))
    var sum: Int64 = 0
    var count = 0
    let measurement = try Measurement.of {
      while try reader.next() != nil {
        sum &+= try Bar(decoding: &reader).close.ticks  // A checksum wraps by design.
        count += 1
      }
    }
    guard sum == wanted, count == Self.barCount else {
      throw BenchmarkFailure.wrongResult("\(count) records; wanted \(Self.barCount)")
    }
    return measurement
  }
}
