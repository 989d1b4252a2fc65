import Glibc
import OmniBus
import OmniClocks
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("Bus", .serialized)
struct BusTests {
  @Test func `what was published is in the log when the bus is closed`() throws {
    try inFolder { folder in
      let bus = try Bus(ring(64), log: log(folder))
      var writer = try bus.makeWriter()
      for number in UInt64(1)...1_000 {
        try writer.publish(draft(.marketTrade, key: number), pattern(number))
      }
      #expect(bus.published == 1_000 && bus.counters().map(\.name) == ["log"])
      try bus.close()
      try bus.close()

      #expect(bus.logged == 1_000)
      #expect(throws: BusFailure.closed) { try writer.publish(draft(.marketTrade), []) }
      #expect(throws: BusFailure.closed) { _ = try bus.subscribe(policy: .block) }
    }
  }

  @Test func `numbers go on after a restart, and the past is there`() throws {
    try inFolder { folder in
      for run in UInt64(0)..<3 {
        let bus = try Bus(ring(64), log: log(folder))
        #expect(bus.published == run * 100)
        var writer = try bus.makeWriter()
        for number in run * 100 + 1...run * 100 + 100 {
          try writer.publish(draft(.marketTrade, key: number), pattern(number))
        }
        var reader = try bus.subscribe(from: 1, policy: .block)
        let seen = try drain(&reader, upTo: run * 100 + 100)
        #expect(seen == Array(1...run * 100 + 100))
        try bus.close()
      }
    }
  }

  @Test func `without a log only the ring can be read again`() throws {
    let bus = try Bus(ring(16))
    var writer = try bus.makeWriter()
    for number in UInt64(1)...100 {
      try writer.publish(draft(.marketTrade, key: number), pattern(number))
    }
    var recent = try bus.subscribe(from: 95, policy: .block)
    let isLive = recent.isLive
    #expect(isLive)
    let seen = try drain(&recent, upTo: 100)
    #expect(seen == Array(95...100))
    #expect(throws: BusFailure.noLog) { _ = try bus.subscribe(from: 1, policy: .block) }
    for outside in [UInt64(0), 102] {
      #expect(throws: BusFailure.outOfReach(wanted: outside, oldest: 1, newest: 100)) {
        _ = try bus.subscribe(from: outside, policy: .block)
      }
    }
    try bus.close()
  }

  @Test func `who begins before what the log keeps is told what there is`() throws {
    try inFolder { folder in
      let small = try EventLogConfiguration(segmentBytes: 4_096, retentionBytes: 4_096)
      let bus = try Bus(ring(16), log: EventLog(folder, small))
      var writer = try bus.makeWriter()
      for number in UInt64(1)...2_000 { try writer.publish(draft(.marketTrade), pattern(number)) }
      #expect {
        _ = try bus.subscribe(from: 1, policy: .block)
      } throws: { error in
        guard case .outOfReach(1, let oldest, _)? = error as? BusFailure else { return false }
        return oldest > 1_000
      }
      try bus.close()
    }
  }

  @Test func `a filter holds in the log and in the ring`() throws {
    try inFolder { folder in
      let bus = try Bus(ring(16), log: log(folder))
      var writer = try bus.makeWriter()
      for number in UInt64(1)...400 {
        try writer.publish(
          draft(number % 4 == 0 ? .riskBreach : .marketTrade, key: number), pattern(number))
      }
      var reader = try bus.subscribe(from: 1, .family(.risk), policy: .block)
      let seen = try drain(&reader, upTo: 400)
      #expect(seen == Array(stride(from: 4, through: 400, by: 4)))
      try bus.close()
    }
  }

  // MARK: The change from log to ring

  @Test func `catching up under load leaves nothing out and gives nothing twice`() throws {
    try inFolder { folder in
      for seed in UInt64(0)..<40 {
        let plan = CatchUpPlan(seed: seed)
        let path = folder + "/\(seed)"
        let bus = try Bus(ring(plan.capacity), log: log(path, 8_192))
        let result = catchUp(bus, plan)
        #expect(result.wrong == 0, "seed \(seed)")
        if result.isOverrun {
          #expect(plan.policy == .disconnect, "seed \(seed)")
        } else {
          #expect(result.last == plan.count, "seed \(seed)")
          #expect(result.taken == plan.count - plan.first + 1, "seed \(seed)")
        }
        try bus.close()
        #expect(bus.logged == plan.count, "seed \(seed)")
        try FileSystem.removeDirectory(path)
      }
    }
  }

  // MARK: A world that refuses

  @Test func `when the log fails, the bus says so and publishes nothing more`() throws {
    try inFolder { folder in
      let log = try log(folder)
      let isLinked =
        unsafe symlink("/dev/full", folder + "/bus-00000000000000000001.oblog") == 0
      try #require(isLinked)
      let bus = try Bus(ring(16), log: log)
      var writer = try bus.makeWriter()
      var reader = try bus.subscribe(policy: .dropOldest)
      var failure: BusFailure?
      do throws(BusFailure) {
        // The ring alone would hold up the writer after 16, if it were not told.
        for number in UInt64(1)...1_000 {
          try writer.publish(draft(.marketTrade, key: number), pattern(number))
        }
      } catch {
        failure = error
      }
      guard case .log(.file(let cause))? = failure else {
        Issue.record("wanted the log's failure, not \(String(describing: failure))")
        return
      }
      #expect(cause.reason == .diskFull)
      #expect(bus.stopReason == failure && bus.logged == nil)
      var end: BusFailure?
      do throws(BusFailure) { while true { try reader.poll { _, _ in } } } catch { end = error }
      #expect(end == failure)
      #expect(throws: try #require(failure)) { _ = try bus.subscribe(policy: .block) }
      #expect(throws: try #require(failure)) { try bus.close() }
    }
  }

  @Test func `a bus that is let go writes its log to the end`() throws {
    try inFolder { folder in
      do {
        let bus = try Bus(ring(64), log: log(folder))
        var writer = try bus.makeWriter()
        for number in UInt64(1)...500 { try writer.publish(draft(.riskBreach), pattern(number)) }
      }
      #expect(try log(folder).newest == 500)
    }
  }
}

// MARK: - Words for the tests

private func ring(_ capacity: Int) throws -> RingConfiguration {
  try RingConfiguration(capacity: capacity, writerPatience: .seconds(60))
}

private func log(_ folder: String, _ segmentBytes: Int = 1 << 20) throws -> EventLog {
  try EventLog(folder, EventLogConfiguration(segmentBytes: segmentBytes))
}

private func soon() -> MonotonicInstant { TimeSource.machine.now() + .seconds(60) }

/// The numbers that `reader` gives until it is done with event `last`; checks each event.
private func drain(_ reader: inout CatchUpReader, upTo last: UInt64) throws -> [UInt64] {
  var numbers: [UInt64] = []
  while reader.position < last {
    _ = reader.wait(until: soon())
    try reader.poll { header, payload in
      #expect(matches(payload, header.sequence) && header.key == header.sequence)
      numbers.append(header.sequence)
    }
  }
  return numbers
}

private struct CatchUp: Sendable {
  var wrong = 0
  var taken: UInt64 = 0
  var last: UInt64 = 0
  var isOverrun = false
}

/// `head` events that are there already, and the rest up to `count`, which comes while another thread
/// reads from `first` on.
private struct CatchUpPlan: Sendable {
  let capacity: Int
  let head: UInt64
  let count: UInt64
  let first: UInt64
  let policy: OverflowPolicy
  /// How long the writer rests after some events.
  let pause: UInt64

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    capacity = 1 << (3 + Int(random.below(7)))
    head = random.below(3_000)
    count = head + 2_000 + random.below(3_000)
    first = random.below(head + 1) + 1
    policy = random.pick([OverflowPolicy.block, .block, .disconnect])
    pause = random.below(300)
  }
}

/// Publishes and reads as `plan` says.
private func catchUp(_ bus: Bus, _ plan: CatchUpPlan) -> CatchUp {
  let pool = WorkerPool(count: 2)
  let isHeadDone = Shared(false)
  let answer = Shared(CatchUp(wrong: 1))
  guard pool.count == 2 else { return answer.value }
  pool.run { worker in
    if worker == 0 {
      defer { isHeadDone.change { $0 = true } }
      guard var writer = try? bus.makeWriter() else { return }
      for number in 1...plan.count {
        _ = try? writer.publish(draft(.marketTrade, key: number), pattern(number))
        if number == plan.head { isHeadDone.change { $0 = true } }
        if number % 64 == 0 { for _ in 0..<plan.pause { _ = bus.published } }
      }
    } else {
      while !isHeadDone.value && bus.published < plan.head {}
      guard var reader = try? bus.subscribe(from: plan.first, policy: plan.policy) else { return }
      var result = CatchUp(last: plan.first - 1)
      while result.last < plan.count, !result.isOverrun {
        _ = reader.wait(until: soon())
        do throws(BusFailure) {
          try reader.poll(limit: 50) { header, payload in
            if header.sequence != result.last + 1 || !matches(payload, header.sequence) {
              result.wrong += 1
            }
            result.last = header.sequence
            result.taken += 1
          }
        } catch {
          if case .overrun = error { result.isOverrun = true } else { break }
        }
      }
      let found = result
      answer.change { $0 = found }
    }
  }
  return answer.value
}
