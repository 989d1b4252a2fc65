import OmniDeveloperTool

// Words that the tests of the rules share: small trees in memory.

/// A manifest with a module in most layers, two of which wrap or use others.
let smallManifest = Manifest(targets: [
  .init(name: "CClock", path: "Sources/0-system/CClock", kind: "system"),
  .init(name: "OmniTime", path: "Sources/1-foundation/Time"),
  .init(name: "OmniMoney", path: "Sources/1-foundation/Money"),
  .init(name: "OmniPlatform", path: "Sources/1-foundation/Platform", uses: ["CClock", "OmniTime"]),
  .init(name: "OmniLedger", path: "Sources/2-engine/Ledger", uses: ["OmniMoney"]),
  .init(name: "OmniReports", path: "Sources/5-edge/Reports", uses: ["OmniLedger"]),
  .init(
    name: "OmniLedgerTests", path: "Tests/2-engine/LedgerTests", kind: "test",
    uses: ["OmniLedger"]),
])

/// A tree of files, each a path with its text.
func tree(_ files: KeyValuePairs<String, String>) -> SourceTree {
  SourceTree(files.map { SourceFile($0.key, $0.value) }, manifest: smallManifest)
}

/// A tree of one file of the module Ledger.
func ledger(_ text: String) -> SourceTree { tree(["Sources/2-engine/Ledger/Book.swift": text]) }

/// `count` empty lines.
func lines(_ count: Int) -> String { String(repeating: "\n", count: count) }

extension [Finding] {
  /// The findings as `line rule`, in the order in which they came.
  var marks: [String] { map { "\($0.line) \($0.rule)" } }
}
