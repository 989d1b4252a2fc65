import Foundation
import OmniBus
import OmniClocks
import OmniPlatform
import OmniTelemetry
import OmniTime
import Synchronization

/// Who publishes and who reads in the benchmarks of the bus.
enum BusLoad {
  private static let payloadBytes = 200

  /// Starts a thread that reads `count` events; returns when it has subscribed.
  static func reading(
    _ bus: Bus, _ count: Int, _ body: @escaping @Sendable ([UInt8], MonotonicInstant) -> Void
  ) throws -> OwnedThread {
    let isReady = Flag()
    let thread = OwnedThread {
      guard var reader = try? bus.subscribe(policy: .block, name: "bench") else { return }
      isReady.raise()
      var left = count
      while left > 0 {
        let got = try? reader.poll(limit: 1_024) { _, payload in
          // The bytes are those of the ring; what is kept of them is copied.
          body(
            unsafe payload.withUnsafeBytes { unsafe Array($0.prefix(8)) }, TimeSource.machine.now())
        }
        guard let got else { return }
        left -= got
        if got == 0 { _ = reader.wait(until: TimeSource.machine.now() + .seconds(10)) }
      }
    }
    guard let thread else { throw BenchmarkFailure.failed("the system gives no thread") }
    while !isReady.isRaised { usleep(1_000) }
    return thread
  }

  /// Publishes `count` events, `pace` of them a second, or as fast as they go.
  static func publish(_ count: Int, on bus: Bus, pace: Int64?) throws {
    var writer = try bus.makeWriter()
    var payload = [UInt8](repeating: 7, count: payloadBytes)
    let start = TimeSource.machine.now().nanoseconds
    for index in 0..<count {
      var now = TimeSource.machine.now().nanoseconds
      if let pace {
        let due = start + Int64(index) * 1_000_000_000 / pace
        while now < due {
          Parking.giveWay()
          now = TimeSource.machine.now().nanoseconds
        }
      }
      for byte in 0..<8 { payload[byte] = UInt8(truncatingIfNeeded: now >> Int64(byte * 8)) }
      let draft = BusDraft(
        .marketTrade, schema: BusSchema(1), timestamp: Timestamp(nanoseconds: now))
      _ = try writer.publish(draft, payload)
    }
  }
}

/// How long events took, in nanoseconds.
final class Latencies: Sendable {
  private let histogram = Mutex(LatencyHistogram())

  var count: Int { histogram.withLock { Int($0.count) } }

  /// Takes an event whose first eight bytes say when it was published.
  func record(_ payload: [UInt8], at now: MonotonicInstant) {
    let sent = (0..<8).reduce(UInt64(0)) { $0 | UInt64(payload[$1]) << UInt64(8 * $1) }
    histogram.withLock { $0.record(nanoseconds: now.nanoseconds - Int64(bitPattern: sent)) }
  }

  func percentile(_ percent: Double) -> Int64 {
    histogram.withLock { $0.percentile(percent) ?? 0 }
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  func raise() { value.store(true, ordering: .releasing) }
}
