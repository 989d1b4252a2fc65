import OmniDeveloperTool
import Testing

@Suite("SwiftSource")
struct SwiftSourceTests {
  private func words(_ text: String) -> [String] {
    SwiftSource(text).tokens.filter { $0.kind == .word }.map(\.text)
  }

  @Test func `comments are no code and nest`() {
    let source = SwiftSource("a // b\n/* c /* d */\n e */ f")
    #expect(source.tokens.map(\.text) == ["a", "f"])
    #expect(source.tokens.map(\.line) == [1, 3])
    #expect(source.comments.map(\.lines) == [1...1, 2...3])
  }

  @Test func `strings are no code, whatever is in them`() {
    #expect(words(#"x = "print(" + y"#) == ["x", "y"])
    #expect(words(#"x = "a \"quoted\" b" + y"#) == ["x", "y"])
    #expect(words(#"x = "a \(f("b") + ")") c" + y"#) == ["x", "y"])
    #expect(words("x = #\"a \" \\( b\"# + y") == ["x", "y"])
    #expect(words("x = \"\"\"\n  a \" b\n  \"\"\"\ny") == ["x", "y"])
    #expect(SwiftSource("x = \"\"\"\n  a\n  \"\"\"\ny").tokens.last?.line == 4)
  }

  @Test func `a string that never ends does not swallow the next line`() {
    #expect(words("x = \"a\ny") == ["x", "y"])
  }

  @Test func `regular expressions are no code, and divisions are`() {
    #expect(words("x = /a\"b/\ny") == ["x", "y"])
    #expect(words("x = #/a\"b/#\ny") == ["x", "y"])
    #expect(words("x = a / b / c") == ["x", "a", "b", "c"])
  }

  @Test func `a name between backticks is one word`() {
    #expect(words("func `it will print(x)`() {}") == ["func", "`it will print(x)`"])
  }

  @Test func `words keep their first sign`() {
    #expect(words("@Test #expect #if x") == ["@Test", "#expect", "#if", "x"])
  }

  @Test func `no text makes the lexer stop early or run on`() {
    let pieces = ["\"", "\\", "(", ")", "/", "*", "#", "`", "\n", "a", "\"\"\"", "{", "é"]
    var state: UInt64 = 7
    for seed in 0..<2_000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      let source = SwiftSource(text)
      let last = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
      #expect(source.tokens.allSatisfy { (1...last).contains($0.line) }, "seed \(seed): \(text)")
    }
  }
}
