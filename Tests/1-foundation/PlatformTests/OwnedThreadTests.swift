import Glibc
import OmniPlatform
import OmniTestKit
import Testing

@Suite("OwnedThread")
struct OwnedThreadTests {
  @Test(arguments: [0, 5, 19])
  func `a thread stands back as far as it was told, and its own threads too`(
    niceness: Int
  ) throws {
    let seen = Shared<[Int32]>([])
    let own = Self.niceness
    let thread = try #require(
      OwnedThread(niceness: niceness) {
        seen.change { $0.append(Self.niceness) }
        OwnedThread { seen.change { $0.append(Self.niceness) } }?.join()
      })
    thread.join()
    #expect(seen.value == [Int32](repeating: min(19, own + Int32(niceness)), count: 2))
    #expect(Self.niceness == own)
  }

  private static var niceness: Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
}
