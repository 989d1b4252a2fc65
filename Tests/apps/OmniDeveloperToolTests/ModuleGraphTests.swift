import OmniDeveloperTool
import Testing

@Suite("ModuleGraph")
struct ModuleGraphTests {
  private let sources: KeyValuePairs = [
    "Sources/1-foundation/Money/A.swift": lines(1_249),
    "Sources/2-engine/Ledger/A.swift": "import OmniMoney\n",
    "Sources/2-engine/Ledger/B.swift": "import OmniMoney\nimport OmniTime\n",
    "Sources/5-edge/Reports/A.swift": "import OmniLedger\nimport OmniMoney\nimport Foundation\n",
    "Tests/2-engine/LedgerTests/A.swift": "import OmniReports",
  ]

  @Test func `a module has the files, lines and imports of its folder`() {
    let node = ModuleGraph(tree(sources)).nodes.first { $0.name == "Ledger" }
    #expect(node?.files == 2)
    #expect(node?.lines == 3)
    #expect(node?.imports == ["OmniMoney", "OmniTime"])
  }

  @Test func `an import that follows from another is not drawn`() {
    let imports = ModuleGraph(tree(sources)).reducedImports()
    #expect(imports["OmniReports"] == ["OmniLedger"])
    #expect(imports["OmniLedger"] == ["OmniMoney", "OmniTime"])
  }

  @Test func `the picture does not depend on the order of the files`() {
    let one = ArchitectureDrawing.svg(ModuleGraph(tree(sources)))
    let files = sources.reversed().map { SourceFile($0.key, $0.value) }
    let two = ArchitectureDrawing.svg(ModuleGraph(SourceTree(files, manifest: smallManifest)))
    #expect(one == two)
    #expect(one.contains(">1,200 lines<"))
  }

  @Test func `a few more lines do not change the picture, and an import does`() {
    func picture(_ text: String) -> String { ArchitectureDrawing.svg(ModuleGraph(ledger(text))) }
    #expect(picture(lines(200)) == picture(lines(240)))
    #expect(picture(lines(200)) != picture(lines(260)))
    #expect(picture(lines(200)) != picture("import OmniMoney" + lines(200)))
  }

  @Test func `sizes are rounded to hundreds`() {
    let sizes = [0, 49, 50, 949, 950, 12_345].map(ArchitectureDrawing.size)
    #expect(
      sizes == [
        "few lines", "few lines", "100 lines", "900 lines", "1,000 lines", "12,300 lines",
      ])
  }

  @Test func `a circle of imports does not hang the drawing`() {
    let files: KeyValuePairs = [
      "Sources/1-foundation/Money/A.swift": "import OmniTime",
      "Sources/1-foundation/Time/A.swift": "import OmniMoney",
    ]
    #expect(ArchitectureDrawing.svg(ModuleGraph(tree(files))).hasSuffix("</svg>\n"))
  }
}
