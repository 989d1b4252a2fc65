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
    /// Requests that were sent again, as librdkafka told last; it tells once in
    /// ``Configuration/statisticsInterval``, and counts no request whose messages it sorted anew.
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

  /// Takes the sum of librdkafka's `txretries` of all brokers from its statistics in JSON.
  ///
  /// Source: `STATISTICS.md` of librdkafka 2.0.2.
  func note(statistics: UnsafeBufferPointer<UInt8>) {
    let wanted = Array("\"txretries\":".utf8)
    var sum: UInt64 = 0
    var index = 0
    while index + wanted.count < statistics.count {
      guard unsafe statistics[index] == wanted[0],
        unsafe statistics[index..<index + wanted.count].elementsEqual(wanted)
      else {
        index += 1
        continue
      }
      index += wanted.count
      var number: UInt64 = 0
      while index < statistics.count, unsafe (0x30...0x39).contains(statistics[index]) {
        // Wrapping cannot be: librdkafka writes a number of 64 bits.
        number = unsafe number &* 10 &+ UInt64(statistics[index] - 0x30)
        index += 1
      }
      sum &+= number
    }
    retries.store(sum, ordering: .releasing)
  }
}
