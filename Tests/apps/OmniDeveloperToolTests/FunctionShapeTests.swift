import OmniDeveloperTool
import Testing

@Suite("FunctionShape")
struct FunctionShapeTests {
  private func shapes(_ text: String) -> [String] {
    FunctionShape.all(in: SwiftSource(text)).map { "\($0.name) \($0.length) \($0.parameters)" }
  }

  @Test func `a function is as long as from its keyword to its last brace`() {
    #expect(shapes("func a() {\n  if b { c() }\n}") == ["a 3 0"])
    #expect(shapes("func a(\n  b: Int\n) -> Int\nwhere T: P {\n}") == ["a 5 1"])
  }

  @Test func `initialisers, subscripts and deinitialisers are functions`() {
    #expect(shapes("init?(a: Int) {\n}") == ["init 2 1"])
    #expect(shapes("init<T>(_ a: T) { }") == ["init 1 1"])
    #expect(shapes("subscript(i: Int) -> Int { get { 1 } }") == ["subscript 1 1"])
    #expect(shapes("deinit {\n close()\n}") == ["deinit 3 0"])
  }

  @Test func `calls of an initialiser are no functions`() {
    #expect(shapes("self.init(a: 1, b: 2)\nlet x = T.init(1)").isEmpty)
  }

  @Test func `requirements of a protocol have no body`() {
    let text = "protocol P {\n  func a(_ b: Int)\n  func c() -> Int\n}\nfunc d() {\n\n}"
    #expect(shapes(text) == ["a 0 1", "c 0 0", "d 3 0"])
  }

  @Test func `commas inside types and values do not separate parameters`() {
    #expect(
      shapes("func a(b: [Int: (Int, Int)], c: Dictionary<Int, Int>, d: (A, B) -> C) {}")
        == ["a 1 3"])
    #expect(shapes("func a(b: Int, c: Int,) {}") == ["a 1 2"])
    #expect(shapes("func a(b: @escaping (Int) -> [Int], c: Int = f(1, 2)) {}") == ["a 1 2"])
  }

  @Test func `operators and generic functions have names`() {
    #expect(shapes("static func < (a: T, b: T) -> Bool { true }") == ["< 1 2"])
    #expect(shapes("func a<T: P, each U>(b: T) throws(E) -> T { b }") == ["a 1 1"])
  }
}
