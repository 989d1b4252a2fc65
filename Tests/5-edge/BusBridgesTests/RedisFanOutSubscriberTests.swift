import OmniBus
import OmniBusBridges
import OmniRedis
import OmniTestKit
import Testing

@Suite("RedisFanOutSubscriber", .serialized, .timeLimit(.minutes(1)))
struct RedisFanOutSubscriberTests {
  /// A frame as a publisher sends it.
  private func frame(_ run: UInt8, _ number: UInt8, _ sequence: UInt64) -> [UInt8] {
    [run, 0, 0, 0, 0, 0, 0, 0, number, 0, 0, 0, 0, 0, 0, 0]
      + EventEnvelope.encoded(Rig.event(sequence))
  }

  @Test func `doubles, gaps, another run and damage are told apart`() async throws {
    let server = try RedisServer()
    let record = try FanOutRecord(server)
    async let running: Void = record.run()
    #expect(try await eventually { record.items == [.connected] })
    let redis = try RedisConnection(RedisAddress(server.address))
    var damaged = frame(1, 9, 72)
    damaged[30] ^= 1
    let frames = [
      frame(1, 4, 16), frame(1, 5, 32), frame(1, 5, 32), frame(1, 4, 16), frame(1, 8, 64),
      damaged, [1, 2, 3], frame(1, 0, 64), frame(2, 1, 80), frame(2, 2, 96), frame(1, 3, 9),
    ]
    for bytes in frames {
      var command = RedisCommand("PUBLISH", "omni:bus:any")
      command.append(bytes)
      try redis.run(command)
    }
    let topic = Rig.event(16).header.topic
    #expect(try await eventually { record.sequences.last == 9 })
    let told = record.items.filter { item in
      if case .damaged = item { false } else { true }
    }
    #expect(
      told == [
        .connected, .event(Rig.event(16)), .event(Rig.event(32)), .gap(topic, missing: 2),
        .event(Rig.event(64)), .gap(topic, missing: nil), .event(Rig.event(80)),
        .event(Rig.event(96)), .event(Rig.event(9)),
      ])
    let counters = record.subscriber.counters
    #expect(counters.damaged == 3)
    #expect(counters.duplicates == 2)
    #expect(counters.gaps == 2)
    #expect(counters.lost == 2)
    record.subscriber.close()
    await running
  }
}
