import OmniTime

/// Reports on their way, in the order in which they are heard; they wait until they are taken.
struct ReportQueue: ~Copyable {
  private var line = WaitingLine<TickReport>()
  private var latest = Timestamp.distantPast

  /// When the next one is heard, or the distant future.
  var due: Timestamp { line.first?.receivedAt ?? .distantFuture }

  /// When a report that would be heard at `instant` is heard: none overtakes another.
  mutating func arrival(_ instant: Timestamp) -> Timestamp {
    latest = max(latest, instant)
    return latest
  }

  mutating func append(_ report: TickReport) { line.append(report) }

  /// The next report that is heard by `instant`, or nil.
  mutating func take(until instant: Timestamp) -> TickReport? {
    due <= instant ? line.take() : nil
  }
}
