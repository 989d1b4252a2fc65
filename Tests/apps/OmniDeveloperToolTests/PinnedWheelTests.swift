import OmniDeveloperTool
import Testing

@Suite("PinnedWheel")
struct PinnedWheelTests {
  private let digest = String(repeating: "a1", count: 32)

  private func parse(_ text: String) throws -> [PinnedWheel] {
    try PinnedWheel.parse(text, path: "wheels.txt")
  }

  @Test func `a requirement takes the comments before it`() throws {
    let wheels = try parse(
      """
      # Some words.

      # licence: MIT a-1.0.dist-info/LICENSE
      # keep: a/one.csv
      # keep: a/two.csv
      a-data.x==1.0 --hash=sha256:\(digest)

      # licence: BSD-3-Clause b/LICENSE
      # keep: b/one.csv
      b==2.0.1 --hash=sha256:\(digest)
      """)
    try #require(wheels.count == 2)
    #expect(wheels[0].licence == "MIT")
    #expect(wheels[0].members == ["a/one.csv", "a/two.csv", "a-1.0.dist-info/LICENSE"])
    #expect(wheels[0].fileStem == "a_data_x-1.0-")
    #expect(wheels[1].version == "2.0.1")
    #expect(wheels[1].keeps == ["b/one.csv"])
  }

  @Test func `a requirement that is not pinned is refused with its line`() {
    let comments = "# licence: MIT L\n# keep: a\n"
    for line in ["a", "a>=1.0 --hash=sha256:\(digest)", "a==1.0", "a==1.0 --hash=sha256:12"] {
      let failure = #expect(throws: ToolFailure.self) { try parse(comments + line) }
      #expect(failure?.description.contains("wheels.txt:3") == true, "\(line)")
    }
  }

  @Test func `a requirement of which nothing is kept is refused`() {
    #expect(throws: ToolFailure.self) { try parse("a==1.0 --hash=sha256:\(digest)") }
  }
}
