import OmniCircuitBreaker
import OmniClocks
import OmniPlatform
import OmniRateGate
import OmniSQL
import OmniTelemetry
import OmniTime
import Synchronization
import Testing

@Suite("SQLPool")
struct SQLPoolTests {
  // MARK: Places and waiting

  @Test func `there are never more connections than allowed, and all are used`() async throws {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 3 }

    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await pool.run(.read) { connection, _ throws(SQLFailure) in
            connection.use(for: .milliseconds(1))
          }
        }
      }
      try await group.waitForAll()
    }

    #expect(store.openMost.value == 3)
    #expect(store.usedMost.value == 3)
    #expect(pool.counts.calls == 200)
    #expect(pool.counts.connects == 3)
    await pool.close(within: .seconds(5))
    #expect(store.open.value == 0)
  }

  @Test func `who finds the queue full is told at once, and who waits is told in time`()
    async throws
  {
    let store = Store()
    let pool = try store.pool {
      $0.connectionCountMax = 1
      $0.waitingCountMax = 1
      $0.waitMax = .milliseconds(50)
    }
    let block = Block()
    async let first: Void = pool.run(.read) { _, _ throws(SQLFailure) in block.hold() }
    await block.isHeld()
    async let second = failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
    await until { pool.waitingCount == 1 }

    let third = await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }

    #expect(third == .notMade(.queueFull(limit: 1)))
    #expect(await second == .notMade(.waitedTooLong(.milliseconds(50))))
    #expect(pool.waitingCount == 0)
    block.release()
    try await first
    #expect(pool.counts.refusals == 2)
    await pool.close(within: .seconds(5))
  }

  @Test func `a call ends at its limit though its thread does not`() async throws {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 1 }
    let block = Block()

    let late = await failure {
      try await pool.run(SQLCall(timeLimit: .milliseconds(40), isReadOnly: false)) {
        _, _ throws(SQLFailure) in block.hold()
      }
    }

    #expect(late == .timedOut(after: .milliseconds(40), .mayHaveBeenDone))
    block.release()
    try await pool.run(.read) { _, _ throws(SQLFailure) in }
    await pool.close(within: .seconds(5))
  }

  @Test func `a task that is cancelled while it waits or runs is told at once`() async throws {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 1 }
    let block = Block()
    let wasWanted = Mutex(true)
    // Owned by this test, which cancels it and waits for it.
    let running = Task {
      await failure {
        try await pool.run(.write) { _, turn throws(SQLFailure) in
          block.hold()
          wasWanted.withLock { $0 = turn.isWanted() }
        }
      }
    }
    await block.isHeld()
    // Owned by this test, which cancels it and waits for it.
    let waiting = Task {
      await failure { try await pool.run(.write) { _, _ throws(SQLFailure) in } }
    }
    await until { pool.waitingCount == 1 }

    waiting.cancel()
    running.cancel()

    #expect(await waiting.value == .notMade(.cancelled))
    #expect(await running.value == .cancelled(.mayHaveBeenDone))
    #expect(pool.waitingCount == 0)
    block.release()
    await pool.close(within: .seconds(5))
    #expect(!wasWanted.withLock { $0 })
    #expect(pool.breaker.health.counts.rejected == 0)
  }

  // MARK: Failures

  @Test func `a read whose connection is lost is done once more, and a write never`() async throws {
    let lost = SQLFailure.connectionLost(Store.cause, .mayHaveBeenDone)
    for (isReadOnly, losses, runs, result) in [
      (true, 1, 2, nil), (true, 2, 2, SQLFailure.connectionLost(Store.cause, .nothingDone)),
      (false, 1, 1, lost),
    ] {
      let store = Store()
      let pool = try store.pool { $0.connectionCountMax = 1 }
      let runCount = Atomic(0)
      let call = SQLCall(timeLimit: nil, isReadOnly: isReadOnly)
      let told = await failure {
        try await pool.run(call) { _, _ throws(SQLFailure) in
          if runCount.wrappingAdd(1, ordering: .relaxed).newValue <= losses { throw lost }
        }
      }
      #expect(told == result)
      #expect(runCount.load(ordering: .relaxed) == runs)
      #expect(pool.counts.repeats == (isReadOnly ? 1 : 0))
      #expect(store.opened.value == losses + (runs > losses ? 1 : 0))
      await pool.close(within: .seconds(5))
    }
  }

  @Test func `a connection that is gone while nobody uses it is replaced before it is used`()
    async throws
  {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 1 }
    try await pool.run(.write) { _, _ throws(SQLFailure) in }
    store.isGone.store(true)
    let numbers = try await pool.run(.write) { connection, _ throws(SQLFailure) in
      connection.number
    }
    #expect(numbers == 2)
    #expect(pool.counts.failures == 0)
    await pool.close(within: .seconds(5))
  }

  @Test func `the breaker opens for a store that is away, and not for statements`() async throws {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 2 }
    for _ in 0..<50 {
      let told = await failure {
        try await pool.run(.read) { _, _ throws(SQLFailure) in
          throw .statementRefused(Store.cause)
        }
      }
      #expect(told == .statementRefused(Store.cause))
    }
    #expect(pool.breaker.health.state == .closed)

    store.isAway.store(true)
    store.isGone.store(true)
    var refusal: SQLRefusal?
    for _ in 0..<200 where refusal == nil {
      let told = await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
      #expect(told != nil)
      refusal = told?.refusal
    }
    guard case .open("test", let pause?) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(pause <= .milliseconds(220))

    store.isAway.store(false)
    await until {
      await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } } == nil
    }
    await until {
      _ = await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
      return pool.breaker.health.state == .closed
    }
    await pool.close(within: .seconds(5))
  }

  @Test func `attempts to connect are spaced, though many ask`() async throws {
    let store = Store()
    store.isAway.store(true)
    let breaker = try CircuitBreaker("never")
    breaker.disable()
    let pool = try store.pool(breaker: breaker) {
      $0.connectionCountMax = 2
      $0.pauseMin = .milliseconds(40)
      $0.pauseMax = .milliseconds(40)
    }
    let start = TimeSource.machine.now()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<10 {
        group.addTask {
          _ = await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
        }
      }
    }
    // Ten attempts of two threads are five rounds, the first of which has no pause before it.
    #expect(TimeSource.machine.now() - start >= .milliseconds(4 * 20))
    #expect(pool.counts.failedConnects == 10)
    await pool.close(within: .seconds(5))
  }

  @Test func `the gate limits the rate, and says when`() async throws {
    let gate = try RateGate(RateRule(count: 2, per: .days(2)))
    let store = Store()
    let pool = try store.pool(gate: gate) { _ in }
    for _ in 0..<2 { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
    let told = await failure { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
    guard case .notMade(.limited(let pause?)) = told else {
      Issue.record("\(String(describing: told))")
      return
    }
    #expect(pause > .seconds(80_000) && pause <= .days(1))
    await pool.close(within: .seconds(5))
  }

  // MARK: The end

  @Test func `closing lets what waits end, refuses what comes, and gives up what hangs`()
    async throws
  {
    let store = Store()
    let pool = try store.pool { $0.connectionCountMax = 1 }
    let done = Atomic(0)
    let block = Block()
    async let first: Void = pool.run(.write) { _, _ throws(SQLFailure) in block.hold() }
    await block.isHeld()
    async let second: Void = pool.run(.write) { _, _ throws(SQLFailure) in
      _ = done.add(1, ordering: .relaxed)
    }
    await until { pool.waitingCount == 1 }
    async let closed: Void = pool.close(within: .seconds(300))
    let brief = SQLCall(timeLimit: .milliseconds(5), isReadOnly: true)
    await until {
      await failure { try await pool.run(brief) { _, _ throws(SQLFailure) in } }
        == .notMade(.closed)
    }
    block.release()
    try await first
    try await second
    await closed
    #expect(done.load(ordering: .relaxed) == 1)

    let other = try store.pool { $0.connectionCountMax = 1 }
    let isStuck = Block()
    async let hanging = failure {
      try await other.run(.write) { _, turn throws(SQLFailure) in
        isStuck.note()
        while turn.isWanted() { OwnedThread.nap(microseconds: 1_000) }
        throw .connectionLost(Store.cause, .mayHaveBeenDone)
      }
    }
    await isStuck.isHeld()
    async let queued = failure { try await other.run(.write) { _, _ throws(SQLFailure) in } }
    await until { other.waitingCount == 1 }
    await other.close(within: .milliseconds(20))
    #expect(await hanging == .connectionLost(Store.cause, .mayHaveBeenDone))
    #expect(await queued == .notMade(.closed))
    #expect(store.open.value == 0)
  }

  @Test func `a pool that is let go closes its connections`() async throws {
    let store = Store()
    do {
      let pool = try store.pool { _ in }
      try await pool.run(.read) { _, _ throws(SQLFailure) in }
      #expect(store.open.value == 1)
    }
    await until { store.open.value == 0 }
  }

  @Test func `settings out of their range are refused`() {
    let changes: [(inout SQLPoolConfiguration) -> Void] = [
      { $0.connectionCountMax = 0 }, { $0.connectionCountMax = 65 }, { $0.waitingCountMax = -1 },
      { $0.waitMax = .zero }, { $0.callLimit = .days(2) }, { $0.pauseMin = .zero },
      { $0.pauseMax = .zero }, { $0.breaker.callsMin = 0 },
    ]
    for (index, change) in changes.enumerated() {
      let failure = #expect(throws: SQLFailure.self, "\(index)") {
        _ = try Store().pool(change)
      }
      #expect(failure?.code == "SQS-007", "\(index)")
    }
  }

  @Test func `metrics show what is counted`() async throws {
    let registry = MetricsRegistry()
    let store = Store()
    let pool = try store.pool(metrics: try SQLPoolMetrics(registry, pool: "books")) {
      $0.connectionCountMax = 1
    }
    for _ in 0..<3 { try await pool.run(.read) { _, _ throws(SQLFailure) in } }
    _ = await failure {
      try await pool.run(.read) { _, _ throws(SQLFailure) in throw .contended(Store.cause) }
    }
    let text = registry.rendered()
    for line in [
      "omni_sql_calls{pool=\"books\"} 3", "omni_sql_errors{pool=\"books\"} 1",
      "omni_sql_connects{pool=\"books\"} 1",
    ] { #expect(text.contains(line), "\(line) in \(text)") }
    await pool.close(within: .seconds(5))
  }

  // MARK: Properties

  @Test func `pauses double up to their bound and vary by a half`() {
    let backoff = SQLBackoff(pauseMin: .milliseconds(20), pauseMax: .milliseconds(500))
    for (failures, most) in [(0, 0), (1, 20), (2, 40), (5, 320), (6, 500), (1_000, 500)] {
      let whole = Int64(most) * 1_000_000
      #expect(backoff.pause(afterFailures: failures, draw: .max).nanoseconds == whole)
      #expect(backoff.pause(afterFailures: failures, draw: 0).nanoseconds == whole / 2)
    }
  }
}
