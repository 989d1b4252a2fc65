import OmniCollections
import OmniTestKit
import Testing

@Suite("A wheel of timers")
struct TimerWheelTests {
  @Test("a deadline is given out at its tick, and once")
  func once() {
    var wheel = TimerWheel(placeCount: 4)
    wheel.set(0, deadline: 3)
    wheel.set(1, deadline: 70)
    wheel.set(2, deadline: 5_000_000)
    #expect(wheel.advance(to: 2) == [])
    #expect(wheel.advance(to: 3) == [0])
    #expect(wheel.advance(to: 69) == [])
    #expect(wheel.advance(to: 70) == [1])
    #expect(wheel.advance(to: 4_999_999) == [])
    #expect(wheel.advance(to: 6_000_000) == [2])
    #expect(wheel.count == 0)
  }

  @Test("a deadline that is moved or taken away is not given out at its old tick")
  func moved() {
    var wheel = TimerWheel(placeCount: 2)
    wheel.set(0, deadline: 10)
    wheel.set(0, deadline: 20)
    wheel.set(1, deadline: 10)
    wheel.cancel(1)
    #expect(wheel.advance(to: 19) == [])
    #expect(wheel.deadline(of: 0) == 20)
    #expect(wheel.advance(to: 20) == [0])
    #expect(wheel.deadline(of: 0) == nil)
  }

  @Test("what is past is due with the next tick")
  func past() {
    var wheel = TimerWheel(placeCount: 1, tick: 1_000)
    wheel.set(0, deadline: 5)
    #expect(wheel.advance(to: 1_001) == [0])
  }

  @Test("it agrees with a plain list of deadlines", arguments: 0..<40)
  func model(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let places = 50
    var wheel = TimerWheel(placeCount: places, tick: Int64(random.below(1 << 32)))
    var model: [Int32: Int64] = [:]
    let reach: [UInt64] = [10, 100, 5_000, 300_000, 20_000_000, 2_000_000_000]
    for _ in 0..<2_000 {
      let place = Int32(random.below(UInt64(places)))
      switch random.below(4) {
      case 0, 1:
        let deadline = wheel.tick + Int64(random.below(reach[Int(random.below(6))]))
        wheel.set(place, deadline: deadline)
        model[place] = max(deadline, wheel.tick + 1)
      case 2:
        wheel.cancel(place)
        model[place] = nil
      default:
        let target = wheel.tick + Int64(random.below(reach[Int(random.below(5))]))
        let due = wheel.advance(to: target)
        let wanted = model.filter { $0.value <= target }
        #expect(Set(due) == Set(wanted.keys))
        #expect(due.count == wanted.count)
        #expect(due.map { wanted[$0] ?? 0 } == wanted.values.sorted())
        for place in wanted.keys { model[place] = nil }
        #expect(wheel.count == model.count)
      }
    }
  }
}
