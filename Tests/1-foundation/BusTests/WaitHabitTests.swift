import OmniBus
import OmniTestKit
import OmniTime
import Testing

@Suite("WaitHabit")
struct WaitHabitTests {
  private static let adaptive = BusWaitStrategy(
    spin: Interval(nanoseconds: 20_000), yieldCount: 2, spinMax: Interval(nanoseconds: 200_000))

  @Test func `it spins for as long as events are apart, and not when they are far apart`() {
    // How long each wait took, who found its end, and for how long the next one spins.
    let cases: [(wait: Int64, finder: WaitHabit.Finder, spin: ClosedRange<Int64>)] = [
      (0, .spinning, 20_000...20_000),
      (1_000, .spinning, 20_000...20_000),
      (50_000, .spinning, 99_000...100_000),
      (70_000, .asleep, 99_000...100_000),
      (90_000, .spinning, 179_000...180_000),
      (150_000, .spinning, 200_000...200_000),
      (199_000, .spinning, 200_000...200_000),
      (210_000, .asleep, 200_000...200_000),
      (230_000, .asleep, 0...0),
      (1_000_000, .asleep, 0...0),
      (3_600_000_000_000, .asleep, 0...0),
    ]
    for (wait, finder, spin) in cases {
      var model = Waits(Self.adaptive)
      for _ in 0..<100 { _ = model.wait(wait, finder) }
      #expect(spin.contains(model.wait(wait, finder)), "\(wait) \(finder)")
    }
  }

  @Test func `one long pause is not taken for a habit, and a few are`() {
    var model = Waits(Self.adaptive)
    for _ in 0..<100 { _ = model.wait(50_000, .spinning) }
    #expect(model.wait(.seconds(60), .asleep) > 0)
    #expect(model.wait(50_000, .spinning) > 100_000)
    var spins: [Int64] = []
    for _ in 0..<12 { spins.append(model.wait(.seconds(1), .asleep)) }
    #expect(spins.prefix(2).allSatisfy { $0 > 0 } && spins.suffix(6).allSatisfy { $0 == 0 })
    // And back, when events come close to each other again, found asleep at first.
    spins.removeAll()
    for _ in 0..<24 { spins.append(model.wait(70_000, spins.last ?? 0 > 0 ? .spinning : .asleep)) }
    #expect(spins.prefix(4).allSatisfy { $0 == 0 } && spins.suffix(8).allSatisfy { $0 > 100_000 })
  }

  @Test func `a bus without events is spun on once, however short the deadlines`() {
    var habit = WaitHabit()
    var spun: Int64 = 0
    // A wait of a tenth of a millisecond each, for a minute, behind the same event.
    for index in Int64(0)..<600_000 {
      let now = index * 100_000
      spun += min(100_000, habit.begin(at: now, position: 7, Self.adaptive) - now)
    }
    #expect(spun == 20_000)
    // What comes then ends a wait of a minute, though nobody was waiting at that moment.
    _ = habit.begin(at: 60_000_000_000, position: 8, Self.adaptive)
    #expect(habit.usual == 50_000)
  }

  @Test func `where others want the core it sleeps, two hundred times as long as they had it`() {
    let cases: [(absence: Int64, rest: Int64)] = [
      (50_001, 10_000_200), (1_000_000, 200_000_000), (9_999_999, 1_999_999_800),
      (10_000_000, 2_000_000_000), (10_000_001, 2_000_000_000), (.max, 2_000_000_000),
    ]
    for (absence, rest) in cases {
      var habit = WaitHabit()
      let now: Int64 = 5_000_000_000
      habit.noteCrowd(at: now, absence: absence)
      for (position, later) in [(UInt64(1), 0), (2, rest - 1), (3, rest), (4, rest + 1)] {
        let spin = habit.begin(at: now + later, position: position, Self.adaptive) - now - later
        #expect((spin > 0) == (later >= rest), "\(absence) \(later)")
        habit.end(at: now + later + 1_000, .asleep, Self.adaptive)
      }
    }
  }

  @Test func `a strategy that does not adapt always spins for as long as it says`() {
    for (strategy, spin) in [(BusWaitStrategy.spinThenPark, Int64(20_000)), (.park, 0)] {
      var model = Waits(strategy)
      for wait in [Int64(10), 50_000, 1_000_000_000, 10] {
        #expect(model.wait(wait, .asleep) == spin)
      }
      #expect(model.habit.usual == 0)
    }
  }

  @Test func `the mean stays within its bounds, whatever it is told`() {
    for seed in UInt64(0)..<50 {
      var random = SeededRandom(seed: seed)
      var model = Waits(Self.adaptive)
      var wrong = 0
      for _ in 0..<2_000 {
        let wait = Int64(random.below(random.pick([10, 100_000, 1_000_000_000_000])))
        let spin = model.wait(wait, random.pick([.spinning, .asleep]))
        if random.below(50) == 0 { model.noteCrowd(random.below(1_000_000)) }
        if !(0...400_000).contains(model.habit.usual) { wrong += 1 }
        if spin != 0, !(20_000...200_000).contains(spin) { wrong += 1 }
      }
      #expect(wrong == 0, "seed \(seed)")
    }
  }

  @Test func `a strategy's settings are brought into their limits`() {
    let longest = Interval.milliseconds(10)
    let odd = BusWaitStrategy(spin: .seconds(-1), yieldCount: -1, spinMax: .seconds(5))
    #expect(odd.spin == .zero && odd.spinMax == longest && odd.yieldCount == 0)
    #expect(odd.isAdaptive)
    let fixed = BusWaitStrategy(spin: .days(1), yieldCount: 1, spinMax: .milliseconds(1))
    #expect(fixed.spin == longest && fixed.spinMax == longest && !fixed.isAdaptive)
  }
}

/// Waits one after the other, at instants that only the test counts.
private struct Waits {
  var habit = WaitHabit()
  private var now: Int64 = 1_000_000
  private var position: UInt64 = 0
  private let strategy: BusWaitStrategy

  init(_ strategy: BusWaitStrategy) { self.strategy = strategy }

  /// A wait that ends after `nanoseconds`; gives for how long it spins at most.
  mutating func wait(_ nanoseconds: Int64, _ finder: WaitHabit.Finder) -> Int64 {
    let end = habit.begin(at: now, position: position, strategy)
    defer {
      now += nanoseconds
      position += 1
      if strategy.isAdaptive { habit.end(at: now, finder, strategy) }
    }
    return end - now
  }

  mutating func noteCrowd(_ absence: UInt64) {
    habit.noteCrowd(at: now, absence: Int64(absence))
  }

  mutating func wait(_ interval: Interval, _ finder: WaitHabit.Finder) -> Int64 {
    wait(interval.nanoseconds, finder)
  }
}
