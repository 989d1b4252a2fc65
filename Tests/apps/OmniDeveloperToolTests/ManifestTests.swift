import OmniDeveloperTool
import Testing

@Suite("Manifest")
struct ManifestTests {
  private let dump = """
    {"targets": [
      {"name": "OmniRisk", "type": "regular", "path": "Sources/2-engine/Risk",
       "dependencies": [{"target": ["OmniTime", null]}, {"byName": ["CZlib", null]}]},
      {"name": "omni", "type": "executable", "dependencies": []},
      {"name": "OmniRiskTests", "type": "test", "dependencies": []}
    ]}
    """

  @Test func `targets, folders and uses are read from the dump`() throws {
    let manifest = try Manifest(dump: dump)
    #expect(manifest.target(named: "OmniRisk")?.uses == ["OmniTime", "CZlib"])
    #expect(manifest.target(named: "OmniRisk")?.layer == 2)
    #expect(manifest.target(named: "omni")?.path == "Sources/omni")
    #expect(manifest.target(named: "OmniRiskTests")?.path == "Tests/OmniRiskTests")
  }

  @Test func `a file belongs to the innermost target`() {
    let manifest = Manifest(targets: [
      .init(name: "A", path: "Sources/A"), .init(name: "B", path: "Sources/A/B"),
    ])
    #expect(manifest.target(of: "Sources/A/B/C.swift")?.name == "B")
    #expect(manifest.target(of: "Sources/A/D.swift")?.name == "A")
    #expect(manifest.target(of: "Sources/AA/D.swift") == nil)
  }

  @Test func `something else than a dump is refused`() {
    #expect(throws: ToolFailure.self) { try Manifest(dump: "{}") }
  }
}
