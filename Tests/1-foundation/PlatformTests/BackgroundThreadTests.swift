import OmniPlatform
import Synchronization
import Testing

@Suite("BackgroundThread")
struct BackgroundThreadTests {
  @Test func `pieces are done in their order, and all of them before the wait is over`() {
    let done = Mutex<[Int]>([])
    let thread = BackgroundThread(depth: 3)
    for round in 0..<20 {
      for number in 0..<50 {
        thread.submit { done.withLock { $0.append(round * 50 + number) } }
      }
      thread.wait()
      let count = done.withLock { $0.count }
      #expect(count == (round + 1) * 50)
    }
    #expect(done.withLock { $0 } == Array(0..<1_000))
  }

  @Test func `what was handed over is done before the thread ends`() {
    let sum = Mutex(0)
    do {
      let thread = BackgroundThread(depth: 100)
      for number in 1...100 { thread.submit { sum.withLock { $0 += number } } }
    }
    #expect(sum.withLock { $0 } == 5_050)
  }
}
