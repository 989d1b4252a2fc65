import OmniBus
import OmniClocks
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("BusReader", .serialized)
struct BusReaderTests {
  @Test func `a reader without events sleeps`() throws {
    for strategy in [BusWaitStrategy.adaptive, .spinThenPark, .park] {
      let ring = BusRing(try RingConfiguration(capacity: 8, waiting: strategy))
      var reader = try ring.makeReader(policy: .block)
      let deadline = TimeSource.machine.now() + .milliseconds(500)
      let before = Machine.threadCPUNanoseconds
      let isNews = reader.wait(until: deadline)
      // A hundredth of the time that passed.
      #expect(Machine.threadCPUNanoseconds - before < 5_000_000)
      #expect(!isNews && TimeSource.machine.now() >= deadline)
    }
  }

  @Test func `a reader's own way to wait goes before the ring's`() throws {
    let bus = try Bus(RingConfiguration(capacity: 8))
    let usual = try bus.subscribe(policy: .block)
    let own = try bus.subscribe(policy: .block, waiting: .park)
    let ways = [usual.waiting, own.waiting]
    #expect(ways == [.adaptive, .park])
  }

  @Test func `a late event wakes the reader, wherever it was between spinning and sleeping`() throws
  {
    let patience = Interval.seconds(20)
    for (strategy, longest) in [(BusWaitStrategy.adaptive, UInt64(300)), (.spinThenPark, 40)] {
      let ring = BusRing(try RingConfiguration(capacity: 8, waiting: strategy))
      let pool = WorkerPool(count: 2)
      try #require(pool.count == 2)
      let (count, late) = (UInt64(4_000), Shared(0))
      let done = Shared<UInt64>(0)
      let isReady = Shared(false)
      pool.run { worker in
        guard worker == 0 else {
          while !isReady.value {}
          return publish(count, on: ring, upTo: longest) { done.value }
        }
        guard var reader = try? ring.makeReader(policy: .block) else { return }
        isReady.change { $0 = true }
        while reader.position < count {
          let start = TimeSource.machine.now()
          // A waking that is lost shows as a sleep to the end although there is something.
          let isNews = reader.wait(until: start + patience)
          if !isNews || TimeSource.machine.now() - start >= patience { late.change { $0 += 1 } }
          guard isNews, (try? reader.poll { _, _ in }) != nil else { return }
          let position = reader.position
          done.change { $0 = position }
        }
      }
      #expect(late.value == 0 && done.value == count)
    }
  }
}

/// Publishes `count` events, each after a pause of up to `longest` microseconds from when the last one
/// was read; a few pauses are of milliseconds, so that nobody spins any more.
private func publish(
  _ count: UInt64, on ring: BusRing, upTo longest: UInt64, _ done: () -> UInt64
) {
  guard var writer = try? ring.makeWriter() else { return }
  var random = SeededRandom(seed: longest)
  for number in 1...count {
    let pause = random.below(40) == 0 ? random.below(4_000) : random.below(longest)
    let end = TimeSource.machine.now() + Interval(nanoseconds: Int64(pause) * 1_000)
    while TimeSource.machine.now() < end { Parking.giveWay() }
    guard (try? writer.publish(draft(.systemHealth), [])) != nil else { return }
    while done() < number { Parking.giveWay() }
  }
}
