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
    let ring = try RingConfiguration(capacity: capacity, writerPatience: .seconds(20))
    bus = try Bus(ring, log: log)
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

/// A thread that publishes ten events each millisecond, so many at least, until it is told to end.
final class Publishing: Sendable {
  private let isEnding = Shared(false)
  private let failure = Shared<String?>(nil)
  private let thread: OwnedThread

  init(_ rig: Rig, atLeast count: Int) throws {
    let (isEnding, failure) = (isEnding, failure)
    thread = try #require(
      OwnedThread {
        do {
          while rig.bus.published < count || !isEnding.value { try rig.publish(100, pace: 10) }
        } catch {
          let text = "\(error)"
          failure.change { $0 = text }
        }
      })
  }

  deinit { isEnding.change { $0 = true } }

  /// Ends it, and gives why it failed, if it did.
  func end() -> String? {
    isEnding.change { $0 = true }
    thread.join()
    return failure.value
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
    let (rig, record) = (try Rig(capacity: 65_536), Record())
    let server = try RedisServer(appendonly: appendonly)
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(0))
    let (local, isEnding) = (Shared<[UInt64]>([]), Shared(false))
    let reading = try reader(of: rig.bus, local, isEnding)
    let publishing = try Publishing(rig, atLeast: 50_000)
    for _ in 1...2 {
      // Both are there, and have been since the last time.
      let before = record.count
      let both = { bridge.counters.isConnected && record.count > before + 4_000 }
      #expect(try await eventually(.seconds(60)) { both() })
      try server.kill()
      let published = rig.bus.published
      // The bus goes on, and so does who reads it here.
      #expect(try await eventually { local.value.count > Int(published) + 1_000 })
      try server.start()
    }
    #expect(publishing.end() == nil)
    let count = Int(rig.bus.published)
    #expect(try await eventually { local.value.count == count })
    isEnding.change { $0 = true }
    reading.join()
    #expect(local.value == Array(1...UInt64(count)))
    #expect(try await eventually(.seconds(60)) { record.count >= count })
    #expect(record.sequences == Array(1...UInt64(count)))
    #expect(record.foreign == 0)
    // More often when the disk is so slow that a reply comes too late.
    #expect(bridge.counters.reconnects >= 2)
    #expect(bridge.counters.dropped == 0)
    #expect(subscriber.counters.reconnects >= 2)
    #expect(subscriber.counters.lost == 0)
    bridge.close()
    subscriber.close()
  }

  private func reader(
    of bus: Bus, _ seen: Shared<[UInt64]>, _ isEnding: Shared<Bool>
  ) throws -> OwnedThread {
    let box = ReaderBox(try bus.subscribe(policy: .disconnect, name: "local"))
    return try #require(
      OwnedThread {
        while !isEnding.value {
          var numbers: [UInt64] = []
          guard box.poll({ numbers.append($0) }) else { return }
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

  @Test func `what left the log before it was sent is counted, and told to who lacks it`()
    async throws
  {
    let log = try EventLogConfiguration(segmentBytes: 16_384, retentionBytes: 65_536)
    let (rig, server, record) = (try Rig(capacity: 64, log), try RedisServer(), Record())
    let redis = try RedisConnection(RedisAddress(server.address))
    var entry = RedisCommand("XADD", "omni:bus", "10-0", "e")
    entry.append(EventEnvelope.encoded(Rig.event(10)))
    try redis.run(entry)
    try rig.publish(5_000)
    #expect(try await eventually { rig.bus.logged == 5_000 })
    let oldest = try #require(rig.bus.log?.oldest)
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    let subscriber = try record.subscriber(server, from: .after(9))
    #expect(try await eventually { record.sequences.last == 5_000 })
    #expect(record.sequences == [10] + Array(oldest...5_000))
    #expect(bridge.counters.dropped == oldest - 11)
    #expect(bridge.counters.lastError == .missed(11...oldest - 1))
    #expect(subscriber.counters.lost == oldest - 11)
    #expect(record.statuses.contains(.outOfReach(lost: 11...oldest - 1, oldest: oldest)))
    bridge.close()
    subscriber.close()
  }

  @Test func `a request that makes no sense is deleted and told`() async throws {
    let (rig, server) = (try Rig(), try RedisServer())
    try rig.publish(10)
    let redis = try RedisConnection(RedisAddress(server.address))
    for fields in [
      ["c", "a b", "f", "1", "t", "2"], ["c", "a", "f", "3", "t", "2"], ["x", "y"],
      ["c", "a", "f", "0", "t", "2"], ["c", "a", "f", "-1", "t", "18446744073709551615"],
    ] {
      try redis.run(RedisCommand("XADD", ["omni:bus:requests", "*"] + fields))
    }
    let bridge = try RedisStreamBridge(rig.bus, RedisAddress(server.address))
    #expect(
      try await eventually {
        (try? redis.run(RedisCommand("XLEN", "omni:bus:requests"))) == .integer(0)
      })
    #expect(bridge.counters.lastError?.code == "BRG-008")
    #expect(bridge.counters.replayed == 0)
    // What has not been published yet is not waited for.
    try redis.run(
      RedisCommand("XADD", "omni:bus:requests", "*", "c", "a", "f", "9", "t", "5000"))
    #expect(try await eventually { bridge.counters.replayed == 2 })
    #expect(
      try await eventually {
        (try? redis.run(RedisCommand("XLEN", "omni:bus:replay:a"))) == .integer(3)
      })
    bridge.close()
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
