import OmniDeveloperTool
import Testing

@Suite("ImportRules")
struct ImportRulesTests {
  @Test func `a declared import is welcome, a transitive one is not`() {
    #expect(ImportRules.check(ledger("public import OmniMoney\nimport struct OmniMoney.X")).isEmpty)
    #expect(ImportRules.check(ledger("\nimport OmniTime")).marks == ["2 import"])
    let reports = tree(["Sources/5-edge/Reports/Page.swift": "import OmniMoney"])
    #expect(ImportRules.check(reports).marks == ["1 import"])
  }

  @Test func `a module that no target declares is not welcome`() {
    #expect(ImportRules.check(ledger("import Synchronization")).isEmpty)
    #expect(ImportRules.check(ledger("import Numerics")).marks == ["1 import"])
  }

  @Test func `Foundation and Glibc stay in Platform, the programs and the tests`() {
    for module in ["Foundation", "Glibc"] {
      for folder in ["Sources/1-foundation/Platform", "Sources/apps/tool", "Tests/a"] {
        #expect(ImportRules.check(tree(["\(folder)/A.swift": "import \(module)"])).isEmpty)
      }
      #expect(ImportRules.check(ledger("import \(module)")).marks == ["1 system-import"])
    }
  }

  @Test func `Testing stays in tests`() {
    let test = tree(["Tests/2-engine/LedgerTests/A.swift": "import Testing\nimport OmniLedger"])
    #expect(ImportRules.check(test).isEmpty)
    #expect(ImportRules.check(ledger("import Testing")).marks == ["1 system-import"])
  }

  @Test func `the word import in a comment or a string is no import`() {
    #expect(ImportRules.check(ledger("// import OmniTime\nlet a = \"import OmniTime\"")).isEmpty)
  }

  @Test func `a target may not use a higher layer`() {
    #expect(ImportRules.layers(tree([:])).isEmpty)
    let upside = Manifest(targets: [
      .init(name: "OmniRisk", path: "Sources/2-engine/Risk", uses: ["OmniGateway"]),
      .init(name: "OmniGateway", path: "Sources/5-edge/Gateway"),
    ])
    let findings = ImportRules.layers(SourceTree([], manifest: upside))
    #expect(findings.marks == ["1 layer"])
    #expect(findings.first?.subject == "OmniRisk>OmniGateway")
  }
}
