import OmniRateGate
import Testing

@Suite("A gate of how many run")
struct ConcurrencyGateTests {
  @Test("as many as may, a place is free again when its slot goes, and only once")
  func slots() {
    let gate = ConcurrencyGate(runningMax: 2)
    var first = gate.enter("a")
    let second = gate.enter("a")
    #expect(first != nil && second != nil)
    #expect(gate.enter("a") == nil)
    #expect(gate.enter("b") != nil)
    second?.release()
    second?.release()
    #expect(gate.count(of: "a") == 1)
    first = nil
    #expect(gate.count(of: "a") == 0 && gate.count(of: "b") == 0)
  }
}
