import OmniClocks
import OmniRedis
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisSubscription", .timeLimit(.minutes(1)))
struct RedisSubscriptionTests {
  typealias Message = RedisSubscription.Message

  @Test func `messages of channels and patterns arrive in order`() async throws {
    let server = try RedisServer()
    let subscription = try RedisSubscription(
      RedisAddress(server.address), channels: ["fills", "orders"], patterns: ["quotes.*"])
    let publisher = try RedisConnection(RedisAddress(server.address))
    var events = subscription.events.makeAsyncIterator()
    #expect(await events.next() == .connected)

    #expect(try publisher.publish("fills", [0, 255, 13, 10]) == 1)
    #expect(try publisher.publish("nobody", []) == 0)
    #expect(try publisher.publish("quotes.a", []) == 1)
    for number in UInt8(0)..<200 { _ = try publisher.publish("orders", [number]) }

    #expect(
      await events.next() == .message(Message(channel: "fills", payload: [0, 255, 13, 10])))
    #expect(
      await events.next()
        == .message(Message(channel: "quotes.a", pattern: "quotes.*", payload: [])))
    for number in UInt8(0)..<200 {
      #expect(await events.next() == .message(Message(channel: "orders", payload: [number])))
    }
    #expect(subscription.droppedCount == 0)
    subscription.close()
    #expect(await events.next() == nil)
  }

  @Test func `a subscription survives that the server starts again, and says so`() async throws {
    let server = try RedisServer()
    let subscription = try RedisSubscription(
      RedisAddress(server.address), channels: ["fills"], patterns: ["quotes.*"])
    var events = subscription.events.makeAsyncIterator()
    #expect(await events.next() == .connected)

    for round in UInt8(1)...2 {
      try server.kill()
      guard case .disconnected(let failure) = await events.next() else {
        Issue.record("the loss was not told")
        return
      }
      #expect(failure.code == "RED-007")
      try server.start()
      #expect(await events.next() == .reconnected)
      let publisher = try RedisConnection(RedisAddress(server.address))
      #expect(try publisher.publish("fills", [round]) == 1)
      #expect(try publisher.publish("quotes.b", [round]) == 1)
      #expect(await events.next() == .message(Message(channel: "fills", payload: [round])))
      #expect(
        await events.next()
          == .message(Message(channel: "quotes.b", pattern: "quotes.*", payload: [round])))
    }
  }

  @Test func `a server that is not there is told once, and found when it comes`() async throws {
    let server = try RedisServer()
    try server.kill()
    let subscription = try RedisSubscription(RedisAddress(server.address), channels: ["fills"])
    var events = subscription.events.makeAsyncIterator()

    guard case .disconnected(let failure) = await events.next() else {
      Issue.record("the absence was not told")
      return
    }
    #expect(failure.code == "RED-003")
    try server.start()
    #expect(await events.next() == .connected)
  }

  @Test func `a server that stands still is noticed without a message`() async throws {
    let server = try RedisServer()
    var settings = RedisSubscription.Configuration(
      connection: .init(connectTimeout: .milliseconds(300), timeout: .milliseconds(300)))
    settings.pingInterval = .milliseconds(100)
    let subscription = try RedisSubscription(
      RedisAddress(server.address), channels: ["fills"], settings)
    let publisher = try RedisConnection(RedisAddress(server.address))
    var events = subscription.events.makeAsyncIterator()
    #expect(await events.next() == .connected)

    // Pings go to and fro meanwhile, and are no events.
    try publisher.run(RedisCommand("BLPOP", "never", "0.5"))
    _ = try publisher.publish("fills", [1])
    #expect(await events.next() == .message(Message(channel: "fills", payload: [1])))
    try server.freeze()
    guard case .disconnected(let failure) = await events.next() else {
      Issue.record("the silence was not told")
      return
    }
    #expect(failure.code == "RED-006")
    try server.thaw()
    #expect(await events.next() == .reconnected)
  }

  @Test func `a slow reader loses the oldest messages, and is told how many`() async throws {
    let server = try RedisServer()
    var settings = RedisSubscription.Configuration()
    settings.eventCountMax = 16
    let subscription = try RedisSubscription(
      RedisAddress(server.address), channels: ["fills"], settings)
    let publisher = try RedisConnection(RedisAddress(server.address))
    while try publisher.publish("fills", []) == 0 {
      try await TimeSource.machine.sleep(for: .milliseconds(1))
    }
    for number in UInt8(0)..<100 { _ = try publisher.publish("fills", [number]) }
    // Of `connected`, the first message and these hundred, sixteen are kept.
    while subscription.droppedCount < 86 {
      try await TimeSource.machine.sleep(for: .milliseconds(1))
    }
    subscription.close()

    var kept: [RedisSubscription.Event] = []
    for await event in subscription.events { kept.append(event) }

    let newest = (85..<100).map { Message(channel: "fills", payload: [UInt8($0)]) }
    #expect(kept.filter { $0 != .connected } == newest.map { .message($0) })
    #expect(kept.count == 16, "that it was connected is kept")
    #expect(subscription.droppedCount == 86)
  }

  @Test func `nothing to subscribe and settings out of their range are refused`() throws {
    let address = try RedisAddress("redis://localhost")
    var settings = RedisSubscription.Configuration()
    settings.eventCountMax = 0
    for channels in [[], ["a"]] {
      let failure = #expect(throws: RedisFailure.self) {
        try RedisSubscription(address, channels: channels, settings)
      }
      #expect(failure?.code == "RED-012")
    }
  }

  @Test func `a reader that is cancelled ends the connection`() async throws {
    let server = try RedisServer()
    let subscription = try RedisSubscription(
      RedisAddress(server.address), channels: ["fills"],
      .init(connection: .init(name: "listener")))
    let publisher = try RedisConnection(RedisAddress(server.address))
    let count = Shared(0)
    let reader = Task { for await _ in subscription.events { count.change { $0 += 1 } } }
    while count.value == 0 { try await TimeSource.machine.sleep(for: .milliseconds(1)) }

    reader.cancel()
    await reader.value

    while try publisher.run(RedisCommand("CLIENT", "LIST")).text().contains("name=listener ") {
      try await TimeSource.machine.sleep(for: .milliseconds(1))
    }
  }
}

// MARK: - Words for the tests

extension RedisConnection {
  /// Publishes, and gives how many heard it.
  fileprivate func publish(_ channel: String, _ payload: [UInt8]) throws -> Int64 {
    var command = RedisCommand("PUBLISH", channel)
    command.append(payload)
    return try run(command).integer()
  }
}
