import OmniBus
import OmniClocks
import OmniRedis
import OmniTime

/// What the thread of a ``RedisStreamBridge`` does.
final class StreamPublisher {
  private let bus: Bus
  private let log: EventLog
  private let link: RedisLink
  private let configuration: RedisStreamBridge.Configuration
  private let counts: BridgeCounts
  private let stop: StopSignal
  /// The part of XADD that is the same for all events.
  private let addition: RedisCommand
  private var envelope: [UInt8] = []

  init(
    _ source: (bus: Bus, log: EventLog), _ link: RedisLink,
    _ configuration: RedisStreamBridge.Configuration, _ counts: BridgeCounts, _ stop: StopSignal
  ) {
    bus = source.bus
    log = source.log
    self.link = link
    self.configuration = configuration
    self.counts = counts
    self.stop = stop
    addition = RedisCommand(
      "XADD", configuration.names.events, "MAXLEN", "~", "\(configuration.streamLength)")
  }

  /// Sends until the thread is to end, or the bus is closed and all of it is sent.
  func run() {
    while !stop.isSet {
      do throws(BridgeFailure) {
        guard let connection = try link.connect() else { break }
        try serve(connection)
        break
      } catch {
        counts.noteDisconnected()
        if case .bus(.closed) = error { return }
        counts.note(error)
        link.fail()
      }
    }
    counts.noteDisconnected()
  }

  private func serve(_ connection: RedisConnection) throws(BridgeFailure) {
    let last = try StreamID.last(of: configuration.names.events, connection)
    let start = try self.start(behind: last)
    counts.note(sent: start - 1)
    counts.noteConnected()
    var feed = BusFeed(bus, from: start, name: "redis stream")
    var replays = ReplayServer(bus, log, configuration, counts)
    var batch: [RedisCommand] = []
    while !stop.isSet {
      batch.removeAll(keepingCapacity: true)
      var end: BridgeFailure?
      do throws(BridgeFailure) {
        _ = try feed.poll(limit: configuration.batchMax) { header, payload in
          batch.append(command(header, payload))
        }
      } catch { end = error }
      note(missed: feed.takeMissed())
      let eventCount = batch.count
      let isAsking = replays.prepare(at: TimeSource.machine.now(), &batch)
      if !batch.isEmpty {
        let replies = try send(batch, connection)
        try note(replies.prefix(eventCount))
        counts.note(sent: feed.next - 1)
        if isAsking, let reply = replies.last { try replays.take(reply) }
        link.confirm()
      }
      if let end { throw end }
      guard eventCount == 0 else { continue }
      if feed.isStalled {
        stop.pause(.milliseconds(1))
      } else {
        feed.wait(until: replays.due)
      }
    }
  }

  /// The first event that is not in the stream, whose last one is `last`.
  private func start(behind last: UInt64?) throws(BridgeFailure) -> UInt64 {
    let published = bus.published
    if let last {
      guard last <= published else { throw .streamAhead(stream: last, published: published) }
      return last + 1
    }
    let reach = published - min(published, configuration.replayWindow) + 1
    return max(reach, log.oldest ?? 1)
  }

  private func command(_ header: BusHeader, _ payload: RawSpan) -> RedisCommand {
    envelope.removeAll(keepingCapacity: true)
    EventEnvelope.append(header, payload, to: &envelope)
    var command = addition
    command.append(StreamID.text(header.sequence))
    command.append("e")
    command.append(envelope)
    return command
  }

  private func send(
    _ commands: [RedisCommand], _ connection: RedisConnection
  ) throws(BridgeFailure) -> [RedisReply] {
    do throws(RedisFailure) {
      return try connection.run(pipeline: commands)
    } catch {
      throw .redis(error)
    }
  }

  /// Counts what became of events.
  private func note(_ replies: ArraySlice<RedisReply>) throws(BridgeFailure) {
    var published: UInt64 = 0
    var duplicates: UInt64 = 0
    var refusal: String?
    for reply in replies {
      switch reply {
      case .error(let message) where message.contains("equal or smaller"): duplicates += 1
      case .error(let message): refusal = refusal ?? message
      default: published += 1
      }
    }
    counts.change { counters in
      counters.published += published
      counters.duplicates += duplicates
    }
    if let refusal { throw .redis(.refused(command: "XADD", message: refusal)) }
  }

  private func note(missed: ClosedRange<UInt64>?) {
    guard let missed else { return }
    counts.change { counters in
      counters.dropped += UInt64(missed.count)
      counters.lastError = .missed(missed)
    }
  }
}
