import OmniCircuitBreaker
import OmniClocks
import OmniTestKit
import OmniTime
import Testing

@Suite("A circuit breaker around calls")
struct CircuitBreakerTests {
  private struct Broken: Error {}

  private func breaker(
    _ time: ManualTime, probes: Int = 2
  ) throws -> CircuitBreaker {
    try CircuitBreaker(
      "quotes", BreakerMachineTests.configuration(probes: probes), time: .manual(time))
  }

  private func fail(_ breaker: CircuitBreaker, times: Int) {
    for _ in 0..<times {
      #expect(throws: (any Error).self) { try breaker.callInPlace { throw Broken() } }
    }
  }

  @Test("results and errors come through, and a refusal says why and until when")
  func plain() async throws {
    let time = ManualTime()
    let breaker = try breaker(time)
    #expect(try breaker.callInPlace { 5 } == 5)
    let later = try await breaker.call {
      await Task.yield()
      return 6
    }
    #expect(later == 6)
    fail(breaker, times: 8)
    let refused = #expect(throws: CircuitBreaker.Refused.self) { try breaker.callInPlace { 1 } }
    #expect(refused?.retryAfter == .seconds(1))
    #expect(
      refused?.description
        == "BRK-003: the breaker quotes made no call: it is open; the next try is in 1000000000 ns")
    #expect(breaker.health.state == .open && breaker.health.counts.rejected == 1)
  }

  @Test("a cancelled call says nothing of the service")
  func cancelled() throws {
    let breaker = try breaker(ManualTime())
    for _ in 0..<50 {
      #expect(throws: CancellationError.self) {
        try breaker.callInPlace { throw CancellationError() }
      }
    }
    #expect(breaker.health.state == .closed)
    #expect(breaker.health.windowCalls == 0 && breaker.health.counts.ignored == 50)
  }

  @Test("never more in flight than there are probes, with many tasks at once")
  func concurrency() async throws {
    let time = ManualTime()
    let breaker = try breaker(time, probes: 3)
    fail(breaker, times: 10)
    time.advance(by: .seconds(1))
    let most = Shared((now: 0, most: 0))
    let refusals = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<100 {
        group.addTask {
          do {
            try await breaker.call {
              most.change {
                $0.now += 1
                $0.most = max($0.most, $0.now)
              }
              try await TimeSource.machine.sleep(for: .milliseconds(20))
              most.change { $0.now -= 1 }
            }
            return 0
          } catch {
            return 1
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(most.value.most <= 3)
    #expect(refusals <= 97)
  }

  @Test("who listens hears of every change of state")
  func transitions() async throws {
    let time = ManualTime()
    let breaker = try breaker(time)
    let stream = breaker.transitions()
    fail(breaker, times: 10)
    time.advance(by: .seconds(1))
    _ = try breaker.callInPlace { 1 }
    _ = try breaker.callInPlace { 1 }
    var heard: [BreakerMachine.State] = []
    for await transition in stream {
      heard.append(transition.to)
      if transition.to == .closed { break }
    }
    #expect(heard == [.open, .halfOpen, .closed])
  }

  @Test("a closed breaker that is released goes on counting")
  func releasedClosed() throws {
    let breaker = try breaker(ManualTime())
    breaker.release()
    fail(breaker, times: 10)
    #expect(breaker.health.state == .open)
  }

  /// Every order in which three calls can begin and end, with every result, from each state: what a
  /// breaker may never do, it does in none of them.
  @Test("all interleavings of three calls")
  func interleavings() throws {
    var count = 0
    for probes in 1...3 {
      for opened in [false, true] {
        for outcomes in 0..<27 {
          try explore(probes: probes, opened: opened, outcomes: outcomes, &count)
        }
      }
    }
    #expect(count == 90 * 27 * 6)
  }

  private func explore(
    probes: Int, opened: Bool, outcomes: Int, _ count: inout Int
  ) throws {
    var configuration = BreakerMachineTests.configuration(probes: probes)
    configuration.window = .count(2)
    configuration.callsMin = 2
    var machine = try BreakerMachine(configuration)
    if opened {
      for _ in 0..<2 {
        guard case .admitted(let permit) = machine.admit(at: .origin) else { return }
        machine.settle(permit, .failure, at: .origin)
      }
    }
    let kinds: [BreakerMachine.Outcome] = [.success, .failure, .ignored]
    let results = [kinds[outcomes % 3], kinds[outcomes / 3 % 3], kinds[outcomes / 9]]
    step(machine, Array(repeating: .waiting, count: 3), results, probes, &count)
  }

  private enum Call { case waiting, running(BreakerMachine.Permit), ended }

  private func step(
    _ machine: BreakerMachine, _ calls: [Call], _ results: [BreakerMachine.Outcome], _ probes: Int,
    _ count: inout Int
  ) {
    let now = MonotonicInstant(nanoseconds: 1_000_000_000)
    var isEnd = true
    for index in calls.indices {
      var next = machine
      var after = calls
      switch calls[index] {
      case .ended: continue
      case .waiting:
        let wasOpen = machine.state == .open
        let admission = next.admit(at: now)
        guard case .admitted(let permit) = admission else {
          // Each refused call counts as ended, so that every path has six steps.
          after[index] = .running(.init(epoch: .max, start: now, probe: .max))
          isEnd = false
          step(next, after, results, probes, &count)
          continue
        }
        after[index] = .running(permit)
        let inFlight = after.filter {
          if case .running(let other) = $0 { other.epoch == next.epoch } else { false }
        }
        if next.state == .halfOpen { #expect(inFlight.count <= probes) }
        if wasOpen { #expect(next.state == .halfOpen) }
      case .running(let permit):
        let epoch = machine.epoch
        let sums = machine.windowSums
        next.settle(permit, results[index], at: now)
        if permit.epoch != epoch {
          #expect(next.state == machine.state && next.epoch == epoch)
          #expect(next.windowSums == sums)
        }
        after[index] = .ended
      }
      isEnd = false
      step(next, after, results, probes, &count)
    }
    if isEnd { count += 1 }
  }
}
