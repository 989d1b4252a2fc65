import OmniDeveloperTool
import Testing

@Suite("TestRules and ModuleRules")
struct TestRulesTests {
  private let path = "Tests/2-engine/LedgerTests/BookTests.swift"

  @Test func `a test file checks something`() {
    let empty = tree([path: "@Test func a() { // #expect(b)\n}"])
    #expect(TestRules.assertions(empty).marks == ["1 no-assertion"])
    #expect(TestRules.assertions(tree([path: "@Test func a() { #expect(b) }"])).isEmpty)
    #expect(TestRules.assertions(tree([path: "@Test func a() { try #require(b) }"])).isEmpty)
    #expect(TestRules.assertions(tree([path: "func helper() {}"])).isEmpty)
  }

  @Test func `a test file has the name of a source file`() {
    let alone = tree([path: "", "Sources/2-engine/Ledger/Account.swift": ""])
    #expect(TestRules.mirrors(alone).map(\.severity) == [.warning])
    let mirrored = tree([path: "", "Sources/2-engine/Ledger/Book+Totals.swift": ""])
    #expect(TestRules.mirrors(mirrored).isEmpty)
  }

  @Test func `a module has a README of its own`() {
    let targets = smallManifest.targets.filter { $0.name == "OmniLedger" }
    func readmes(_ files: [SourceFile]) -> [Finding] {
      ModuleRules.readmes(SourceTree(files, manifest: Manifest(targets: targets)))
    }
    let path = "Sources/2-engine/Ledger/README.md"
    #expect(readmes([]).map(\.severity) == [.error])
    #expect(readmes([SourceFile(path, "# Ledger\n")]).map(\.severity) == [.warning])
    #expect(readmes([SourceFile(path, "# Ledger\n\nWhat.\nFor whom.\n")]).isEmpty)
  }
}
