import Foundation
import OmniLedger
import OmniTestKit
import Testing

@Suite("Verdict")
struct VerdictTests {
  @Test func `the reference explains every verdict, and no other`() throws {
    let path = "\(SampleFiles.root)/docs/reference/verdicts.md"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let listed = page.split(separator: "\n").compactMap { line -> String? in
      guard line.hasPrefix("| `") else { return nil }
      return line.split(separator: "`").dropFirst().first.map(String.init)
    }
    #expect(Set(listed).count == listed.count)
    #expect(Set(listed) == Set(Verdict.allCases.map(\.code)))
  }
}
