import OmniCollections
import OmniTime

/// Reports on their way, in the order in which they are heard.
struct ReportQueue: ~Copyable {
  private var reports = GrowingBuffer<TickReport>(capacity: 256)
  private var head = 0
  private var latest = Timestamp.distantPast

  /// How many are on their way.
  var count: Int { reports.count - head }

  /// When the next one is heard.
  var due: Timestamp { head < reports.count ? reports[head].receivedAt : .distantFuture }

  /// When a report that would be heard at `instant` is heard: none overtakes another.
  mutating func arrival(_ instant: Timestamp) -> Timestamp {
    latest = max(latest, instant)
    return latest
  }

  mutating func append(_ report: TickReport) { reports.append(report) }

  /// The next report that is heard by `instant`, or nil.
  mutating func take(until instant: Timestamp) -> TickReport? {
    guard head < reports.count, reports[head].receivedAt <= instant else { return nil }
    let report = reports[head]
    head += 1
    if head == reports.count {
      reports.removeAll()
      head = 0
    }
    return report
  }
}
