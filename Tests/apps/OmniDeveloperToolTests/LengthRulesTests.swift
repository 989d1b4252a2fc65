import OmniDeveloperTool
import Testing

@Suite("LengthRules")
struct LengthRulesTests {
  @Test func `a source file may have 400 lines`() {
    #expect(LengthRules.files(ledger(lines(400))).isEmpty)
    #expect(LengthRules.files(ledger(lines(401))).marks == ["401 file-length"])
  }

  @Test func `a test file may have 600 lines`() {
    let path = "Tests/2-engine/LedgerTests/BookTests.swift"
    #expect(LengthRules.files(tree([path: lines(600)])).isEmpty)
    #expect(LengthRules.files(tree([path: lines(601)])).marks == ["601 file-length"])
  }

  @Test func `a function may have 60 lines`() {
    #expect(LengthRules.functions(ledger("func a() {" + lines(59) + "}")).isEmpty)
    let long = LengthRules.functions(ledger("\nfunc a() {" + lines(60) + "}"))
    #expect(long.marks == ["2 function-length"])
    #expect(long.first?.size == 61)
  }

  @Test func `a sixth parameter is worth a warning`() {
    let five = "func a(b: Int, c: Int, d: Int, e: Int, f: Int) {}"
    #expect(LengthRules.functions(ledger(five)).isEmpty)
    let six = "func a(b: Int, c: Int, d: Int, e: Int, f: Int, g: Int) {}"
    let findings = LengthRules.functions(ledger(six))
    #expect(findings.marks == ["1 parameters"])
    #expect(findings.first?.severity == .warning)
  }

  @Test func `a module of more than 6000 lines is worth a warning`() {
    #expect(LengthRules.modules(ledger(lines(6_000))).isEmpty)
    #expect(LengthRules.modules(ledger(lines(6_001))).map(\.size) == [6_001])
  }
}
