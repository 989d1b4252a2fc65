import OmniPlatform
import Testing

@Suite("WorkerPool")
struct WorkerPoolTests {
  @Test func `every worker is called once in every round`() {
    for count in 1...5 {
      let pool = WorkerPool(count: count)
      #expect(pool.count == count)
      var calls = Array(repeating: 0, count: 5)
      unsafe calls.withUnsafeMutableBufferPointer { calls in
        // Each worker counts in a place of its own.
        nonisolated(unsafe) let places = unsafe calls
        for _ in 0..<500 { pool.run { worker in unsafe places[worker] += 1 } }
      }
      #expect(calls == (0..<5).map { $0 < count ? 500 : 0 })
    }
  }

  @Test func `what workers wrote is seen after the round, and what was written before it by them`()
  {
    let pool = WorkerPool(count: 4)
    var values = Array(repeating: 1, count: 4_000)
    for round in 1...50 {
      unsafe values.withUnsafeMutableBufferPointer { values in
        nonisolated(unsafe) let places = unsafe values
        pool.run { worker in
          for index in worker * 1_000..<(worker + 1) * 1_000 { unsafe places[index] += round }
        }
      }
    }
    #expect(values.allSatisfy { $0 == 1 + 50 * 51 / 2 })
  }

  @Test func `a pool that is let go ends its threads`() {
    for _ in 0..<200 {
      let pool = WorkerPool(count: 3)
      pool.run { _ in }
    }
  }
}
