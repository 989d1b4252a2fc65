import OmniCircuitBreaker
import OmniClocks
import OmniTestKit
import OmniTime
import Testing

@Suite("A bulkhead")
struct BulkheadTests {
  @Test("so many run, so many wait in their order, and the rest is refused")
  func order() async throws {
    let time = ManualTime()
    let bulkhead = Bulkhead(
      runningMax: 1, waitingMax: 2, waitMax: .seconds(60), time: .manual(time))
    let order = Shared<[Int]>([])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await bulkhead.call { try await TimeSource.manual(time).sleep(for: .seconds(1)) }
      }
      while bulkhead.occupancy.running < 1 || time.sleeperCount < 1 { await Task.yield() }
      for number in 1...2 {
        group.addTask { try await bulkhead.call { order.change { $0.append(number) } } }
        while bulkhead.occupancy.waiting < number { await Task.yield() }
      }
      await #expect(throws: Bulkhead.Refused.full(running: 1, waiting: 2)) {
        try await bulkhead.call {}
      }
      time.advance(by: .seconds(1))
      try await group.waitForAll()
    }
    #expect(order.value == [1, 2])
    #expect(bulkhead.occupancy.running == 0 && bulkhead.occupancy.refused == 1)
  }

  @Test("who waits too long, or is cancelled, leaves the queue")
  func leaving() async throws {
    let time = ManualTime()
    let bulkhead = Bulkhead(runningMax: 1, waitingMax: 5, waitMax: .seconds(1), time: .manual(time))
    let holder = Task {
      try await bulkhead.call { try await TimeSource.manual(time).sleep(for: .seconds(9)) }
    }
    while time.sleeperCount < 1 { await Task.yield() }
    let late = Task { try await bulkhead.call {} }
    while bulkhead.occupancy.waiting < 1 || time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .seconds(1))
    await #expect(throws: Bulkhead.Refused.waitedTooLong(.seconds(1))) { try await late.value }
    let cancelled = Task { try await bulkhead.call {} }
    while bulkhead.occupancy.waiting < 1 { await Task.yield() }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(bulkhead.occupancy.waiting == 0 && bulkhead.occupancy.running == 1)
    time.advance(by: .seconds(9))
    try await holder.value
    #expect(bulkhead.occupancy.running == 0)
    try await bulkhead.call {}
  }

  @Test("a wait of no time at all ends at once, each time")
  func noWait() async throws {
    let bulkhead = Bulkhead(runningMax: 1, waitingMax: 1, waitMax: .zero)
    let time = ManualTime()
    let holder = Task {
      try await bulkhead.call { try await TimeSource.manual(time).sleep(for: .seconds(1)) }
    }
    while time.sleeperCount < 1 { await Task.yield() }
    for _ in 0..<200 {
      await #expect(throws: Bulkhead.Refused.waitedTooLong(.zero)) { try await bulkhead.call {} }
    }
    time.advance(by: .seconds(1))
    try await holder.value
  }
}
