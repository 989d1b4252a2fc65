import Glibc
import OmniCircuitBreaker
import OmniClocks
import OmniRedis
import OmniTelemetry
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisClient", .timeLimit(.minutes(2)))
struct RedisClientTests {
  // MARK: Replies

  @Test func `a thousand tasks each get their own replies`() async throws {
    let client = try RedisClient(RedisAddress(common.get().address))

    let wrongCount = try await withThrowingTaskGroup(of: Int.self) { group in
      for seed in UInt64(0)..<1_000 {
        group.addTask {
          var random = SeededRandom(seed: seed)
          var wrongCount = 0
          for _ in 0..<50 {
            let value = "\(seed) \(random.next())"
            if try await client.run(RedisCommand("ECHO", value)) != .bytes(bytes(value)) {
              wrongCount += 1
            }
          }
          return wrongCount
        }
      }
      return try await group.reduce(0, +)
    }

    #expect(wrongCount == 0)
    #expect(client.counts.commands == 50_000)
    #expect(client.counts.errors == 0)
    await client.close()
  }

  @Test func `what waits is sent as one pipeline`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), configuration(connectionCount: 1))
    let other = try RedisConnection(RedisAddress(server.address))
    try await client.run(RedisCommand("PING"))
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until { try other.blockedCount() == 1 }
    let before = try other.readCount()

    let tasks = (0..<500).map { number in
      Task { try await client.run(RedisCommand("ECHO", "\(number)")).integer() }
    }
    try await until { client.breaker.health.counts.admitted >= 502 }
    try other.run(RedisCommand("LPUSH", "gate", "x"))

    for (number, task) in tasks.enumerated() { #expect(try await task.value == Int64(number)) }
    #expect(try await holder.value.array().count == 2)
    // Some of them may have been in no queue yet when the gate opened.
    #expect(try other.readCount() - before < 100)
    await client.close()
  }

  @Test func `a pipeline is kept together among those of others`() async throws {
    let client = try RedisClient(
      RedisAddress(common.get().address), configuration(connectionCount: 1))

    let all = try await withThrowingTaskGroup(of: [RedisReply].self) { group in
      for number in 0..<200 {
        group.addTask {
          try await client.run(pipeline: [
            RedisCommand("MULTI"), RedisCommand("SET", "together", "\(number)"),
            RedisCommand("GET", "together"), RedisCommand("EXEC"),
          ])
        }
      }
      var all: [RedisReply] = []
      for try await replies in group { all.append(replies[3]) }
      return all
    }

    let values = try all.map { try $0.array()[1].integer() }
    #expect(values.sorted() == Array(0..<200))
    await client.close()
  }

  @Test func `an error reply is thrown from a call and is data in a pipeline`() async throws {
    let client = try RedisClient(RedisAddress(common.get().address))
    let refusal = "ERR value is not an integer or out of range"

    try await client.run(RedisCommand("SET", "word", "x"))
    let failure = await #expect(throws: RedisFailure.self) {
      try await client.run(RedisCommand("INCR", "word"))
    }

    #expect(failure == .refused(command: "INCR", message: refusal))
    #expect(try await client.run(pipeline: [RedisCommand("INCR", "word")]) == [.error(refusal)])
    #expect(try await client.run(pipeline: []) == [])
    #expect(client.counts.errors == 2)
    #expect(client.breaker.health.counts.failures == 0)
    await client.close()
  }

  @Test func `a script runs although the server has forgotten it`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address))
    let script = RedisScript("return {KEYS[1], ARGV[1]}")
    let wanted = RedisReply.array([.bytes(bytes("k")), .bytes([0, 255])])

    #expect(try await client.evaluate(script, keys: ["k"], arguments: [[0, 255]]) == wanted)
    try await client.run(RedisCommand("SCRIPT", "FLUSH"))
    #expect(try await client.evaluate(script, keys: ["k"], arguments: [[0, 255]]) == wanted)
    try server.kill()
    try server.start()
    let again = try await persisting {
      try await client.evaluate(script, keys: ["k"], arguments: [[0, 255]])
    }
    #expect(again == wanted)
    await client.close()
  }

  @Test func `what would disturb others is refused before it is sent`() async throws {
    let client = try RedisClient(RedisAddress(common.get().address))
    let single = [
      RedisCommand("SELECT", "1"), RedisCommand("MULTI"), RedisCommand("EXEC"),
      RedisCommand("WATCH", "a"), RedisCommand("SUBSCRIBE", "a"), RedisCommand("QUIT"),
      RedisCommand("CLIENT", "SETNAME", "x"), RedisCommand("client", "REPLY", "OFF"),
    ]
    var calls = single.map { [$0] }
    calls.append([RedisCommand("MULTI"), RedisCommand("MULTI"), RedisCommand("EXEC")])
    for call in calls {
      let failure = await #expect(throws: RedisFailure.self) {
        try await client.run(pipeline: call)
      }
      #expect(failure?.code == "RED-012", "\(call[0].name)")
    }
    #expect(try await client.run(RedisCommand("CLIENT", "ID")).integer() > 0)
    await client.close()
  }

  // MARK: Time

  @Test func `a late reply is given to no other call`() async throws {
    let client = try RedisClient(
      RedisAddress(common.get().address), configuration(connectionCount: 1))

    let failure = await #expect(throws: RedisFailure.self) {
      try await client.run(RedisCommand("BLPOP", "never", "0.3"), timeout: .milliseconds(100))
    }
    let next = try await persisting { try await client.run(RedisCommand("ECHO", "next")) }

    #expect(
      failure == .timedOut(command: "BLPOP", after: .milliseconds(100), fate: .mayHaveRun))
    #expect(next == .bytes(bytes("next")))
    #expect(client.counts.timeouts == 1)
    #expect(client.counts.reconnects == 1)
    await client.close()
  }

  @Test func `a call that waits behind a slow one keeps its own time`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), configuration(connectionCount: 1))
    let other = try RedisConnection(RedisAddress(server.address))
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until { try other.blockedCount() == 1 }

    var failure: RedisFailure?
    let time = await measured {
      failure = await #expect(throws: RedisFailure.self) {
        try await client.run(RedisCommand("SET", "a", "b"), timeout: .milliseconds(50))
      }
    }

    #expect(failure == .timedOut(command: "SET", after: .milliseconds(50), fate: .notSent))
    #expect((.milliseconds(49) ... .seconds(2)).contains(time), "\(time)")
    try other.run(RedisCommand("LPUSH", "gate", "x"))
    #expect(try await holder.value.array().count == 2)
    #expect(try other.run(RedisCommand("EXISTS", "a")) == .integer(0))
    await client.close()
  }

  @Test func `a server that stands still times calls out, and all goes on after it`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(
      RedisAddress(server.address), configuration(timeout: .milliseconds(200)))
    try await client.run(RedisCommand("PING"))

    try server.freeze()
    let codes = await withTaskGroup(of: String.self) { group in
      for _ in 0..<40 {
        group.addTask { await code { try await client.run(RedisCommand("PING")) } }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    try server.thaw()

    #expect(codes.isSubset(of: ["RED-006", "RED-007", "BRK-003"]), "\(codes)")
    #expect(codes.contains("RED-006"))
    let reply = try await persisting { try await client.run(RedisCommand("ECHO", "again")) }
    #expect(reply == .bytes(bytes("again")))
    await client.close()
  }

  // MARK: Limits and cancelling

  @Test func `a full queue refuses, and takes again when there is room`() async throws {
    let server = try RedisServer()
    var settings = configuration(connectionCount: 1)
    settings.queueCommandsMax = 3
    let client = try RedisClient(RedisAddress(server.address), settings)
    let other = try RedisConnection(RedisAddress(server.address))
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until { try other.blockedCount() == 1 }

    let pair = Task {
      try await client.run(pipeline: [RedisCommand("PING"), RedisCommand("PING")])
    }
    try await until { client.breaker.health.counts.admitted == 2 }
    try await until { await code { try await client.run(RedisCommand("PING")) } == "RED-009" }

    try other.run(RedisCommand("LPUSH", "gate", "x"))
    #expect(try await holder.value.array().count == 2)
    #expect(try await pair.value.count == 2)
    #expect(try await client.run(RedisCommand("PING")) == .status("PONG"))
    #expect(client.counts.refusals >= 1)
    await client.close()
  }

  @Test func `a cancelled task ends at once, and what it waited for is not sent`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), configuration(connectionCount: 1))
    let other = try RedisConnection(RedisAddress(server.address))
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until { try other.blockedCount() == 1 }
    let waiting = Task { try await client.run(RedisCommand("SET", "a", "b")) }
    try await until { client.breaker.health.counts.admitted == 2 }

    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    holder.cancel()
    await #expect(throws: CancellationError.self) { try await holder.value }

    // The reply to the cancelled one comes now, and goes to nobody.
    try other.run(RedisCommand("LPUSH", "gate", "x"))
    #expect(try await client.run(RedisCommand("ECHO", "mine")) == .bytes(bytes("mine")))
    #expect(try other.run(RedisCommand("EXISTS", "a")) == .integer(0))
    #expect(client.breaker.health.counts.ignored == 2)
    await client.close()
  }

  @Test func `a task that is cancelled before it calls sends nothing`() async throws {
    let client = try RedisClient(RedisAddress(common.get().address))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await client.run(RedisCommand("PING"))
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(client.counts.commands == 0)
    await client.close()
  }

  @Test func `settings out of their range are refused`() throws {
    let address = try RedisAddress("redis://localhost")
    let changes: [(inout RedisClient.Configuration) -> Void] = [
      { $0.connectionCount = 0 }, { $0.connectionCount = 65 }, { $0.queueCommandsMax = 0 },
      { $0.queueBytesMax = 0 }, { $0.pauseMin = .zero }, { $0.pauseMax = .milliseconds(1) },
      { $0.breaker.errorPercent = 0 },
    ]
    for change in changes {
      var settings = RedisClient.Configuration()
      change(&settings)
      let failure = #expect(throws: RedisFailure.self) { try RedisClient(address, settings) }
      #expect(failure?.code == "RED-012")
    }
  }

  // MARK: Ends

  @Test func `closing ends calls, connections and threads`() async throws {
    let server = try RedisServer()
    var settings = configuration(connectionCount: 3)
    settings.connection.name = "closing"
    let client = try RedisClient(RedisAddress(server.address), settings)
    let other = try RedisConnection(RedisAddress(server.address))
    try await until { client.connectedCount == 3 }
    #expect(threadNames().count { $0 == "redis closing" } == 3)
    let holder = Task { try await client.run(RedisCommand("BLPOP", "gate", "0")) }
    try await until { try other.blockedCount() == 1 }

    await client.close()

    await #expect(throws: RedisFailure.closed(fate: .mayHaveRun)) { try await holder.value }
    await #expect(throws: RedisFailure.closed(fate: .notSent)) {
      try await client.run(RedisCommand("PING"))
    }
    try await until { !threadNames().contains("redis closing") }
    try await until { try !other.run(RedisCommand("CLIENT", "LIST")).text().contains("closing") }
    await client.close()
  }

  @Test func `a client that goes takes its threads with it`() async throws {
    var settings = configuration(connectionCount: 2)
    settings.connection.name = "leaving"
    do {
      let client = try RedisClient(RedisAddress(common.get().address), settings)
      try await client.run(RedisCommand("PING"))
    }
    try await until { !threadNames().contains("redis leaving") }
  }

  @Test func `a registry shows what a client counts`() async throws {
    let registry = MetricsRegistry()
    let metrics = try RedisMetrics(registry, client: "quotes")
    let client = try RedisClient(RedisAddress(common.get().address), metrics: metrics)

    _ = try await client.run(pipeline: [RedisCommand("PING"), RedisCommand("NONSENSE")])
    await client.close()

    let text = registry.rendered()
    #expect(text.contains("omni_redis_commands{client=\"quotes\"} 2"))
    #expect(text.contains("omni_redis_errors{client=\"quotes\"} 1"))
    #expect(text.contains("omni_redis_round_trip_nanoseconds_count{client=\"quotes\"} 1"))
  }
}

// MARK: - Words for the tests

/// A server that is neither killed nor emptied; each test has keys of its own.
private let common = Result { try RedisServer() }

private func configuration(
  connectionCount: Int = 2, timeout: Interval = .seconds(20)
) -> RedisClient.Configuration {
  var configuration = RedisClient.Configuration(connection: .init(timeout: timeout))
  configuration.connectionCount = connectionCount
  return configuration
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func measured(_ body: () async throws -> Void) async rethrows -> Interval {
  let start = ContinuousClock.now
  try await body()
  return Interval(nanoseconds: Int64((ContinuousClock.now - start) / .nanoseconds(1)))
}

/// Waits until `claim` is true, at most for 20 seconds.
private func until(_ claim: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(20)
  while try await !claim() {
    try #require(ContinuousClock.now < end, "it was waited for in vain")
    try await TimeSource.machine.sleep(for: .milliseconds(2))
  }
}

/// Calls again until it is well, at most for 20 seconds.
private func persisting<Value>(_ call: () async throws -> Value) async throws -> Value {
  let end = ContinuousClock.now + .seconds(20)
  while ContinuousClock.now < end {
    do { return try await call() } catch {
      try await TimeSource.machine.sleep(for: .milliseconds(5))
    }
  }
  return try await call()
}

/// The code of the failure of a call, or an empty one.
private func code(_ call: () async throws -> RedisReply) async -> String {
  do {
    _ = try await call()
    return ""
  } catch let failure as RedisFailure {
    return failure.code
  } catch let refused as CircuitBreaker.Refused {
    return refused.code
  } catch {
    return "\(error)"
  }
}

/// The names of this process's threads.
private func threadNames() -> [String] {
  guard let folder = unsafe opendir("/proc/self/task") else { return [] }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let descriptor = unsafe open("/proc/self/task/\(number)/comm", O_RDONLY)
    guard descriptor >= 0 else { continue }
    var name = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(descriptor, &name, name.count)
    close(descriptor)
    names.append(String(decoding: name.prefix(max(0, count - 1)), as: UTF8.self))
  }
  return names
}

extension RedisConnection {
  /// How many clients wait in a command that blocks.
  fileprivate func blockedCount() throws -> Int { try number("blocked_clients", in: "clients") }

  /// How often the server read from a socket.
  fileprivate func readCount() throws -> Int { try number("total_reads_processed", in: "stats") }

  private func number(_ key: String, in section: String) throws -> Int {
    let lines = try run(RedisCommand("INFO", section)).text().split(whereSeparator: \.isNewline)
    let line = try #require(lines.first { $0.hasPrefix("\(key):") })
    return try #require(Int(line.dropFirst(key.count + 1)))
  }
}
