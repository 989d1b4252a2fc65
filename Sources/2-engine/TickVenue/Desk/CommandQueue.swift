import OmniTime

/// Commands on their way to the venue, in the order in which they were sent: none overtakes another.
struct CommandQueue: ~Copyable {
  /// A command, and when it arrives.
  struct Sent: BitwiseCopyable {
    var command: TickCommand
    var arrivesAt: Timestamp
  }

  private var line = WaitingLine<Sent>()
  private var latest = Timestamp.distantPast

  /// When the next one arrives, or the distant future.
  var due: Timestamp { line.first?.arrivesAt ?? .distantFuture }

  mutating func append(_ command: TickCommand, at arrival: Timestamp) {
    latest = max(latest, arrival)
    line.append(Sent(command: command, arrivesAt: latest))
  }

  /// Takes the next one, or nil.
  mutating func take() -> TickCommand? { line.take()?.command }
}
