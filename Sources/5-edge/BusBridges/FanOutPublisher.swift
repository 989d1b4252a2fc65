import OmniBus
import OmniClocks
import OmniRedis
import OmniTime

/// What the thread of a ``RedisFanOut`` does.
final class FanOutPublisher {
  private let bus: Bus
  private let link: RedisLink
  private let configuration: RedisFanOut.Configuration
  private let counts: BridgeCounts
  private let stop: StopSignal
  /// The run that its frames name, which no other publisher has.
  private var runNumber = UInt64.random(in: 0...UInt64.max)
  private var numbers = [UInt64](repeating: 0, count: Int(BusTopic.idMax) + 1)
  private var channels: [BusTopic: String] = [:]
  private var bytes: [UInt8] = []
  /// How many events the ring dropped, of those that are counted.
  private var ringDropped: UInt64 = 0

  private static let waitMax = Interval.milliseconds(100)

  init(
    _ bus: Bus, _ link: RedisLink, _ configuration: RedisFanOut.Configuration,
    _ counts: BridgeCounts, _ stop: StopSignal
  ) {
    self.bus = bus
    self.link = link
    self.configuration = configuration
    self.counts = counts
    self.stop = stop
  }

  /// Publishes until the thread is to end, or the bus is closed.
  func run(_ reader: inout BusReader) {
    do throws(BusFailure) {
      try publish(&reader)
    } catch {
      if error != .closed { counts.note(.bus(error)) }
    }
    counts.noteDisconnected()
  }

  private func publish(_ reader: inout BusReader) throws(BusFailure) {
    var isFirst = true
    while !stop.isSet {
      var failure: BridgeFailure?
      do throws(BridgeFailure) {
        guard let connection = try link.connect() else { return }
        // What waited while nobody took it is too old now.
        if !isFirst { try drop(&reader) }
        isFirst = false
        counts.noteConnected()
        while !stop.isSet { try send(&reader, connection) }
      } catch { failure = error }
      guard let failure else { return }
      if case .bus(let reason) = failure { throw reason }
      counts.note(failure)
      counts.noteDisconnected()
      link.fail()
      isFirst = false
      do throws(BridgeFailure) {
        try drop(&reader)
      } catch {
        if case .bus(let reason) = error { throw reason }
      }
    }
  }

  private func send(
    _ reader: inout BusReader, _ connection: RedisConnection
  ) throws(BridgeFailure) {
    var batch: [RedisCommand] = []
    try poll(&reader) { header, payload, number in
      FanOutFrame.write(run: runNumber, number: number, header, payload, to: &bytes)
      var command = RedisCommand("PUBLISH", channel(header.topic))
      command.append(bytes)
      batch.append(command)
    }
    guard !batch.isEmpty else {
      _ = reader.wait(until: TimeSource.machine.now() + Self.waitMax)
      return
    }
    do throws(RedisFailure) {
      var refusal: String?
      for reply in try connection.run(pipeline: batch) {
        if case .error(let message) = reply { refusal = message }
      }
      if let refusal { throw .refused(command: "PUBLISH", message: refusal) }
    } catch {
      // Some may have gone out; none is sent again.
      counts.change { $0.dropped += UInt64(batch.count) }
      throw .redis(error)
    }
    link.confirm()
    counts.change { $0.published += UInt64(batch.count) }
    counts.note(sent: reader.position)
  }

  /// Drops what is there, each with its number, so that the channels' subscribers see the gap.
  private func drop(_ reader: inout BusReader) throws(BridgeFailure) {
    let end = bus.published
    while reader.position < end {
      var count: UInt64 = 0
      try poll(&reader) { _, _, _ in count += 1 }
      counts.change { $0.dropped += count }
      counts.note(sent: reader.position)
    }
  }

  private func poll(
    _ reader: inout BusReader, _ body: (BusHeader, RawSpan, UInt64) -> Void
  ) throws(BridgeFailure) {
    do throws(BusFailure) {
      try reader.poll(limit: configuration.batchMax) { header, payload in
        let index = Int(header.topic.id)
        numbers[index] += 1
        body(header, payload, numbers[index])
      }
    } catch {
      throw .bus(error)
    }
    let dropped = reader.dropped - ringDropped
    guard dropped > 0 else { return }
    // Nobody knows of which topics they were.
    ringDropped = reader.dropped
    counts.change { $0.dropped += dropped }
    // Any other number will do, also the one behind the largest.
    runNumber &+= 1
    for index in numbers.indices { numbers[index] = 0 }
  }

  private func channel(_ topic: BusTopic) -> String {
    if let channel = channels[topic] { return channel }
    let name = configuration.registry.name(of: topic) ?? "topic-\(topic.id)"
    let channel = configuration.names.channel(name)
    channels[topic] = channel
    return channel
  }
}
