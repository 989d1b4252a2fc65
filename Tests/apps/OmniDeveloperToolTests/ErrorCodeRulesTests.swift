import OmniDeveloperTool
import Testing

@Suite("ErrorCodeRules")
struct ErrorCodeRulesTests {
  private func check(_ page: String) -> [Finding] {
    ErrorCodeRules.check(
      tree([
        "docs/reference/errors.md": page,
        "Sources/2-engine/Ledger/Book.swift": "case .a: \"LED-001\" // LED-009",
      ]))
  }

  @Test func `a code in the source is explained on the page`() {
    #expect(check("| `LED-001` | cause | remedy |").isEmpty)
    #expect(check("# Errors").map(\.path) == ["Sources/2-engine/Ledger/Book.swift"])
  }

  @Test func `a code on the page is used in the source`() {
    #expect(check("LED-001\n\nLED-002: cause").marks == ["3 error-code"])
  }

  @Test func `words that look like codes are none`() {
    #expect(check("LED-001, LEDGER-001, SHA-25, BTC-USD-015").isEmpty)
  }

  @Test func `without the page nothing is asked`() {
    #expect(ErrorCodeRules.check(ledger("\"LED-001\"")).isEmpty)
  }
}
