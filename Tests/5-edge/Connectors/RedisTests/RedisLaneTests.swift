import OmniCircuitBreaker
import OmniClocks
import OmniRedis
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisLane", .timeLimit(.minutes(2)))
struct RedisLaneTests {
  /// Tasks write and read while the server is killed three times.
  ///
  /// The server has each write on its disk before it answers, so what was answered must be there
  /// at the end, and what was surely not sent must not.
  @Test func `a server that is killed under load loses no call, no reply and no trust`()
    async throws
  {
    let server = try RedisServer(appendonly: true)
    let client = try RedisClient(RedisAddress(server.address), settings(timeout: .seconds(2)))
    let book = Shared(Book())
    let isOver = Shared(false)

    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask { await Self.write(client, number, book, isOver) }
      }
      for round in 1...3 {
        try await until { book.value.answeredCount >= round * 1_000 }
        try server.kill()
        try await until { client.breaker.health.state == .open }
        try await expectFastFailure(client)
        try server.start()
        let start = ContinuousClock.now
        let count = book.value.answeredCount
        try await until { book.value.answeredCount > count }
        let time = ContinuousClock.now - start
        #expect(time < .seconds(3), "the first success after \(time) in round \(round)")
      }
      try await until { book.value.answeredCount >= 4_000 }
      isOver.change { $0 = true }
      try await group.waitForAll()
    }
    await client.close()

    let result = book.value
    #expect(result.wrongReplies == [])
    #expect(result.otherErrors == [])
    #expect(result.lostCount > 0)
    #expect(client.counts.reconnects >= 3)
    let connection = try RedisConnection(RedisAddress(server.address))
    let answered = try connection.run(pipeline: result.answered.map { RedisCommand("GET", $0) })
    let unanswered = zip(result.answered, answered).filter { $0 != (try? $1.text()) }
    #expect(unanswered.map(\.0) == [], "was answered and is not there")
    let unsent = try connection.run(pipeline: result.unsent.map { RedisCommand("EXISTS", $0) })
    #expect(unsent.allSatisfy { $0 == .integer(0) }, "was surely not sent and is there")
  }

  @Test func `a server that is not there is told at once, and found when it comes`() async throws {
    let server = try RedisServer()
    try server.kill()
    let client = try RedisClient(RedisAddress(server.address), settings())

    var failures: [RedisFailure] = []
    let time = try await measured {
      for _ in 0..<3 {
        failures.append(
          try #require(
            await #expect(throws: RedisFailure.self) { try await client.run(RedisCommand("PING")) })
        )
      }
    }

    #expect(failures.allSatisfy { $0.code == "RED-003" && $0.fate == .notSent })
    #expect(time < .seconds(60), "\(time)")
    try server.start()
    try await until { await isWell(client) }
    #expect(client.counts.reconnects == 0)
    await client.close()
  }

  @Test func `a client that is let in nowhere says why`() async throws {
    let server = try RedisServer(password: "open-sesame")
    let client = try RedisClient(
      RedisAddress("redis://:horse@127.0.0.1:\(server.port)"), settings())

    let failure = await #expect(throws: RedisFailure.self) {
      try await client.run(RedisCommand("PING"))
    }

    #expect(failure?.code == "RED-004")
    #expect(failure?.description.contains("horse") == false)
    await client.close()
  }

  @Test func `a short absence is not noticed by whoever calls after it began`() async throws {
    let server = try RedisServer()
    var settings = settings(timeout: .seconds(20))
    settings.pauseMin = .seconds(2)
    settings.pauseMax = .seconds(2)
    let client = try RedisClient(RedisAddress(server.address), settings)
    try await until { await isWell(client) }
    try server.kill()
    // The first attempt fails at once; the next is in a second or two.
    try await until { await !isWell(client) }
    try await until { client.connectedCount == 0 }

    let call = Task { try await client.run(RedisCommand("ECHO", "patience")) }
    try server.start()

    #expect(try await call.value.text() == "patience")
    await client.close()
  }

  @Test func `calls in the queue of a server that vanished are told that they were not sent`()
    async throws
  {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings(timeout: .seconds(20)))
    let other = try RedisConnection(RedisAddress(server.address))
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until {
      try other.run(RedisCommand("INFO", "clients")).text().contains("blocked_clients:1")
    }
    let waiting = Task { try await client.run(RedisCommand("SET", "a", "b")) }
    try await until { client.breaker.health.counts.admitted == 2 }

    try server.kill()

    let lost = await #expect(throws: RedisFailure.self) { try await holder.value }
    #expect(lost?.code == "RED-007")
    #expect(lost?.fate == .mayHaveRun)
    let unsent = await #expect(throws: RedisFailure.self) { try await waiting.value }
    #expect(unsent?.code == "RED-003")
    #expect(unsent?.fate == .notSent)
    await client.close()
  }

  @Test func `a call keeps its time while the connection is being made`() async throws {
    let server = try RedisServer()
    try server.freeze()
    var settings = settings()
    settings.connection.connectTimeout = .seconds(20)
    let client = try RedisClient(RedisAddress(server.address), settings)

    var failure: RedisFailure?
    let time = await measured {
      failure = await #expect(throws: RedisFailure.self) {
        try await client.run(RedisCommand("PING"), timeout: .milliseconds(100))
      }
    }

    #expect(failure == .timedOut(command: "PING", after: .milliseconds(100), fate: .notSent))
    #expect(time < .seconds(30), "\(time)")
    try server.thaw()
    try await until { await isWell(client) }
    await client.close()
  }

  @Test func `a client closes at once although its server says nothing`() async throws {
    let server = try RedisServer()
    try server.freeze()
    var settings = settings()
    settings.connection.connectTimeout = .seconds(20)
    let client = try RedisClient(RedisAddress(server.address), settings)
    let call = Task { try await client.run(RedisCommand("PING"), timeout: .seconds(20)) }
    try await until { client.breaker.health.counts.admitted == 1 }

    let time = await measured { await client.close() }

    await #expect(throws: RedisFailure.closed(fate: .notSent)) { try await call.value }
    #expect(time < .seconds(15), "\(time)")
    try server.thaw()
  }

  // MARK: Parts

  private struct Book: Sendable {
    var answered: [String] = []
    var answeredCount = 0
    var unsent: [String] = []
    var lostCount = 0
    var wrongReplies: [String] = []
    var otherErrors: [String] = []
  }

  /// Writes keys that are their own values, and reads each back, until it is over.
  private static func write(
    _ client: RedisClient, _ number: Int, _ book: Shared<Book>, _ isOver: Shared<Bool>
  ) async {
    for step in 0... {
      if isOver.value || Task.isCancelled { return }
      let key = "\(number):\(step)"
      do {
        try await client.run(RedisCommand("SET", key, key)).expectOK()
        book.change { book in
          book.answered.append(key)
          book.answeredCount += 1
        }
        let reply = try await client.run(RedisCommand("GET", key))
        if reply != .bytes(Array(key.utf8)) { book.change { $0.wrongReplies.append(key) } }
      } catch let failure as RedisFailure {
        book.change { book in
          if !["RED-003", "RED-006", "RED-007"].contains(failure.code) {
            book.otherErrors.append(failure.description)
          }
          book.lostCount += 1
          let isWritten = book.answered.last == key || book.answered.contains(key)
          if failure.fate == .notSent, !isWritten { book.unsent.append(key) }
        }
      } catch is CircuitBreaker.Refused {
        await Task.yield()
      } catch {
        book.change { $0.otherErrors.append("\(error)") }
      }
    }
  }

  private func expectFastFailure(_ client: RedisClient) async throws {
    var times: [Interval] = []
    for _ in 0..<50 where client.breaker.health.state == .open {
      var isRefused = false
      let time = await measured {
        do {
          try await client.run(RedisCommand("PING"))
        } catch is CircuitBreaker.Refused {
          isRefused = true
        } catch {
          isRefused = false
        }
      }
      if isRefused { times.append(time) }
    }
    let median = try #require(times.sorted().dropFirst(times.count / 2).first)
    #expect(median < .milliseconds(5), "\(median)")
  }
}

// MARK: - Words for the tests

private func settings(timeout: Interval = .seconds(5)) -> RedisClient.Configuration {
  var settings = RedisClient.Configuration(connection: .init(timeout: timeout))
  settings.connectionCount = 1
  settings.seed = 7
  return settings
}

private func isWell(_ client: RedisClient) async -> Bool {
  (try? await client.run(RedisCommand("PING"))) == .status("PONG")
}

private func measured(_ body: () async throws -> Void) async rethrows -> Interval {
  let start = ContinuousClock.now
  try await body()
  return Interval(nanoseconds: Int64((ContinuousClock.now - start) / .nanoseconds(1)))
}

/// Waits until `claim` is true, at most for two minutes.
private func until(_ claim: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(120)
  while try await !claim() {
    try #require(ContinuousClock.now < end, "it was waited for in vain")
    try await TimeSource.machine.sleep(for: .milliseconds(2))
  }
}
