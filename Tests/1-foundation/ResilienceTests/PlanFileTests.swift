import Foundation
import OmniClocks
import OmniPlatform
import OmniRateGate
import OmniResilience
import OmniTestKit
import OmniTime
import Testing

@Suite("A plan in a file")
struct PlanFileTests {
  private func inFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "omni-plan-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder + "/plan.yaml")
  }

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test("a change is taken over, a fault is told once and changes nothing")
  func look() async throws {
    try await inFolder { path in
      try write("limiters: [{name: a, count: 5}]", path)
      var (file, resilience) = try PlanFile.open(path)
      #expect(file.look(for: resilience) == .unchanged)
      try write("limiters: [{name: a, count: 6}]", path)
      #expect(file.look(for: resilience) == .applied)
      #expect(resilience.plan.limiters["a"]?.count == 6)
      try write("limiters: [{name: a, cuont: 7}]", path)
      guard case .refused = file.look(for: resilience) else {
        Issue.record("a key that nobody wants was taken")
        return
      }
      #expect(file.look(for: resilience) == .unchanged)
      #expect(resilience.plan.limiters["a"]?.count == 6)
      try FileManager.default.removeItem(atPath: path)
      guard case .refused(.file) = file.look(for: resilience) else {
        Issue.record("a file that is gone was read")
        return
      }
      try write("limiters: [{name: a, count: 6}]", path)
      #expect(file.look(for: resilience) == .applied)
    }
  }

  @Test("a watch sees a change while the program runs, and ends when it is cancelled")
  func watch() async throws {
    try await inFolder { path in
      try write("limiters: [{name: a, count: 5}]", path)
      let (file, resilience) = try PlanFile.open(path)
      let time = ManualTime()
      let seen = Shared(0)
      let task = Task {
        var file = file
        await file.watch(resilience, time: .manual(time)) { _ in seen.change { $0 += 1 } }
      }
      while time.sleeperCount < 1 { await Task.yield() }
      try write("limiters: [{name: a, count: 8}]", path)
      time.advance(by: .seconds(1))
      while seen.value < 1 { await Task.yield() }
      #expect(resilience.plan.limiters["a"]?.count == 8)
      task.cancel()
      await task.value
    }
  }
}
