import OmniCollections
import OmniTime

/// Commands on their way to the venue, in the order in which they were sent: none overtakes another.
struct CommandQueue: ~Copyable {
  /// A command, and when it arrives.
  struct Sent: BitwiseCopyable {
    var command: TickCommand
    var arrivesAt: Timestamp
  }

  private var commands = GrowingBuffer<Sent>(capacity: 64)
  private var head = 0
  private var latest = Timestamp.distantPast

  /// Whether none is on its way.
  var isEmpty: Bool { head == commands.count }

  /// When the next one arrives.
  var due: Timestamp { isEmpty ? .distantFuture : commands[head].arrivesAt }

  mutating func append(_ command: TickCommand, at arrival: Timestamp) {
    latest = max(latest, arrival)
    commands.append(Sent(command: command, arrivesAt: latest))
  }

  /// Takes the next one.
  ///
  /// - Precondition: there is one.
  mutating func take() -> TickCommand {
    let sent = commands[head]
    head += 1
    if isEmpty {
      commands.removeAll()
      head = 0
    }
    return sent.command
  }
}
