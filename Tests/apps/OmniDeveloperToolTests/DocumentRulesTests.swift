import OmniDeveloperTool
import Testing

@Suite("DocumentRules")
struct DocumentRulesTests {
  // MARK: Links

  @Test func `links to files, folders and headings that are there are fine`() {
    let good = tree([
      "docs/a.md": """
      [b](b.md) [up](../README.md#two-words) [self](#it-s-1st) [web](https://a.io)
      [folder](../Sources) ![p](<p.svg> "title") `[code](nowhere.md)`
      # It-s 1st!
      ```sh
      [in a block](nowhere.md)
      ```
      """,
      "docs/b.md": "", "docs/p.svg": "", "README.md": "# Two `words`\n## Two words",
      "Sources/A.swift": "",
    ])
    #expect(DocumentRules.links(good).isEmpty)
  }

  @Test func `links that lead nowhere are found`() {
    let bad = tree(["docs/a.md": "[b](b.md)\n[c](#c)\n[d](../../d.md)\n\n[e]: e.md\n# A"])
    #expect(DocumentRules.links(bad).marks == ["1 link", "2 link", "3 link", "5 link"])
  }

  @Test func `a second heading of the same name has a number`() {
    #expect(DocumentRules.links(tree(["a.md": "# A\n# A\n[one](#a) [two](#a-1)"])).isEmpty)
    #expect(DocumentRules.links(tree(["a.md": "# A\n[two](#a-1)"])).marks == ["2 link"])
  }

  // MARK: Commands

  @Test func `commands in blocks of shell exist`() {
    let files: KeyValuePairs = [
      "Makefile": "demo: setup\n\techo\nX := 1\n",
      "docs/reference/commands.md": "## `omni demo`\n\n`omni config check`",
      "a.md": """
      make nothing in the text is fine
      ```sh
      make demo HEADLESS=1
      $ SEED=1 make demo
      .build/release/omni demo && omni config check
      swift run -q omnidev tidy
      ls
      ```
      """,
    ]
    #expect(DocumentRules.commands(tree(files)).isEmpty)
  }

  @Test func `commands that do not exist are found`() {
    let files: KeyValuePairs = [
      "Makefile": "demo: setup\n", "docs/reference/commands.md": "`omni demo`",
      "a.md": "```console\n$ make X\nomni fly\nswift run omnidev fly\n```",
    ]
    #expect(DocumentRules.commands(tree(files)).count == 3)
    #expect(DocumentRules.commands(tree(["a.md": "```sh\nmake x\nomni fly\n```"])).isEmpty)
  }

  // MARK: Examples and the change log

  @Test func `examples of JSON and YAML can be read`() {
    #expect(DocumentRules.examples(tree(["a.md": "```json\n{\"a\": 1}\n```"])).isEmpty)
    #expect(DocumentRules.examples(tree(["a.md": "```json\n{a: 1}\n```"])).marks == ["2 example"])
    #expect(DocumentRules.examples(tree(["a.md": "```yaml\na: 1\n```"])).isEmpty)
    #expect(
      DocumentRules.examples(tree(["a.md": "```yaml\na:\n\tb: 1\n```"])).marks == ["3 example"])
  }

  @Test func `the change log has its form`() {
    let good = "# Changelog\n## [Unreleased]\n### Added\n## [0.1.0] - 2030-01-31\n### Fixed"
    #expect(DocumentRules.changeLog(tree(["CHANGELOG.md": good])).isEmpty)
    let bad = "# Changelog\n## 0.1\n### News"
    #expect(DocumentRules.changeLog(tree(["CHANGELOG.md": bad])).map(\.line) == [1, 2, 3])
    #expect(DocumentRules.changeLog(tree([:])).isEmpty)
  }
}
