import Foundation
import OmniMarketData
import OmniTestKit
import Testing

@Suite("The page on bar files")
struct BarFilePageTests {
  @Test func `the table of codes is that of the source`() throws {
    let path = "\(SampleFiles.root)/docs/concepts/bar-files.md"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let begin = try #require(page.range(of: "<!-- codes -->\n"))
    let end = try #require(page.range(of: "<!-- end of codes -->"))

    let codes = BarFileError.Code.allCases.sorted { $0.rawValue < $1.rawValue }
    let rows = codes.map { code in
      "| `\(code.rawValue)` | \(code.meaning) | \(code.wanted) | \(code.remedy) "
        + "| \(code.isOfOneRow ? "row" : "file") |\n"
    }
    let table =
      "| code | found | wanted | what to do | fault of |\n| --- | --- | --- | --- | --- |\n"
      + rows.joined()

    #expect(page[begin.upperBound..<end.lowerBound] == table, "the table should be:\n\(table)")
  }

  @Test func `the importer has the name that the program gives it`() throws {
    let path = "\(SampleFiles.root)/docs/concepts/bar-files.md"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let texts = BarFileError.Code.allCases.map(\.remedy) + [page]
    #expect(texts.contains { $0.contains("`omni data import`") })
    for text in texts { #expect(!text.contains("omni import")) }
  }
}
