import OmniBus
import OmniClocks
import OmniKafka
import OmniTime

/// What the thread of a ``KafkaBridge`` does.
final class KafkaPublisher {
  /// Up to where all is delivered, and who is told.
  struct Progress {
    let file: WatermarkFile
    let counts: BridgeCounts
    /// All up to here is delivered.
    private(set) var mark: UInt64
    private var kept: UInt64
    private var keptAt = MonotonicInstant.origin

    init(file: WatermarkFile, mark: UInt64, _ counts: BridgeCounts) {
      self.file = file
      self.counts = counts
      self.mark = mark
      kept = mark
    }

    /// Notes that all up to `sequence` is delivered, and `count` events more than before.
    mutating func note(delivered sequence: UInt64, _ count: Int) {
      mark = sequence
      counts.note(sent: sequence)
      counts.change { counters in
        counters.published += UInt64(count)
        counters.isConnected = true
      }
    }

    /// Writes the file if it is older than `interval`.
    mutating func keep(atMostEach interval: Interval) throws(BridgeFailure) {
      let now = TimeSource.machine.now()
      guard mark > kept, now >= keptAt + interval else { return }
      keptAt = now
      try file.write(mark)
      kept = mark
    }
  }

  private let bus: Bus
  private let kafka: KafkaConfiguration
  private let configuration: KafkaBridge.Configuration
  private let stop: StopSignal
  private var progress: Progress
  /// How many tagged messages are without report.
  private var pending = 0

  /// How long to wait for room, for a report, and before the next try.
  private static let nap = Interval.milliseconds(1)
  private static let waitMax = Interval.milliseconds(5)
  private static let idleWaitMax = Interval.milliseconds(100)
  private static let pause = Interval.milliseconds(200)

  init(
    _ bus: Bus, _ kafka: KafkaConfiguration, _ configuration: KafkaBridge.Configuration,
    _ progress: Progress, _ stop: StopSignal
  ) {
    self.bus = bus
    self.kafka = kafka
    self.configuration = configuration
    self.progress = progress
    self.stop = stop
  }

  /// Sends until the thread is to end, or the bus is closed and all of it is delivered.
  func run() {
    while !stop.isSet {
      do throws(BridgeFailure) {
        try serve()
        break
      } catch {
        progress.counts.noteDisconnected()
        progress.counts.note(error)
        stop.pause(Self.pause)
      }
    }
    keepMark(atMostEach: .zero)
    progress.counts.noteDisconnected()
  }

  /// Keeps the watermark; a file that cannot be written stops no event, and is tried again.
  private func keepMark(atMostEach interval: Interval) {
    do throws(BridgeFailure) {
      try progress.keep(atMostEach: interval)
    } catch {
      progress.counts.note(error)
    }
  }

  /// Sends what is behind the watermark with a producer of its own; returns when all is done.
  private func serve() throws(BridgeFailure) {
    var producer: KafkaProducer
    do throws(KafkaFailure) {
      producer = try KafkaProducer(kafka, configuration.producer)
    } catch {
      throw .kafka(error)
    }
    pending = 0
    var failure: BridgeFailure?
    do throws(BridgeFailure) {
      try send(producer)
    } catch { failure = error }
    let isEnded = failure == nil || failure == .bus(.closed)
    let limit: Interval = isEnded ? configuration.closeLimit : .zero
    do throws(KafkaFailure) {
      try producer.close(within: limit)
    } catch {
      if isEnded { progress.counts.note(.kafka(error)) }
    }
    // After a failure no more reports count: those behind it must not move the watermark over it.
    if let failure, !isEnded { throw failure }
    do throws(BridgeFailure) {
      while try takeReports(producer) > 0 {}
    } catch {
      // Those that were given up stay behind the watermark, for the next bridge.
      progress.counts.note(error)
    }
  }

  private func send(_ producer: KafkaProducer) throws(BridgeFailure) {
    var feed = BusFeed(bus, from: progress.mark + 1, name: "kafka")
    var batch: [(record: KafkaRecord, sequence: UInt64)] = []
    while !stop.isSet {
      batch.removeAll(keepingCapacity: true)
      var end: BridgeFailure?
      do throws(BridgeFailure) {
        _ = try feed.poll(limit: configuration.batchMax) { header, payload in
          batch.append((Self.record(header, payload), header.sequence))
        }
      } catch { end = error }
      note(missed: feed.takeMissed())
      for (record, sequence) in batch {
        try send(record, sequence, producer)
        if stop.isSet { return }
      }
      try takeReports(producer)
      keepMark(atMostEach: configuration.watermarkInterval)
      if let end {
        guard end == .bus(.closed), pending > 0 else { throw end }
        stop.pause(Self.nap)
      } else if batch.isEmpty {
        if feed.isStalled {
          stop.pause(Self.nap)
        } else {
          let wait = pending > 0 ? Self.waitMax : Self.idleWaitMax
          feed.wait(until: TimeSource.machine.now() + wait)
        }
      }
    }
  }

  /// Queues a message; waits as long as there is no room, or no way to the brokers.
  private func send(
    _ record: KafkaRecord, _ sequence: UInt64, _ producer: KafkaProducer
  ) throws(BridgeFailure) {
    while !stop.isSet {
      do throws(KafkaFailure) {
        try producer.produce(record, tag: sequence)
        pending += 1
        return
      } catch {
        switch error {
        case .queueFull: stop.pause(Self.nap)
        case .refused, .unknownTopic:
          progress.counts.note(.kafka(error))
          stop.pause(Self.pause)
        default: throw .kafka(error)
        }
      }
      try takeReports(producer)
    }
  }

  /// Moves the watermark up to the last message that is delivered.
  ///
  /// - Returns: how many were delivered.
  @discardableResult
  private func takeReports(_ producer: KafkaProducer) throws(BridgeFailure) -> Int {
    var (last, count) = (UInt64(0), 0)
    var failure: KafkaFailure?
    for delivery in producer.takeDeliveries() {
      pending -= 1
      guard failure == nil else { continue }
      switch delivery.result {
      case .success:
        last = delivery.tag
        count += 1
      case .failure(let reason): failure = reason
      }
    }
    if count > 0 { progress.note(delivered: last, count) }
    // It is sent again, and all behind it, so that they keep their order.
    if let failure { throw .kafka(failure) }
    return count
  }

  private func note(missed: ClosedRange<UInt64>?) {
    guard let missed else { return }
    progress.counts.change { counters in
      counters.dropped += UInt64(missed.count)
      counters.lastError = .missed(missed)
    }
  }

  private static func record(_ header: BusHeader, _ payload: RawSpan) -> KafkaRecord {
    var envelope: [UInt8] = []
    envelope.reserveCapacity(EventEnvelope.headerBytes + payload.byteCount)
    EventEnvelope.append(header, payload, to: &envelope)
    var key: [UInt8] = []
    key.reserveCapacity(8)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      key.append(UInt8(truncatingIfNeeded: header.key >> shift))
    }
    return KafkaRecord(topic: header.topic.kafkaTopic.rawValue, key: key, value: envelope)
  }
}
