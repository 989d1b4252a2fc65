import OmniCircuitBreaker
import OmniClocks
import OmniNumerics
import OmniTime
import Testing

@Suite("The decisions of a breaker")
struct BreakerMachineTests {
  typealias Machine = BreakerMachine

  /// A breaker that opens at five errors of ten and tries again after a second.
  static func configuration(
    probes: Int = 2, ramp: Interval = .zero
  ) -> BreakerConfiguration {
    var configuration = BreakerConfiguration()
    configuration.window = .count(10)
    configuration.callsMin = 10
    configuration.probeCount = probes
    configuration.ramp = ramp
    configuration.backoff = .seconds(1)
    configuration.backoffMax = .seconds(8)
    configuration.jitterPercent = 0
    return configuration
  }

  private static func instant(_ milliseconds: Int64) -> MonotonicInstant {
    .origin + .milliseconds(milliseconds)
  }

  private func call(
    _ machine: inout Machine, _ outcome: Machine.Outcome, at milliseconds: Int64
  ) throws {
    let now = Self.instant(milliseconds)
    machine.settle(try permit(machine.admit(at: now)), outcome, at: now)
  }

  private func permit(_ admission: Machine.Admission) throws -> Machine.Permit {
    guard case .admitted(let permit) = admission else { throw Missing() }
    return permit
  }

  private struct Missing: Error {}

  private func isAdmitted(_ admission: Machine.Admission) -> Bool {
    if case .admitted = admission { true } else { false }
  }

  private func opened(
    _ configuration: BreakerConfiguration, seed: UInt64 = 0
  ) throws -> Machine {
    var machine = try Machine(configuration, seed: seed)
    for _ in 0..<10 { try call(&machine, .failure, at: 0) }
    #expect(machine.state == .open)
    return machine
  }

  @Test("it opens on the rate of errors, not on errors in a row")
  func rate() throws {
    var machine = try Machine(Self.configuration())
    // Never two errors in a row: a breaker that counts those stays closed for ever.
    for index in 0..<10 {
      #expect(machine.state == .closed)
      try call(&machine, index % 2 == 0 ? .success : .failure, at: 0)
    }
    #expect(machine.state == .open)
  }

  @Test("four errors of ten do not open it, and few calls say nothing")
  func below() throws {
    var machine = try Machine(Self.configuration())
    for _ in 0..<9 { try call(&machine, .failure, at: 0) }
    #expect(machine.state == .closed)
    var other = try Machine(Self.configuration())
    for index in 0..<1_000 { try call(&other, index % 5 < 2 ? .failure : .success, at: 0) }
    #expect(other.state == .closed)
  }

  @Test("slow calls open it as errors do")
  func slow() throws {
    var configuration = Self.configuration()
    configuration.slowAfter = .milliseconds(100)
    configuration.slowPercent = 60
    var machine = try Machine(configuration)
    for index in 0..<10 as Range<Int64> {
      let permit = try permit(machine.admit(at: Self.instant(index * 1_000)))
      let length: Int64 = index < 6 ? 100 : 99
      machine.settle(permit, .success, at: Self.instant(index * 1_000 + length))
    }
    #expect(machine.state == .open)
    #expect(machine.counts.slow == 6)
  }

  @Test("the first call after the back-off goes, at that instant and not before")
  func recovery() throws {
    var machine = try opened(Self.configuration())
    let before = machine.admit(at: MonotonicInstant(nanoseconds: 999_999_999))
    #expect(before == .rejected(.open(retryAfter: Interval(nanoseconds: 1))))
    #expect(isAdmitted(machine.admit(at: Self.instant(1_000))))
    #expect(machine.state == .halfOpen)
  }

  @Test("in half-open a hundred calls are no stampede: as many go as there are probes")
  func stampede() throws {
    var machine = try opened(Self.configuration(probes: 3))
    let admissions = (0..<100).map { _ in machine.admit(at: Self.instant(1_000)) }
    #expect(admissions.filter(isAdmitted).count == 3)
    #expect(admissions[99] == .rejected(.probing))
  }

  @Test("good probes close it, a bad one opens it for twice as long, up to the longest")
  func probes() throws {
    var machine = try opened(Self.configuration())
    var now: Int64 = 0
    for backoff in [1_000, 2_000, 4_000, 8_000, 8_000] as [Int64] {
      #expect(!isAdmitted(machine.admit(at: Self.instant(now + backoff - 1))))
      now += backoff
      try call(&machine, .failure, at: now)
      #expect(machine.state == .open)
    }
    now += 8_000
    try call(&machine, .success, at: now)
    #expect(machine.state == .halfOpen)
    try call(&machine, .success, at: now)
    #expect(machine.state == .closed)
    // Closed again, it begins with the first back-off.
    for _ in 0..<10 { try call(&machine, .failure, at: now) }
    #expect(isAdmitted(machine.admit(at: Self.instant(now + 1_000))))
  }

  @Test("results from an older epoch count for nothing")
  func olderEpoch() throws {
    var machine = try Machine(Self.configuration())
    let late = try permit(machine.admit(at: .origin))
    for _ in 0..<10 { try call(&machine, .failure, at: 0) }
    // In half-open the late success of a call from before is not a probe's.
    let probe = try permit(machine.admit(at: Self.instant(1_000)))
    machine.settle(late, .success, at: Self.instant(1_000))
    #expect(machine.state == .halfOpen)
    #expect(machine.counts.stale == 1)
    machine.settle(probe, .success, at: Self.instant(1_000))
    try call(&machine, .success, at: 1_000)
    #expect(machine.state == .closed)
    // And a probe's result is not given twice.
    machine.settle(probe, .failure, at: Self.instant(1_000))
    #expect(machine.windowSums.calls == 0)
  }

  @Test("a probe without a result counts as failed after its time, and blocks nobody for ever")
  func lostProbe() throws {
    var configuration = Self.configuration()
    configuration.probeLimit = .seconds(5)
    var machine = try opened(configuration)
    _ = machine.admit(at: Self.instant(1_000))
    _ = machine.admit(at: Self.instant(1_000))
    #expect(machine.admit(at: Self.instant(5_999)) == .rejected(.probing))
    #expect(!isAdmitted(machine.admit(at: Self.instant(6_000))))
    #expect(machine.state == .open && machine.counts.lostProbes == 2)
  }

  @Test("a cancelled probe gives its slot back")
  func cancelledProbe() throws {
    var machine = try opened(Self.configuration(probes: 1))
    let probe = try permit(machine.admit(at: Self.instant(1_000)))
    machine.settle(probe, .ignored, at: Self.instant(1_000))
    #expect(isAdmitted(machine.admit(at: Self.instant(1_000))))
  }

  @Test("while it recovers, the share grows from a tenth to all")
  func ramp() throws {
    var machine = try opened(Self.configuration(ramp: .seconds(10)))
    try call(&machine, .success, at: 1_000)
    try call(&machine, .success, at: 1_000)
    #expect(machine.state == .recovering)
    var shares: [Int] = []
    for tenth in 0..<10 as Range<Int64> {
      var admitted = 0
      for index in 0..<100 as Range<Int64> {
        let now = Self.instant(1_000 + tenth * 1_000 + index * 10)
        if case .admitted(let permit) = machine.admit(at: now) {
          admitted += 1
          machine.settle(permit, .success, at: now)
        }
      }
      shares.append(admitted)
    }
    #expect(shares == shares.sorted())
    #expect((10...16).contains(shares[0]) && (92...98).contains(shares[9]), "\(shares)")
    try call(&machine, .success, at: 11_000)
    #expect(machine.state == .closed)
  }

  @Test("whoever fails again while recovering is kept away for twice as long")
  func relapse() throws {
    var machine = try opened(Self.configuration(ramp: .seconds(10)))
    try call(&machine, .success, at: 1_000)
    try call(&machine, .success, at: 1_000)
    for step in 0..<100 as Range<Int64> where machine.state == .recovering {
      let now = Self.instant(1_000 + step)
      if case .admitted(let permit) = machine.admit(at: now) {
        machine.settle(permit, .failure, at: now)
      }
    }
    #expect(machine.state == .open && machine.counts.openings == 2)
  }

  @Test("the time open varies within its bounds, by the seed alone", arguments: 0..<50)
  func jitter(seed: UInt64) throws {
    var configuration = Self.configuration()
    configuration.jitterPercent = 20
    func retryAfter() throws -> Interval {
      var machine = try opened(configuration, seed: seed)
      guard case .rejected(.open(let interval)) = machine.admit(at: .origin) else {
        throw Missing()
      }
      return interval
    }
    let interval = try retryAfter()
    #expect(interval >= .milliseconds(800) && interval <= .milliseconds(1_200))
    #expect(try retryAfter() == interval)
  }

  @Test("a threshold that follows what is usual opens on what is unusual")
  func adaptive() throws {
    var configuration = Self.configuration()
    configuration.window = .count(100)
    configuration.callsMin = 100
    configuration.errorPercent = 50
    configuration.adaptive = .init(floorPercent: 5, deviations: 4)
    var machine = try Machine(configuration)
    var random = SplitMix64(seed: 1)
    for _ in 0..<2_000 { try call(&machine, random.below(100) < 1 ? .failure : .success, at: 0) }
    #expect(machine.state == .closed)
    #expect(machine.errorThresholdPercent < 12)
    // A fifth fails: far from a half, and far from usual.
    for _ in 0..<200 where machine.state == .closed {
      try call(&machine, random.below(5) < 1 ? .failure : .success, at: 0)
    }
    #expect(machine.state == .open)
  }

  @Test("other settings keep state, back-off and window")
  func reconfigured() throws {
    var machine = try Machine(Self.configuration())
    for _ in 0..<9 { try call(&machine, .failure, at: 0) }
    var configuration = Self.configuration()
    configuration.window = .count(20)
    configuration.callsMin = 10
    try machine.reconfigure(configuration, at: .origin)
    #expect(machine.windowSums.errors == 9)
    try call(&machine, .failure, at: 0)
    #expect(machine.state == .open)
    configuration.backoff = .seconds(100)
    configuration.backoffMax = .seconds(100)
    try machine.reconfigure(configuration, at: .origin)
    #expect(isAdmitted(machine.admit(at: Self.instant(1_000))))
    configuration.errorPercent = 0
    #expect(throws: BreakerFault.range(key: "errorPercent", value: 0, wanted: 1...100)) {
      try machine.reconfigure(configuration, at: .origin)
    }
    #expect(machine.state == .halfOpen)
  }

  @Test("by hand it is opened, disabled and released from every state")
  func byHand() throws {
    for preparation in 0..<3 {
      var machine = try opened(Self.configuration())
      if preparation > 0 { _ = machine.admit(at: Self.instant(1_000)) }
      if preparation > 1 { machine.release() }
      machine.forceOpen()
      #expect(machine.admit(at: Self.instant(1_000_000)) == .rejected(.forcedOpen))
      machine.disable()
      for _ in 0..<100 { try call(&machine, .failure, at: 1_000_000) }
      #expect(machine.state == .disabled && machine.windowSums.calls == 0)
      machine.release()
      #expect(machine.state == .closed)
    }
  }
}
