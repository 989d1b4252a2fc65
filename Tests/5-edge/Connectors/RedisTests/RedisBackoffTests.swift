import OmniRedis
import OmniTime
import Testing

@Suite("RedisBackoff")
struct RedisBackoffTests {
  private let backoff = RedisBackoff(pauseMin: .milliseconds(20), pauseMax: .milliseconds(500))

  @Test func `pauses double up to the longest, and none comes before the first failure`() {
    let pauses = (0...7).map { backoff.pause(afterFailures: $0, draw: 1) }
    #expect(pauses == [0, 20, 40, 80, 160, 320, 500, 500].map { Interval.milliseconds($0) })
  }

  @Test func `a draw takes away up to a half`() {
    #expect(backoff.pause(afterFailures: 2, draw: 0) == .milliseconds(20))
    #expect(backoff.pause(afterFailures: 2, draw: 0.5) == .milliseconds(30))
  }

  @Test func `no count of failures is too large`() {
    let long = RedisBackoff(pauseMin: .days(1), pauseMax: .days(1))
    #expect(backoff.pause(afterFailures: .max, draw: 1) == .milliseconds(500))
    #expect(long.pause(afterFailures: .max, draw: 1) == .days(1))
  }
}
