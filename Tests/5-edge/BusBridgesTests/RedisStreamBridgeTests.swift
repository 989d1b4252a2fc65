import OmniBus
import OmniBusBridges
import OmniClocks
import OmniPlatform
import OmniRedis
import OmniTestKit
import OmniTime
import Synchronization
import Testing

/// A bus with a log in a folder of its own, and who publishes on it.
final class Rig: Sendable {
  let folder: String
  let bus: Bus

  init(
    capacity: Int = 8_192, first: UInt64 = 1, _ log: EventLogConfiguration? = nil
  ) throws {
    folder = try FileSystem.makeTemporaryDirectory("omni-bridges")
    let log = try EventLog(folder + "/log", log ?? EventLogConfiguration(), first: first)
    bus = try Bus(RingConfiguration(capacity: capacity), log: log)
  }

  deinit {
    try? bus.close()
    try? FileSystem.removeDirectory(folder)
  }

  /// Publishes `count` events of all families in turn; about `pace` of them in each millisecond.
  func publish(_ count: Int, pace: Int = .max) throws {
    var writer = try bus.makeWriter()
    let start = TimeSource.machine.now()
    for index in 0..<count {
      let event = Self.event(writer.nextSequence)
      try unsafe writer.publish(event.header.draft, event.payload.span.bytes)
      guard pace < .max, index % pace == pace - 1 else { continue }
      let next = start + .milliseconds(Int64(index / pace))
      while TimeSource.machine.now() < next { Parking.giveWay() }
    }
  }

  /// The event that has the number `sequence` on every rig.
  static func event(_ sequence: UInt64) -> BusEvent {
    let families = BusFamily.allCases
    let topic = BusTopic(families[Int(sequence) % families.count], UInt8(sequence / 8 % 2))
    let draft = BusDraft(
      topic, schema: BusSchema(7, version: 2),
      timestamp: Timestamp(nanoseconds: Int64(sequence) * 1_000), key: sequence % 17)
    let payload = (0..<sequence % 200).map { UInt8(truncatingIfNeeded: $0 &+ sequence) }
    return BusEvent(BusHeader(sequence: sequence, draft), payload: payload)
  }
}

/// What handlers were told.
final class Record: Sendable {
  private let state = Mutex(State())

  private struct State {
    var sequences: [UInt64] = []
    var foreign = 0
    var statuses: [RedisStreamSubscriber.Status] = []
  }

  var sequences: [UInt64] { state.withLock { $0.sequences } }
  var count: Int { state.withLock { $0.sequences.count } }
  /// How many events were not as they were published.
  var foreign: Int { state.withLock { $0.foreign } }
  var statuses: [RedisStreamSubscriber.Status] { state.withLock { $0.statuses } }

  func take(_ event: BusEvent) {
    let isSame = event == Rig.event(event.sequence)
    state.withLock { state in
      state.sequences.append(event.sequence)
      if !isSame { state.foreign += 1 }
    }
  }

  func take(_ status: RedisStreamSubscriber.Status) {
    state.withLock { $0.statuses.append(status) }
  }

  func subscriber(
    _ server: RedisServer, from start: RedisStreamSubscriber.Start, name: String = "books",
    _ change: (inout RedisStreamSubscriber.Configuration) -> Void = { _ in }
  ) throws -> RedisStreamSubscriber {
    var configuration = RedisStreamSubscriber.Configuration(name: name)
    configuration.block = .milliseconds(50)
    change(&configuration)
    return try RedisStreamSubscriber(
      RedisAddress(server.address), from: start, configuration,
      onStatus: { self.take($0) }, onEvent: { self.take($0) })
  }
}

/// Waits until `isDone` holds, for `limit` at most, and gives whether it does.
func eventually(_ limit: Interval = .seconds(30), _ isDone: () -> Bool) async throws -> Bool {
  let end = TimeSource.machine.now() + limit
  while !isDone() {
    if TimeSource.machine.now() > end { return false }
    try await TimeSource.machine.sleep(for: .milliseconds(2))
  }
  return true
}

@Suite("RedisStreamBridge", .serialized, .timeLimit(.minutes(3)))
struct RedisStreamBridgeTests {
  @Test func `events of all families come through as they were`() async throws {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    try rig.publish(400)
    #expect(try await eventually { record.count == 400 })
    #expect(record.sequences == Array(1...400))
    #expect(record.foreign == 0)
    #expect(record.statuses == [.connected])
    #expect(try await eventually { bridge.counters.behind == 0 })
    #expect(bridge.counters.published == 400)
    #expect(bridge.counters.isConnected)
    #expect(subscriber.counters.position == 400)
    bridge.close()
    subscriber.close()
    #expect(!bridge.counters.isConnected)
  }

  @Test(arguments: [true, false])
  func `none is lost or doubled when Redis is killed twice under load`(
    appendonly: Bool
  ) async throws {
    let (rig, record) = (try Rig(), Record())
    let server = try RedisServer(appendonly: appendonly)
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    let count = 50_000
    let local = Shared<[UInt64]>([])
    let reading = try reader(of: rig.bus, count, local)
    let failure = Shared<String?>(nil)
    let publishing = try #require(
      OwnedThread {
        do { try rig.publish(count, pace: 10) } catch {
          let text = "\(error)"
          failure.change { $0 = text }
        }
      })

    for round in 1...2 {
      #expect(try await eventually { record.count > round * 8_000 })
      try server.kill()
      let published = rig.bus.published
      // The bus goes on, and so does who reads it here.
      #expect(try await eventually { local.value.count > Int(published) + 1_000 })
      try server.start()
    }
    publishing.join()
    reading.join()
    #expect(failure.value == nil)
    #expect(local.value == Array(1...UInt64(count)))
    #expect(try await eventually(.seconds(60)) { record.count >= count })
    #expect(record.sequences == Array(1...UInt64(count)))
    #expect(record.foreign == 0)
    #expect(bridge.counters.reconnects == 2)
    #expect(bridge.counters.dropped == 0)
    #expect(subscriber.counters.reconnects == 2)
    #expect(subscriber.counters.lost == 0)
    bridge.close()
    subscriber.close()
  }

  private func reader(
    of bus: Bus, _ count: Int, _ seen: Shared<[UInt64]>
  ) throws -> OwnedThread {
    let box = ReaderBox(try bus.subscribe(policy: .disconnect, name: "local"))
    return try #require(
      OwnedThread {
        var taken = 0
        let end = TimeSource.machine.now() + .seconds(60)
        while taken < count, TimeSource.machine.now() < end {
          var numbers: [UInt64] = []
          guard box.poll({ numbers.append($0) }) else { return }
          taken += numbers.count
          let batch = numbers
          seen.change { $0 += batch }
        }
      })
  }

  @Test func `a bridge that starts again goes on behind the last entry`() async throws {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    let first = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    try rig.publish(100)
    #expect(try await eventually { record.count == 100 })
    first.close()
    try rig.publish(100)
    let second = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    #expect(try await eventually { record.count == 200 })
    #expect(second.counters.published == 100)
    #expect(second.counters.duplicates == 0)
    #expect(record.sequences == Array(1...200))
    second.close()
    subscriber.close()
  }

  @Test func `a stream that is ahead of the bus is not written to`() async throws {
    let (rig, server) = (try Rig(), try RedisServer())
    let redis = try RedisConnection(RedisAddress(server.address))
    try redis.run(RedisCommand("XADD", "omni:bus", "500-0", "e", "x"))
    try rig.publish(10)
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    #expect(
      try await eventually {
        bridge.counters.lastError == .streamAhead(stream: 500, published: 10)
      })
    #expect(try redis.run(RedisCommand("XLEN", "omni:bus")) == .integer(1))
    try redis.run(RedisCommand("DEL", "omni:bus"))
    #expect(try await eventually { bridge.counters.published == 10 })
    bridge.close()
  }

  @Test func `Redis refuses an event twice or out of order, and the bridge counts it`()
    async throws
  {
    let (rig, server, record) = (try Rig(), try RedisServer(), Record())
    let redis = try RedisConnection(RedisAddress(server.address))
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    try rig.publish(5)
    #expect(try await eventually { bridge.counters.published == 5 })
    for id in ["5-0", "3-0"] {
      #expect(throws: RedisFailure.self) {
        try redis.run(RedisCommand("XADD", "omni:bus", id, "e", "x"))
      }
    }
    var entry = RedisCommand("XADD", "omni:bus", "6-0", "e")
    entry.append(EventEnvelope.encoded(Rig.event(6)))
    try redis.run(entry)
    try rig.publish(2)
    #expect(try await eventually { bridge.counters.published == 6 })
    #expect(bridge.counters.duplicates == 1)
    #expect(bridge.counters.lastError == nil)
    let subscriber = try record.subscriber(server, from: .after(0))
    #expect(try await eventually { record.count == 7 })
    #expect(record.sequences == Array(1...7))
    bridge.close()
    subscriber.close()
  }

  @Test func `a closed bus ends the bridge when all is sent`() async throws {
    let (rig, server) = (try Rig(), try RedisServer())
    try rig.publish(50)
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    #expect(try await eventually { bridge.counters.published == 50 })
    try rig.bus.close()
    #expect(try await eventually { !bridge.counters.isConnected })
    #expect(bridge.counters.lastError == nil)
    bridge.close()
  }

  @Test func `a ring that overflows is read from the log`() async throws {
    let (rig, server, record) = (try Rig(capacity: 64), try RedisServer(), Record())
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    try rig.publish(20_000)
    #expect(try await eventually { record.count == 20_000 })
    #expect(record.sequences == Array(1...20_000))
    bridge.close()
    subscriber.close()
  }

  @Test func `settings out of their limits, and a bus without a log, are refused`() throws {
    let rig = try Rig()
    var settings = RedisStreamBridge.Configuration()
    settings.batchMax = 0
    let address = try RedisAddress("redis://127.0.0.1:9")
    #expect(
      throws: BridgeFailure.unusable(setting: "batchMax", value: "0", wanted: "1 to 10000")
    ) { try RedisStreamBridge(rig.bus, address, settings) }
    let bus = try Bus(RingConfiguration())
    #expect(throws: BridgeFailure.noLog) { try RedisStreamBridge(bus, address) }
  }
}

/// A reader that one thread makes and another uses.
private final class ReaderBox: @unchecked Sendable {
  // Whoever made it does not touch it again.
  private var reader: BusReader

  init(_ reader: consuming BusReader) { self.reader = reader }

  /// Takes what is there, and gives whether more can come.
  func poll(_ body: (UInt64) -> Void) -> Bool {
    do {
      _ = reader.wait(until: TimeSource.machine.now() + .milliseconds(50))
      try reader.poll { header, _ in body(header.sequence) }
      return true
    } catch { return false }
  }
}
