import OmniPlatform
import Synchronization
import Testing

@Suite("Doorbell")
struct DoorbellTests {
  @Test func `a ring that comes before the wait is kept, and several are one`() {
    let bell = Doorbell()
    bell.ring()
    bell.ring()
    bell.wait()

    let (second, isOver) = (Doorbell(), Flag())
    let thread = OwnedThread {
      bell.wait()
      isOver.raise()
      second.ring()
    }
    OwnedThread.nap(microseconds: 20_000)
    #expect(!isOver.isRaised)
    bell.ring()
    second.wait()
    #expect(isOver.isRaised)
    thread?.join()
  }

  @Test func `no ring is lost between two threads that wake each other`() {
    let (left, right) = (Doorbell(), Doorbell())
    let thread = OwnedThread {
      for _ in 0..<20_000 {
        left.wait()
        right.ring()
      }
    }
    for _ in 0..<20_000 {
      left.ring()
      right.wait()
    }
    thread?.join()
  }

  @Test func `a thread that is let go ends by itself`() {
    let (bell, done) = (Doorbell(), Doorbell())
    for _ in 0..<100 {
      let thread = OwnedThread {
        bell.wait()
        done.ring()
      }
      thread?.release()
      bell.ring()
      done.wait()
    }
  }
}

/// A yes that threads share.
private final class Flag: Sendable {
  private let state = Atomic(false)
  var isRaised: Bool { state.load(ordering: .sequentiallyConsistent) }
  func raise() { state.store(true, ordering: .sequentiallyConsistent) }
}
