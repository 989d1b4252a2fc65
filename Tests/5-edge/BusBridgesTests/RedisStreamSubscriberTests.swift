import OmniBus
import OmniBusBridges
import OmniRedis
import OmniTestKit
import OmniTime
import Testing

@Suite("RedisStreamSubscriber", .serialized, .timeLimit(.minutes(2)))
struct RedisStreamSubscriberTests {
  @Test func `one that starts late catches up, one that wants the newest does not`() async throws {
    let (rig, server) = (try Rig(), try RedisServer())
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    try rig.publish(3_000)
    #expect(try await eventually { bridge.counters.published == 3_000 })
    let (all, some, newest) = (Record(), Record(), Record())
    let subscribers = [
      try all.subscriber(server, from: .after(0), name: "all"),
      try some.subscriber(server, from: .after(2_000), name: "some"),
      try newest.subscriber(server, from: .newest, name: "newest"),
    ]
    #expect(try await eventually { newest.statuses == [.connected] })
    try rig.publish(100)
    #expect(
      try await eventually { all.count == 3_100 && some.count == 1_100 && newest.count == 100 })
    #expect(all.sequences == Array(1...3_100))
    #expect(some.sequences == Array(2_001...3_100))
    #expect(newest.sequences == Array(3_001...3_100))
    bridge.close()
    for subscriber in subscribers { subscriber.close() }
  }

  @Test func `what the stream no longer has is sent again from the log`() async throws {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    var settings = RedisStreamBridge.Configuration()
    settings.replayMax = 1_000
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address), settings)
    try rig.publish(5_000)
    #expect(try await eventually { bridge.counters.published == 5_000 })
    let redis = try RedisConnection(RedisAddress(server.address))
    try redis.run(RedisCommand("XTRIM", "omni:bus", "MAXLEN", "=", "100"))
    try redis.run(RedisCommand("XDEL", "omni:bus", "4950-0", "4951-0"))

    let subscriber = try record.subscriber(server, from: .after(10))
    #expect(try await eventually { record.count == 4_990 })
    #expect(record.sequences == Array(11...5_000))
    #expect(record.foreign == 0)
    #expect(
      try await eventually {
        record.statuses == [
          .connected, .gap(11...4_900), .replayed(11...4_900), .gap(4_950...4_951),
          .replayed(4_950...4_951),
        ]
      })
    #expect(bridge.counters.replayed == 4_892)
    #expect(
      try await eventually {
        (try? redis.run(RedisCommand("XLEN", "omni:bus:requests"))) == .integer(0)
      })
    bridge.close()
    subscriber.close()
  }

  @Test func `a damaged entry is told, counted, and sent again`() async throws {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    let redis = try RedisConnection(RedisAddress(server.address))
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    try rig.publish(3)
    #expect(try await eventually { record.count == 3 })
    var bytes = EventEnvelope.encoded(Rig.event(4))
    bytes[8] ^= 1
    var entry = RedisCommand("XADD", "omni:bus", "4-0", "e")
    entry.append(bytes)
    try redis.run(entry)
    var other = RedisCommand("XADD", "omni:bus", "5-0", "e")
    other.append(EventEnvelope.encoded(Rig.event(9)))
    try redis.run(other)
    try redis.run(RedisCommand("XADD", "omni:bus", "6-0", "other", "x"))
    #expect(try await eventually { subscriber.counters.damaged == 3 })
    #expect(record.count == 3)
    try rig.publish(4)
    #expect(try await eventually { record.count == 7 })
    #expect(record.sequences == Array(1...7))
    #expect(record.foreign == 0)
    #expect(record.statuses.contains(.damaged(.damaged(place: "5-0", .otherNumber(9)))))
    #expect(record.statuses.contains(.damaged(.damaged(place: "6-0", .empty))))
    #expect(bridge.counters.duplicates == 3)
    bridge.close()
    subscriber.close()
  }

  @Test func `what the log no longer has is told with the oldest that it has`() async throws {
    let log = try EventLogConfiguration(segmentBytes: 16_384, retentionBytes: 65_536)
    let (rig, server, record) = (try Rig(capacity: 64, log), try RedisServer(), Record())
    try rig.publish(5_000)
    #expect(try await eventually { rig.bus.logged == 5_000 })
    let oldest = try #require(rig.bus.log?.oldest)
    #expect(oldest > 1_000)
    var settings = RedisStreamBridge.Configuration()
    settings.replayWindow = 10
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address), settings)
    let subscriber = try record.subscriber(server, from: .after(0))
    #expect(try await eventually { record.sequences.last == 5_000 })
    #expect(record.sequences == Array(oldest...5_000))
    #expect(
      try await eventually {
        record.statuses == [
          .connected, .gap(1...4_990), .outOfReach(lost: 1...oldest - 1, oldest: oldest),
          .replayed(oldest...4_990),
        ]
      })
    #expect(subscriber.counters.lost == oldest - 1)
    bridge.close()
    subscriber.close()
  }

  @Test func `few places for what waits behind a gap are enough`() async throws {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    try rig.publish(2_000)
    #expect(try await eventually { bridge.counters.published == 2_000 })
    let redis = try RedisConnection(RedisAddress(server.address))
    let ids = (1...20).map { "\($0 * 90)-0" }
    try redis.run(RedisCommand("XDEL", ["omni:bus"] + ids))
    let subscriber = try record.subscriber(server, from: .after(0)) { settings in
      settings.heldMax = 16
      settings.readMax = 64
    }
    #expect(try await eventually { record.count == 2_000 })
    #expect(record.sequences == Array(1...2_000))
    bridge.close()
    subscriber.close()
  }

  @Test func `a server that is away is told once, and settings are checked`() async throws {
    let (server, record) = (try RedisServer(), Record())
    try server.kill()
    let subscriber = try record.subscriber(server, from: .newest)
    #expect(try await eventually { record.statuses.count == 1 })
    guard case .disconnected(.redis(let failure)) = record.statuses[0] else {
      Issue.record("the absence was not told")
      return
    }
    #expect(failure.code == "RED-003")
    try server.start()
    #expect(try await eventually { record.statuses.count == 2 })
    #expect(record.statuses.last == .connected)
    subscriber.close()
    #expect(throws: BridgeFailure.self) {
      try record.subscriber(server, from: .newest, name: "a b")
    }
    #expect(throws: BridgeFailure.self) {
      try record.subscriber(server, from: .newest) { $0.readMax = 0 }
    }
  }
}
