import OmniSnapshotter
import Testing

@Suite("StreamName")
struct StreamNameTests {
  @Test func `a name has one to 255 bytes`() throws {
    #expect(throws: StreamName.Refusal.empty) { try StreamName("") }
    #expect(throws: StreamName.Refusal.tooLong(bytes: 256, limitBytes: 255)) {
      try StreamName(String(repeating: "é", count: 128))
    }
    #expect(try StreamName(String(repeating: "x", count: 255)).text.utf8.count == 255)
  }

  @Test func `names are the same only if their bytes are`() throws {
    let (composed, decomposed) = (try StreamName("\u{E9}"), try StreamName("e\u{301}"))
    #expect(composed.text == decomposed.text)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(decomposed < composed)
    #expect(!(composed < composed))
  }
}
