import OmniBus
import OmniClocks
import OmniRedis
import OmniTime

/// What the thread of a ``RedisStreamSubscriber`` does.
final class StreamConsumer {
  typealias Status = RedisStreamSubscriber.Status

  /// Who is told.
  struct Listener {
    let counts: SubscriberCounts
    let status: @Sendable (Status) -> Void
    let event: @Sendable (BusEvent) -> Void

    /// Hands an event to the handler.
    func deliver(_ event: BusEvent) {
      self.event(event)
      counts.change { counters in
        counters.delivered += 1
        counters.position = event.sequence
      }
    }
  }

  private let link: RedisLink
  private let start: RedisStreamSubscriber.Start
  private let configuration: RedisStreamSubscriber.Configuration
  private let listener: Listener
  private let stop: StopSignal
  private let replayStream: String
  private var order: EventOrder
  /// The ids of the last entries that were read.
  private var lastID = "0-0"
  private var lastReplayID = "0-0"
  /// The gap that was told and is not closed.
  private var gap: ClosedRange<UInt64>?
  /// When to ask for what is missing, at the latest.
  private var askAt = MonotonicInstant.origin
  /// What was the next event when it was asked.
  private var asked: UInt64?
  private var wasConnected = false

  init(
    _ link: RedisLink, _ start: RedisStreamSubscriber.Start,
    _ configuration: RedisStreamSubscriber.Configuration, _ listener: Listener, _ stop: StopSignal
  ) {
    self.link = link
    self.start = start
    self.configuration = configuration
    self.listener = listener
    self.stop = stop
    replayStream = configuration.names.replay(configuration.name)
    order = EventOrder(heldMax: configuration.heldMax)
  }

  /// Reads until the thread is to end.
  func run() {
    var isAway = false
    while !stop.isSet {
      do throws(BridgeFailure) {
        guard let connection = try link.connect() else { break }
        try begin(connection)
        isAway = false
        while !stop.isSet { try read(connection) }
      } catch {
        link.fail()
        listener.counts.change { counters in
          counters.lastError = error
          counters.isConnected = false
        }
        if !isAway, !stop.isSet { listener.status(.disconnected(error)) }
        isAway = true
      }
    }
    listener.counts.change { $0.isConnected = false }
  }

  // MARK: Reading

  private func begin(_ connection: RedisConnection) throws(BridgeFailure) {
    // What was sent to an earlier subscriber of the name, or before the connection was lost: what
    // is still missing is asked for again.
    _ = try run(RedisCommand("DEL", replayStream), connection)
    lastReplayID = "0-0"
    let wasConnected = wasConnected
    if !wasConnected {
      switch start {
      case .after(let sequence): try begin(after: sequence)
      case .newest:
        let last = try StreamID.last(of: configuration.names.events, connection)
        if let last { try begin(after: last) }
      }
      self.wasConnected = true
    }
    link.confirm()
    listener.counts.change { counters in
      counters.isConnected = true
      if wasConnected { counters.reconnects += 1 }
    }
    // Who was asked may have forgotten.
    askAt = .origin
    listener.status(.connected)
  }

  private func begin(after sequence: UInt64) throws(BridgeFailure) {
    guard sequence < .max else { throw .foreignID(StreamID.text(sequence)) }
    do throws(SequenceTracker.Failure) {
      try order.begin(after: sequence)
    } catch {
      // There is one source, and room for one.
      throw .foreignID(error.description)
    }
    lastID = StreamID.text(sequence)
    listener.counts.change { $0.position = sequence }
  }

  private func read(_ connection: RedisConnection) throws(BridgeFailure) {
    // With no room behind a gap, only what closes it is read.
    let isFull = order.room < configuration.readMax && order.missing != nil
    let streams =
      isFull
      ? [replayStream, lastReplayID]
      : [configuration.names.events, replayStream, lastID, lastReplayID]
    let command = RedisCommand(
      "XREAD",
      [
        "COUNT", "\(configuration.readMax)", "BLOCK",
        "\(configuration.block.nanoseconds / 1_000_000)", "STREAMS",
      ] + streams)
    let timeout = configuration.connection.timeout + configuration.block
    var reading: StreamReading
    do throws(RedisFailure) {
      reading = try StreamReading(try connection.run(command, timeout: timeout))
    } catch {
      throw .redis(error)
    }
    for (stream, id, fields) in reading.entries {
      if stop.isSet { return }
      if stream == replayStream {
        lastReplayID = id
        takeReplay(id, fields)
      } else {
        lastID = id
        take(id, fields)
      }
    }
    try mendGaps(connection)
  }

  private func run(
    _ command: RedisCommand, _ connection: RedisConnection
  ) throws(BridgeFailure) -> RedisReply {
    do throws(RedisFailure) {
      return try connection.run(command)
    } catch {
      throw .redis(error)
    }
  }

  // MARK: Entries

  private func take(_ id: String, _ fields: [RedisReply]) {
    do throws(BridgeFailure) {
      let sequence = try StreamID.sequence(id)
      do throws(BridgeFailure) {
        guard case .event(let event) = try StreamEntry(id: id, fields) else {
          throw .damaged(place: id, .empty)
        }
        guard event.sequence == sequence else {
          throw .damaged(place: id, .otherNumber(event.sequence))
        }
        accept(event)
      } catch {
        order.note(exists: sequence)
        throw error
      }
    } catch {
      note(damage: error)
    }
  }

  private func takeReplay(_ id: String, _ fields: [RedisReply]) {
    do throws(BridgeFailure) {
      switch try StreamEntry(id: id, fields) {
      case .event(let event): accept(event)
      case .outOfReach(let oldest, _): giveUp(before: oldest)
      // One answer does not hold everything; but who was given nothing waits before it asks again.
      case .done: if order.next != asked { askAt = .origin }
      }
    } catch {
      note(damage: error)
    }
  }

  private func accept(_ event: BusEvent) {
    let listener = listener
    do throws(SequenceTracker.Failure) {
      if try !order.take(event, { listener.deliver($0) }) {
        listener.counts.change { $0.duplicates += 1 }
      }
    } catch {
      // As many wait as may: it is asked for when it is its turn.
      order.note(exists: event.sequence)
    }
  }

  private func giveUp(before oldest: UInt64) {
    let listener = listener
    var lost: ClosedRange<UInt64>?
    do throws(SequenceTracker.Failure) {
      lost = try order.giveUp(before: oldest) { listener.deliver($0) }
    } catch {
      // No more events wait than the tracker can keep: it held them all before.
      return
    }
    guard let lost else { return }
    if let gap {
      self.gap = gap.upperBound > lost.upperBound ? lost.upperBound + 1...gap.upperBound : nil
    }
    listener.counts.change { $0.lost += UInt64(lost.count) }
    listener.status(.outOfReach(lost: lost, oldest: oldest))
  }

  private func note(damage: BridgeFailure) {
    listener.counts.change { counters in
      counters.damaged += 1
      counters.lastError = damage
    }
    listener.status(.damaged(damage))
  }

  // MARK: Gaps

  /// Tells of gaps that are closed or new, and asks for what is missing.
  private func mendGaps(_ connection: RedisConnection) throws(BridgeFailure) {
    let missing = order.missing
    if let gap, missing == nil || (order.next ?? 0) > gap.upperBound {
      self.gap = nil
      listener.status(.replayed(gap))
    }
    guard let missing else { return }
    if gap == nil {
      gap = missing
      askAt = .origin
      listener.counts.change { $0.gaps += 1 }
      listener.status(.gap(missing))
    }
    let now = TimeSource.machine.now()
    guard now >= askAt else { return }
    _ = try run(
      RedisCommand(
        "XADD", configuration.names.requests, "MAXLEN", "~", "1024", "*", "c", configuration.name,
        "f", "\(missing.lowerBound)", "t", "\(missing.upperBound)"),
      connection)
    askAt = now + configuration.patience
    asked = order.next
  }
}
