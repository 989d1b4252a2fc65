import OmniDeveloperTool
import Testing

@Suite("TextRules")
struct TextRulesTests {
  @Test func `a file may have a million bytes`() {
    let most = SourceFile(path: "a.bin", bytes: Array(repeating: 0, count: 1_000_000))
    #expect(TextRules.sizes(SourceTree([most])).isEmpty)
    let more = SourceFile(path: "a.bin", bytes: Array(repeating: 0, count: 1_000_001))
    #expect(TextRules.sizes(SourceTree([more])).marks == ["1 file-size"])
  }

  @Test func `text is UTF-8`() {
    let good = SourceFile(path: "a.md", bytes: [0xC3, 0xA9])
    #expect(TextRules.characters(SourceTree([good])).isEmpty)
    let bad = SourceFile(path: "a.md", bytes: [0xC3])
    #expect(TextRules.characters(SourceTree([bad])).marks == ["1 characters"])
    let picture = SourceFile(path: "a.png", bytes: [0xC3])
    #expect(TextRules.characters(SourceTree([picture])).isEmpty)
  }

  @Test func `characters that cannot be seen are found`() {
    #expect(TextRules.characters(tree(["a.md": "a\tb\nc – d"])).isEmpty)
    for hidden in ["\r", "\u{0}", "\u{7F}", "\u{202E}", "\u{2066}", "\u{FEFF}"] {
      #expect(TextRules.characters(tree(["a.md": "\na\(hidden)b"])).marks == ["2 characters"])
    }
    #expect(TextRules.characters(tree(["Fixtures/a.csv": "a\r\n"])).isEmpty)
  }

  @Test func `promises are found in comments and documents`() {
    for word in ["TODO", "FIXME", "XXX", "HACK"] {
      #expect(TextRules.promises(ledger("\n// \(word): later")).marks == ["2 promise"])
      #expect(TextRules.promises(tree(["a.md": "\n\(word) later"])).marks == ["2 promise"])
      #expect(TextRules.promises(ledger("let a = \"\(word)\"  // \(word)S")).isEmpty)
      #expect(TextRules.promises(tree(["a.md": "`\(word)` is not merged"])).isEmpty)
    }
  }

  @Test func `paths of one machine are found in code, strings and documents`() {
    for folder in ["work", "home", "root"] {
      let path = "/" + folder + "/x"
      #expect(TextRules.machinePaths(ledger("let a = \"\(path)\"")).marks == ["1 machine-path"])
      #expect(TextRules.machinePaths(tree(["a.md": "\nin \(path)"])).marks == ["2 machine-path"])
      #expect(TextRules.machinePaths(tree(["a.md": "docs\(path) https://a.io\(path)"])).isEmpty)
      #expect(TextRules.machinePaths(tree(["a.md": "/\(folder)s/x"])).isEmpty)
    }
  }
}
