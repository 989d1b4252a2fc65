import Synchronization

extension KafkaProducer {
  /// What a producer did since it began.
  public struct Counters: Sendable, Hashable {
    /// Messages that were queued.
    public let queued: UInt64
    /// Messages that were delivered.
    public let delivered: UInt64
    /// Messages that were given up.
    public let failed: UInt64
    /// How often messages were sent again, at least; once in ``Configuration/statisticsInterval``
    /// it is read anew.
    ///
    /// It is what librdkafka sent less what was queued, so it is exact once all that was queued has
    /// been sent, and too low by what waits or expired before it was sent.
    public let retries: UInt64

    /// Messages that wait or are on their way.
    public var queueLength: UInt64 {
      // The counts are read one after the other, so that a report may have come between.
      queued - min(queued, delivered + failed)
    }
  }
}

/// The counts of a producer, which any thread may raise.
final class ProducerCounts: Sendable {
  let queued = Atomic<UInt64>(0)
  let delivered = Atomic<UInt64>(0)
  let failed = Atomic<UInt64>(0)
  let retries = Atomic<UInt64>(0)

  var value: KafkaProducer.Counters {
    // The ends are read before the beginnings, or a message might seem to end that never began.
    let ended = (
      delivered.load(ordering: .acquiring), failed.load(ordering: .acquiring),
      retries.load(ordering: .acquiring)
    )
    return KafkaProducer.Counters(
      queued: queued.load(ordering: .acquiring), delivered: ended.0, failed: ended.1,
      retries: ended.2)
  }

  /// Takes librdkafka's `txmsgs` of the whole client from its statistics in JSON.
  ///
  /// The sums over all partitions stand behind those of each, so it is the last of that name.
  ///
  /// Source: `STATISTICS.md` of librdkafka 2.0.2.
  func note(statistics: UnsafeBufferPointer<UInt8>) {
    let wanted = Array("\"txmsgs\":".utf8)
    var start = statistics.count - wanted.count
    while start >= 0 {
      if unsafe statistics[start..<start + wanted.count].elementsEqual(wanted) { break }
      start -= 1
    }
    guard start >= 0 else { return }
    var sent: UInt64 = 0
    for index in (start + wanted.count)..<statistics.count {
      let byte = unsafe statistics[index]
      guard (0x30...0x39).contains(byte) else { break }
      // Wrapping cannot be: librdkafka writes a number of 64 bits.
      sent = sent &* 10 &+ UInt64(byte - 0x30)
    }
    // Each is a lower bound, so the largest is the best; one thread alone writes it.
    let again = sent - min(sent, queued.load(ordering: .acquiring))
    retries.store(max(again, retries.load(ordering: .relaxed)), ordering: .releasing)
  }
}
