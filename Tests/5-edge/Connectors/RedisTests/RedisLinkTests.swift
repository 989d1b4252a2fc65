import Glibc
import OmniCircuitBreaker
import OmniClocks
import OmniRedis
import OmniTestKit
import OmniTime
import Testing

/// Calls that send on the thread of whoever calls, and how a connection goes from there to the
/// lane's thread and back.
@Suite("RedisLink", .timeLimit(.minutes(2)))
struct RedisLinkTests {
  @Test func `a call alone ends without suspending its task`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    try await client.run(RedisCommand("PING"))
    // The machine may be busy; but not every time.
    var directCount = 0
    for _ in 0..<200 where directCount < 5 {
      let isEnded = Shared(false)
      let call = Task.immediate {
        try await client.run(RedisCommand("PING"))
        isEnded.change { $0 = true }
      }
      if isEnded.value { directCount += 1 }
      try await call.value
    }
    #expect(directCount == 5)
    await client.close()
  }

  @Test func `replies stay in order while calls come alone and together in turn`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    let wrongCount = try await withThrowingTaskGroup(of: Int.self) { group in
      for seed in UInt64(0)..<16 {
        group.addTask {
          var random = SeededRandom(seed: seed)
          var wrongCount = 0
          for step in 0..<400 {
            let text = "\(seed) \(step)"
            // Some are so slow that the caller does not wait for them himself.
            let commands =
              random.below(40) == 0
              ? [RedisCommand("DEBUG", "SLEEP", "0.0005"), RedisCommand("ECHO", text)]
              : [RedisCommand("ECHO", text)]
            let replies = try await client.run(pipeline: commands)
            if replies.last != .bytes(Array(text.utf8)) { wrongCount += 1 }
            if random.below(8) == 0 {
              try await TimeSource.machine.sleep(
                for: Interval(nanoseconds: Int64(random.below(600_000))))
            }
          }
          return wrongCount
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(wrongCount == 0)
    #expect(client.counts.losses == 0 && client.counts.reconnects == 0)
    await client.close()
  }

  @Test func `a command for which there is no room goes out when there is`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    try await client.run(RedisCommand("PING"))
    let value = (0..<24 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var command = RedisCommand("SET", "large")
    command.append(value)
    try server.freeze()
    let isEnded = Shared(false)
    let call = Task { [command] in
      defer { isEnded.change { $0 = true } }
      return try await client.run(command)
    }
    try await until { client.breaker.health.counts.admitted == 2 }
    try await TimeSource.machine.sleep(for: .milliseconds(50))
    #expect(!isEnded.value)
    try server.thaw()
    try await call.value.expectOK()
    #expect(try await client.run(RedisCommand("ECHO", "next")) == .bytes(Array("next".utf8)))
    #expect(try await client.run(RedisCommand("GET", "large")) == .bytes(value))
    await client.close()
  }

  @Test func `a server killed after it was sent to is told as such, and found again`() async throws
  {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    try await client.run(RedisCommand("PING"))
    try server.freeze()
    let call = Task { try await client.run(RedisCommand("INCR", "n")) }
    try await until { client.breaker.health.counts.admitted == 2 }
    try await TimeSource.machine.sleep(for: .milliseconds(20))
    try server.kill()
    let failure = await #expect(throws: RedisFailure.self) { try await call.value }
    #expect(failure?.code == "RED-007" && failure?.fate == .mayHaveRun)
    try server.start()
    try await until { (try? await client.run(RedisCommand("PING"))) == .status("PONG") }
    await client.close()
  }

  @Test func `a server that goes while nobody calls is connected again before anybody does`()
    async throws
  {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    for _ in 0..<3 { try await client.run(RedisCommand("PING")) }
    try server.kill()
    try await until { client.connectedCount == 0 }
    try server.start()
    try await until { client.connectedCount == 1 && client.counts.reconnects == 1 }
    #expect(try await client.run(RedisCommand("PING")) == .status("PONG"))
    #expect(client.counts.losses == 0)
    await client.close()
  }

  @Test func `a server that hangs up in the middle of a reply fails that call alone`() async throws
  {
    for cut in ["", "$5\r\nfi"] {
      // The second connection is like the first and goes on.
      let server = try Scripted([
        [.say("+PONG\r\n"), .say("+first\r\n"), .sayAndGo(cut)],
        [.say("+PONG\r\n"), .say("+second\r\n")],
      ])
      let client = try RedisClient(server.address, settings())
      #expect(try await client.run(RedisCommand("PING")) == .status("first"))
      let failure = await #expect(throws: RedisFailure.self) {
        try await client.run(RedisCommand("GET", "a"))
      }
      #expect(failure?.code == "RED-007" && failure?.fate == .mayHaveRun, "\(cut)")
      #expect(try await client.run(RedisCommand("PING")) == .status("second"))
      #expect(client.counts.losses == 1)
      await client.close()
    }
  }

  /// The next call finds it on its own thread, or the lane's thread does when it is woken.
  @Test(arguments: [false, true])
  func `what nobody asked for is no reply to the next call`(isSlow: Bool) async throws {
    let first = isSlow ? Scripted.Step.sayLate("+first\r\n") : .say("+first\r\n")
    let server = try Scripted([
      [.say("+PONG\r\n")] + [Scripted.Step](repeating: first, count: 10),
      [.say("+PONG\r\n"), .say("+second\r\n")],
    ])
    let client = try RedisClient(server.address, settings())
    for _ in 0..<10 {
      #expect(try await client.run(RedisCommand("PING")) == .status("first"))
      try await TimeSource.machine.sleep(for: .milliseconds(10))
    }
    // So that the thread has left the connection to whoever comes.
    try await TimeSource.machine.sleep(for: .milliseconds(200))
    try server.interject("+stray\r\n")
    #expect(try await client.run(RedisCommand("PING")) == .status("second"))
    #expect(client.counts.reconnects == 1)
    await client.close()
  }

  @Test func `closing while calls come ends each of them`() async throws {
    let server = try RedisServer()
    for _ in 0..<20 {
      let client = try RedisClient(RedisAddress(server.address), settings())
      let calls = (0..<4).map { number in
        // Owned by the array, of which each is awaited below.
        Task {
          var count = 0
          do {
            while true {
              let text = "\(number) \(count)"
              let reply = try await client.run(RedisCommand("ECHO", text))
              #expect(reply == .bytes(Array(text.utf8)))
              count += 1
            }
          } catch RedisFailure.closed { return count }
        }
      }
      try await until { client.counts.commands > 20 }
      await client.close()
      for call in calls { _ = try await call.value }
      #expect(client.connectedCount == 0)
    }
  }

  @Test func `a call that is cancelled after it was sent ends at once and takes no other along`()
    async throws
  {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    try await client.run(RedisCommand("PING"))
    try server.freeze()
    let sent = Task { try await client.run(RedisCommand("ECHO", "sent")) }
    try await until { client.breaker.health.counts.admitted == 2 }
    let behind = Task { try await client.run(RedisCommand("ECHO", "behind")) }
    try await until { client.breaker.health.counts.admitted == 3 }
    sent.cancel()
    await #expect(throws: CancellationError.self) { try await sent.value }
    try server.thaw()
    #expect(try await behind.value == .bytes(Array("behind".utf8)))
    await client.close()
  }

  @Test func `a time that is over before the server answers is kept`() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address), settings())
    try await client.run(RedisCommand("PING"))
    try server.freeze()
    let limit = Interval.milliseconds(40)
    await #expect(
      throws: RedisFailure.timedOut(command: "INCR", after: limit, fate: .mayHaveRun)
    ) { try await client.run(RedisCommand("INCR", "n"), timeout: limit) }
    try server.thaw()
    try await until { (try? await client.run(RedisCommand("PING"))) == .status("PONG") }
    await client.close()
  }
}

// MARK: - Words for the tests

private func settings() -> RedisClient.Configuration {
  var settings = RedisClient.Configuration(connection: .init(timeout: .seconds(20)))
  settings.connection.name = ""
  settings.connectionCount = 1
  settings.seed = 7
  return settings
}

/// Waits until `claim` is true, at most for a minute.
private func until(_ claim: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(60)
  while try await !claim() {
    try #require(ContinuousClock.now < end, "it was waited for in vain")
    try await TimeSource.machine.sleep(for: .milliseconds(2))
  }
}

/// A server that says what it is told to, one connection after the other.
@safe private final class Scripted: Sendable {
  enum Step: Sendable {
    /// Reads what comes and says this.
    case say(String)
    /// Reads what comes, and says this when nobody waits for it any more but the lane's thread.
    case sayLate(String)
    /// Reads what comes, says this and hangs up.
    case sayAndGo(String)
  }

  let address: RedisAddress
  private let listener: Int32
  /// The connection that is served.
  private let peer = Shared<Int32>(-1)

  init(_ connections: [[Step]]) throws {
    let port = try RedisServer.freePort()
    address = try RedisAddress("redis://127.0.0.1:\(port)")
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(port).bigEndian)
    place.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    let isBound = unsafe withUnsafePointer(to: &place) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isBound && listen(descriptor, 8) == 0)
    listener = descriptor
    let (own, peer) = (dup(descriptor), peer)
    let thread = Thread { Self.serve(own, connections, peer) }
    try #require(thread.isStarted)
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Says something that nobody asked for; on the loopback it has arrived when this returns.
  func interject(_ text: String) throws {
    let bytes = Array(text.utf8)
    try #require(unsafe write(peer.value, bytes, bytes.count) == bytes.count)
  }

  private static func serve(
    _ listener: Int32, _ connections: [[Step]], _ shown: Shared<Int32>
  ) {
    var heard = [UInt8](repeating: 0, count: 4_096)
    for steps in connections {
      let peer = accept(listener, nil, nil)
      guard peer >= 0 else { break }
      shown.change { $0 = peer }
      var isOver = false
      for step in steps where !isOver {
        switch step {
        case .say(let text), .sayLate(let text), .sayAndGo(let text):
          isOver = unsafe read(peer, &heard, heard.count) <= 0
          if case .sayLate = step { usleep(5_000) }
          let bytes = Array(text.utf8)
          _ = unsafe write(peer, bytes, bytes.count)
          if case .sayAndGo = step { isOver = true }
        }
      }
      while !isOver { isOver = unsafe read(peer, &heard, heard.count) <= 0 }
      close(peer)
    }
    close(listener)
  }
}

/// A thread that ends with its body.
private struct Thread {
  let isStarted: Bool

  init(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(Body(run: body)).toOpaque()
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, box)
    isStarted = code == 0
    if isStarted { pthread_detach(thread) }
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
