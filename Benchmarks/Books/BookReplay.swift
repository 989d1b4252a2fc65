import OmniCollections
import OmniModel
import OmniOrderBooks
import OmniTickVenue
import OmniTime

/// Decoded events from memory through a book of price levels, in steps of 100 ms.
///
/// The peer is hftbacktest's empty strategy, which keeps two books, the venue's and the strategy's;
/// this keeps one. `omni bench mm` keeps two.
public struct BookReplay: ~Copyable {
  /// How many times it is replayed; the best counts.
  public static let runCount = 9

  private let ticks: RecordedTicks

  /// Reads the recording.
  public init(path: String) throws(BenchmarkFailure) {
    ticks = try RecordedTicks(path: path)
  }

  /// Replays several times; each time the book must come to the same levels.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var best: Measurement?
    var hash: UInt64?
    var steps = 0
    for _ in 0..<Self.runCount {
      var book = LevelBook()
      let run = Measurement.of { steps = ticks.tape.replay(into: &book, every: .milliseconds(100)) }
      guard hash == nil || hash == book.stateHash, book.bestBid != nil else {
        throw .wrongResult("another book; wanted that of the run before")
      }
      hash = book.stateHash
      if run.nanoseconds < best?.nanoseconds ?? .max { best = run }
    }
    guard let best else { throw .failed("no run") }
    return [
      Figure("events_per_cpu_s", best.perSecond(ticks.tape.count), "events a second of one core"),
      Figure("events", Double(ticks.tape.count), "levels and trades in the recording"),
      Figure("steps", Double(steps), "steps of 100 ms"),
      Figure("allocations", Double(best.allocations), "requests to the allocator, replaying"),
    ]
  }
}
