import OmniBus
import OmniClocks
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("BusRing", .serialized)
struct BusRingTests {
  // MARK: Examples

  @Test func `a reader gets what was published after it came, in order`() throws {
    let ring = try small(16)
    var writer = try ring.makeWriter()
    try writer.publish(draft(.marketTrade), [9])
    var reader = try ring.makeReader(policy: .block)
    for byte in UInt8(1)...5 { try writer.publish(draft(.marketTrade, key: 7), [byte, byte]) }

    var got: [BusEvent] = []
    let count = try reader.poll { header, payload in got.append(event(header, payload)) }

    #expect(count == 5)
    #expect(got.map(\.sequence) == [2, 3, 4, 5, 6])
    #expect(got.map(\.payload) == (UInt8(1)...5).map { [$0, $0] })
    #expect(got.allSatisfy { $0.header.key == 7 && $0.header.topic == .marketTrade })
    let more = try reader.poll { _, _ in Issue.record("an event from nowhere") }
    #expect(more == 0)
  }

  @Test func `payloads of every length come back as they were`() throws {
    let ring = try RingConfiguration(capacity: 8, recordBytes: 128).ring()
    var writer = try ring.makeWriter()
    for policy in OverflowPolicy.allCases {
      var reader = try ring.makeReader(policy: policy)
      for length in 0...96 {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + length) }
        let sent = BusDraft(
          .systemHealth, schema: BusSchema(513, version: 65_535),
          timestamp: Timestamp(nanoseconds: -5 - Int64(length)), key: .max - UInt64(length))
        let sequence = try writer.publish(sent, bytes)
        var got: [BusEvent] = []
        try reader.poll { got.append(event($0, $1)) }
        #expect(got == [BusEvent(BusHeader(sequence: sequence, sent), payload: bytes)])
      }
      #expect(throws: BusFailure.payloadTooLong(bytes: 97, limit: 96)) {
        try writer.publish(draft(.systemHealth), [UInt8](repeating: 1, count: 97))
      }
    }
  }

  @Test func `a filter lets by families and topics, and counts the rest`() throws {
    let ring = try small(32)
    var writer = try ring.makeWriter()
    var market = try ring.makeReader(.family(.market), policy: .block)
    var fills = try ring.makeReader(.topics(.orderFilled, .riskBreach), policy: .dropOldest)
    for topic in [BusTopic.marketBar, .orderFilled, .marketTrade, .riskBreach, .orderCanceled] {
      try writer.publish(draft(topic), [1])
    }

    var (a, b): ([BusTopic], [BusTopic]) = ([], [])
    try market.poll { header, _ in a.append(header.topic) }
    try fills.poll { header, _ in b.append(header.topic) }

    #expect(a == [.marketBar, .marketTrade])
    #expect(b == [.orderFilled, .riskBreach])
    let counts = [market.skipped, market.delivered, fills.skipped]
    #expect(counts == [3, 2, 3])
  }

  @Test func `a full ring refuses with the reader in the way, and loses nothing`() throws {
    let ring = try small(8, patience: .milliseconds(5))
    var writer = try ring.makeWriter()
    var quick = try ring.makeReader(policy: .block)
    var slow = try ring.makeReader(policy: .block, name: "slow")
    for byte in UInt8(1)...8 {
      try writer.publish(draft(.marketBook), [byte])
      try quick.poll { _, _ in }
    }

    do {
      try writer.publish(draft(.marketBook), [9])
      Issue.record("a ninth record in a ring of eight")
    } catch BusFailure.full(let reader, let waited) {
      #expect(reader == 1)
      #expect(waited >= 5_000_000)
    }
    let next = writer.nextSequence
    #expect(next == 9)
    #expect(ring.counters()[1].lag == 8)

    var got: [UInt8] = []
    try slow.poll(limit: 1) { got.append(event($0, $1).payload[0]) }
    try writer.publish(draft(.marketBook), [9])
    try slow.poll { got.append(event($0, $1).payload[0]) }
    #expect(got == Array(1...9))
  }

  @Test func `a reader that is overrun skips to the oldest and counts what it lost`() throws {
    let ring = try small(8)
    var writer = try ring.makeWriter()
    var reader = try ring.makeReader(policy: .dropOldest)
    for _ in 1...29 { try writer.publish(draft(.marketBook), []) }

    var got: [UInt64] = []
    try reader.poll { header, _ in got.append(header.sequence) }

    #expect(got == Array(22...29))
    let dropped = reader.dropped
    #expect(dropped == 21)
    #expect(ring.counters()[0].dropped == 21)
  }

  @Test func `a reader that would hold the writer up is closed and told where`() throws {
    let ring = try small(8)
    var writer = try ring.makeWriter()
    var reader = try ring.makeReader(policy: .disconnect)
    for _ in 1...8 { try writer.publish(draft(.marketBook), []) }
    try reader.poll(limit: 3) { _, _ in }
    #expect(ring.counters()[0].isConnected)
    for _ in 1...4 { try writer.publish(draft(.marketBook), []) }

    #expect(!ring.counters()[0].isConnected)
    #expect(throws: BusFailure.overrun(next: 4, published: 12)) {
      try reader.poll { _, _ in Issue.record("an event after the end") }
    }
    let isNews = reader.wait(until: .origin)
    #expect(isNews)
  }

  @Test func `who has left holds nobody up, and a writer that waits for it goes on`() throws {
    let ring = try small(8, patience: .milliseconds(1))
    var writer = try ring.makeWriter()
    do { _ = try ring.makeReader(policy: .block) }
    for _ in 1...20 { try writer.publish(draft(.marketBook), []) }
    _ = consume writer

    let other = try RingConfiguration(
      capacity: 8, writerPatience: .seconds(20), waiting: .park
    ).ring()
    let pool = WorkerPool(count: 2)
    try #require(pool.count == 2)
    let hasJoined = Shared(false)
    let waited = Shared<Interval?>(nil)
    pool.run { worker in
      if worker == 0 {
        guard let reader = try? other.makeReader(policy: .block) else { return }
        hasJoined.change { $0 = true }
        while reader.lag < 8 {}
        // Now the writer is about to sleep, or sleeps.
        let end = TimeSource.machine.now() + .milliseconds(20)
        while TimeSource.machine.now() < end {}
      } else {
        while !hasJoined.value {}
        guard var writer = try? other.makeWriter() else { return }
        let start = TimeSource.machine.now()
        for _ in 1...9 {
          guard (try? writer.publish(draft(.marketBook), [])) != nil else { return }
        }
        let elapsed = TimeSource.machine.now() - start
        waited.change { $0 = elapsed }
      }
    }
    let elapsed = try #require(waited.value, "the writer was not let go on")
    #expect(elapsed < .seconds(20))
  }

  @Test func `there is one writer, and another when it has gone`() throws {
    let ring = try small(8)
    do {
      var writer = try ring.makeWriter()
      try writer.publish(draft(.marketBook), [])
      #expect(throws: BusFailure.writerTaken) { _ = try ring.makeWriter() }
      _ = consume writer
    }
    var writer = try ring.makeWriter()
    let sequence = try writer.publish(draft(.marketBook), [])
    #expect(sequence == 2)
  }

  @Test func `a closed ring gives what it has, and then says so`() throws {
    let ring = try small(8)
    var writer = try ring.makeWriter()
    var reader = try ring.makeReader(policy: .block)
    try writer.publish(draft(.marketBook), [])
    ring.close()
    ring.close()

    #expect(throws: BusFailure.closed) { try writer.publish(draft(.marketBook), []) }
    let count = try reader.poll { _, _ in }
    let isNews = reader.wait(until: .origin)
    #expect(count == 1 && isNews)
    #expect(throws: BusFailure.closed) { try reader.poll { _, _ in } }
    #expect(throws: BusFailure.closed) { _ = try ring.makeReader(policy: .block) }
  }

  @Test func `places for readers are limited and come back`() throws {
    let ring = try RingConfiguration(capacity: 8, readerCountMax: 2).ring()
    let first = try ring.makeReader(policy: .block)
    do {
      let second = try ring.makeReader(policy: .block)
      #expect(throws: BusFailure.tooManyReaders(limit: 2)) {
        _ = try ring.makeReader(policy: .block)
      }
      _ = consume second
    }
    let third = try ring.makeReader(policy: .dropOldest)
    #expect(ring.counters().count == 2)
    _ = consume first
    _ = consume third
  }

  @Test func `settings out of their limits are refused`() {
    for capacity in [0, 7, 12, 1 << 25] {
      #expect(throws: BusFailure.self) { _ = try RingConfiguration(capacity: capacity) }
    }
    for bytes in [0, 63, 65, 65_600] {
      #expect(throws: BusFailure.self) { _ = try RingConfiguration(recordBytes: bytes) }
    }
    #expect(throws: BusFailure.self) { _ = try RingConfiguration(readerCountMax: 0) }
    #expect(throws: BusFailure.self) { _ = try RingConfiguration(readerCountMax: 257) }
    #expect(throws: BusFailure.self) {
      _ = try RingConfiguration(writerPatience: Interval(nanoseconds: -1))
    }
  }

  // MARK: Threads

  @Test func `a million events reach readers of each policy whole and in order`() throws {
    for (policies, count) in [
      ([OverflowPolicy.block, .dropOldest, .disconnect], 1_000_000), ([.block, .block], 200_000),
      ([.dropOldest, .dropOldest, .dropOldest], 200_000),
    ] {
      let ring = try RingConfiguration(capacity: 256, writerPatience: .seconds(60)).ring()
      let results = try run(ring, policies, count)
      for (policy, result) in zip(policies, results) {
        #expect(result.torn == 0 && result.disorder == 0, "\(policy)")
        switch policy {
        case .block: #expect(result.delivered == count && result.dropped == 0)
        case .dropOldest: #expect(result.delivered + result.dropped == count)
        case .disconnect:
          #expect(result.dropped == 0)
          #expect(result.end == .closed || result.next == result.delivered + 1)
        }
      }
    }
  }

  @Test func `records that are overwritten all the time are never torn`() throws {
    // A ring of eight makes nearly every read a race with the writer.
    let ring = try small(8)
    let results = try run(ring, [.dropOldest, .dropOldest], 400_000)
    for result in results {
      #expect(result.torn == 0 && result.disorder == 0)
      #expect(result.delivered + result.dropped == 400_000)
      #expect(result.delivered > 0)
    }
  }

  @Test func `no waking is lost between bursts and pauses`() throws {
    // With a strategy that only sleeps, each burst is a race of falling asleep with waking, on both
    // sides: the writer sleeps until it is answered, and the ring is smaller than some bursts.
    let settings = try RingConfiguration(
      capacity: 8, writerPatience: .seconds(60), waiting: .park)
    let (ring, answers) = (settings.ring(), settings.ring())
    let (bursts, patience) = (10_000, Interval.seconds(8))
    let pool = WorkerPool(count: 2)
    try #require(pool.count == 2)
    let lostCount = Shared(0)
    let readyCount = Shared(0)
    // A waking that is lost shows as a sleep to the end although there is something.
    @Sendable func wait(_ reader: inout BusReader) {
      let start = TimeSource.machine.now()
      let isNews = reader.wait(until: start + patience)
      if isNews, TimeSource.machine.now() - start >= patience { lostCount.change { $0 += 1 } }
    }
    pool.run { worker in
      let (own, other) = worker == 0 ? (answers, ring) : (ring, answers)
      guard var writer = try? own.makeWriter(),
        var reader = try? other.makeReader(policy: .block)
      else { return }
      readyCount.change { $0 += 1 }
      while readyCount.value < 2 {}
      var random = SeededRandom(seed: UInt64(worker))
      for burst in 0..<bursts {
        if worker == 1 {
          for number in 0...burst % 12 {
            _ = try? writer.publish(draft(.systemHealth, key: number == burst % 12 ? 1 : 0), [])
          }
        }
        var isEnd = false
        while !isEnd {
          wait(&reader)
          _ = try? reader.poll { header, _ in if header.key == 1 { isEnd = true } }
        }
        // Pauses of every length up to some microseconds, on both sides of each step, so that the
        // waking meets the falling asleep at each place.
        for _ in 0..<random.below(600) { _ = reader.lag }
        if worker == 0 { _ = try? writer.publish(draft(.systemHealth, key: 1), []) }
        for _ in 0..<random.below(600) { _ = reader.lag }
      }
    }
    #expect(lostCount.value == 0, "somebody slept although there was something")
    #expect(answers.published == UInt64(bursts))
  }

  @Test func `readers come and go while a writer publishes`() throws {
    let ring = try RingConfiguration(capacity: 64, writerPatience: .seconds(30)).ring()
    let count = 200_000
    let pool = WorkerPool(count: 2)
    let failures = Shared<[String]>([])
    let done = Shared(false)
    let visits = Shared(0)
    pool.run { worker in
      if worker == 0 {
        guard var writer = try? ring.makeWriter() else { return }
        for number in 1...count {
          let sent = UInt64(number)
          do throws(BusFailure) {
            try writer.publish(draft(.marketTrade, key: sent), pattern(sent))
          } catch { failures.change { $0.append(error.description) } }
        }
        done.change { $0 = true }
      } else {
        var random = SeededRandom(seed: 5)
        while !done.value {
          let policy = random.pick(OverflowPolicy.allCases)
          guard var reader = try? ring.makeReader(policy: policy) else { continue }
          let start = reader.position
          var tally = Tally(start)
          for _ in 0..<random.below(20) {
            _ = reader.wait(until: soon(0))
            guard (try? reader.poll(limit: 32) { tally.take($0, $1) }) != nil else { break }
          }
          let position = reader.position
          if tally.torn != 0 || tally.disorder != 0
            || reader.delivered + reader.dropped != position - start
            || policy != .dropOldest && reader.dropped != 0
          {
            let text = "\(policy) from \(start): \(tally)"
            failures.change { $0.append(text) }
          }
          visits.change { $0 += 1 }
        }
      }
    }
    #expect(failures.value.isEmpty)
    #expect(visits.value > 10)
    #expect(ring.published == UInt64(count))
    #expect(ring.counters().isEmpty)
  }

  @Test func `nothing is published behind the end that a reader was told`() throws {
    let pool = WorkerPool(count: 2)
    try #require(pool.count == 2)
    for seed in UInt64(0)..<400 {
      let ring = try small(8)
      let isReady = Shared(false)
      let sentCount = Shared<UInt64>(0)
      let seenCount = Shared<UInt64>(.max)
      pool.run { worker in
        if worker == 0 {
          guard var reader = try? ring.makeReader(policy: .block) else { return }
          var random = SeededRandom(seed: seed)
          isReady.change { $0 = true }
          let last = random.below(200)
          while reader.position < last { _ = try? reader.poll { _, _ in } }
          ring.close()
          while (try? reader.poll { _, _ in }) != nil {}
          let position = reader.position
          seenCount.change { $0 = position }
        } else {
          while !isReady.value {}
          guard var writer = try? ring.makeWriter() else { return }
          while let number = try? writer.publish(draft(.marketBook), [1, 2]) {
            sentCount.change { $0 = number }
          }
        }
      }
      #expect(seenCount.value == sentCount.value, "seed \(seed)")
      #expect(ring.published == sentCount.value, "seed \(seed)")
    }
  }

  @Test func `several writers share one order without gap or double`() throws {
    let ring = try RingConfiguration(capacity: 128, writerPatience: .seconds(30)).ring()
    let writer = SharedBusWriter(try ring.makeWriter())
    let each = 100_000
    let pool = WorkerPool(count: 3)
    try #require(pool.count == 3)
    let results = Shared<[UInt64: [UInt64]]>([:])
    let joined = Shared(false)
    pool.run { worker in
      if worker == 0 {
        guard var reader = try? ring.makeReader(policy: .block) else { return }
        joined.change { $0 = true }
        var last: [UInt64: UInt64] = [:]
        var wrong: UInt64 = 0
        while reader.delivered < UInt64(2 * each) {
          _ = reader.wait(until: soon(10))
          _ = try? reader.poll { header, _ in
            let from = header.key >> 32
            let number = header.key & 0xFFFF_FFFF
            if last[from, default: 0] + 1 != number { wrong += 1 }
            last[from] = number
          }
        }
        let found = [last[1] ?? 0, last[2] ?? 0, wrong]
        results.change { $0[0] = found }
      } else {
        while !joined.value {}
        for number in 1...UInt64(each) {
          _ = try? writer.publish(draft(.marketTrade, key: UInt64(worker) << 32 | number), [1])
        }
      }
    }
    #expect(results.value[0] == [UInt64(each), UInt64(each), 0])
  }
}

// MARK: - Words for the tests

/// What one reader of a run has seen.
private struct Result: Sendable {
  var torn = 0
  var disorder = 0
  var delivered = 0
  var dropped = 0
  var next = 0
  var end: BusFailure?
}

/// Checks events as they come: each is one more than the last, or more after a loss.
private struct Tally {
  var last: UInt64
  var torn = 0
  var disorder = 0

  init(_ position: UInt64) { last = position }

  mutating func take(_ header: BusHeader, _ payload: RawSpan) {
    if header.sequence <= last { disorder += 1 }
    last = header.sequence
    if header.key != header.sequence || !matches(payload, header.sequence) { torn += 1 }
  }
}

/// Publishes `count` events to readers of `policies`, each on a thread.
private func run(
  _ ring: BusRing, _ policies: [OverflowPolicy], _ count: Int
) throws -> [Result] {
  let pool = WorkerPool(count: policies.count + 1)
  try #require(pool.count == policies.count + 1)
  let results = Shared([Result](repeating: Result(), count: policies.count))
  let joined = Shared(0)
  pool.run { worker in
    if worker == policies.count {
      while joined.value < policies.count {}
      guard var writer = try? ring.makeWriter() else { return }
      for number in 1...UInt64(count) {
        guard (try? writer.publish(draft(.marketTrade, key: number), pattern(number))) != nil
        else { break }
      }
      return ring.close()
    }
    guard var reader = try? ring.makeReader(policy: policies[worker]) else { return }
    joined.change { $0 += 1 }
    var tally = Tally(0)
    var result = Result()
    while result.end == nil {
      _ = reader.wait(until: soon(60))
      do throws(BusFailure) {
        try reader.poll { tally.take($0, $1) }
      } catch {
        result.end = error
        if case .overrun(let next, _) = error { result.next = Int(next) }
      }
    }
    (result.torn, result.disorder) = (tally.torn, tally.disorder)
    (result.delivered, result.dropped) = (Int(reader.delivered), Int(reader.dropped))
    let found = result
    results.change { $0[worker] = found }
  }
  return results.value
}

private func small(_ capacity: Int, patience: Interval = .seconds(10)) throws -> BusRing {
  BusRing(try RingConfiguration(capacity: capacity, writerPatience: patience))
}

extension RingConfiguration {
  fileprivate func ring() -> BusRing { BusRing(self) }
}

private func soon(_ seconds: Int64) -> MonotonicInstant {
  TimeSource.machine.now() + .seconds(seconds)
}
