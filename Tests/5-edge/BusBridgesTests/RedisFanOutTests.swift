import OmniBus
import OmniBusBridges
import OmniClocks
import OmniRedis
import OmniTestKit
import OmniTime
import Synchronization
import Testing

/// A subscriber with a task that keeps what it gives.
final class FanOutRecord: Sendable {
  let subscriber: RedisFanOutSubscriber
  private let list = Mutex<[RedisFanOutSubscriber.Item]>([])

  init(_ server: RedisServer, topics: [String]? = nil) throws {
    subscriber = try RedisFanOutSubscriber(RedisAddress(server.address), topics: topics)
  }

  var items: [RedisFanOutSubscriber.Item] { list.withLock { $0 } }

  var sequences: [UInt64] {
    items.compactMap { item in
      guard case .event(let event) = item else { return nil }
      return event.sequence
    }
  }

  func run() async {
    await subscriber.run { item in list.withLock { $0.append(item) } }
  }
}

@Suite("RedisFanOut", .serialized, .timeLimit(.minutes(1)))
struct RedisFanOutTests {
  @Test func `events reach the channels of their topics`() async throws {
    let (rig, server) = (try Rig(), try RedisServer())
    let all = try FanOutRecord(server)
    let fills = try FanOutRecord(server, topics: ["order.submitted", "risk.breach"])
    async let first: Void = all.run()
    async let second: Void = fills.run()
    #expect(
      try await eventually { all.items == [.connected] && fills.items == [.connected] })
    let fanOut = try RedisFanOut(rig.bus, RedisAddress(server.address))
    #expect(try await eventually { fanOut.counters.isConnected })
    try rig.publish(800)
    let wanted = (1...UInt64(800)).map(Rig.event)
    let some = wanted.filter {
      $0.header.topic == .orderSubmitted || $0.header.topic == .riskBreach
    }
    #expect(
      try await eventually { all.sequences.count == 800 && fills.sequences.count == some.count })
    #expect(all.items == [.connected] + wanted.map { .event($0) })
    #expect(fills.items == [.connected] + some.map { .event($0) })
    #expect(fanOut.counters.published == 800)
    #expect(fanOut.counters.behind == 0)
    #expect(all.subscriber.counters.position == 800)
    fanOut.close()
    all.subscriber.close()
    fills.subscriber.close()
    _ = await (first, second)
  }

  @Test func `what is published while Redis is away is dropped, counted, and seen as gaps`()
    async throws
  {
    let (rig, server) = (try Rig(), try RedisServer())
    let all = try FanOutRecord(server)
    async let running: Void = all.run()
    #expect(try await eventually { all.items == [.connected] })
    let fanOut = try RedisFanOut(rig.bus, RedisAddress(server.address))
    #expect(try await eventually { fanOut.counters.isConnected })
    try rig.publish(100)
    #expect(try await eventually { all.sequences.count == 100 })
    try server.kill()
    try rig.publish(1_000)
    #expect(try await eventually { fanOut.counters.dropped == 1_000 })
    #expect(!fanOut.counters.isConnected)
    try server.start()
    #expect(
      try await eventually { fanOut.counters.isConnected && all.items.last == .connected })
    try rig.publish(100)
    #expect(try await eventually { all.sequences.count == 200 })
    #expect(all.sequences == Array(1...100) + Array(1_101...1_200))
    let missing = all.items.reduce(into: UInt64(0)) { sum, item in
      if case .gap(_, let missing) = item { sum += missing ?? 0 }
    }
    #expect(missing == 1_000)
    #expect(all.subscriber.counters.lost == 1_000)
    #expect(fanOut.counters.reconnects == 1)
    fanOut.close()
    all.subscriber.close()
    _ = await running
  }
}
