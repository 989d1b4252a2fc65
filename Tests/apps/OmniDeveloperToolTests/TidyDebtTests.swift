import OmniDeveloperTool
import Testing

@Suite("TidyDebt")
struct TidyDebtTests {
  private let path = "Sources/2-engine/Ledger/Book.swift"

  private func check(_ debt: String, _ text: String) throws -> [Finding] {
    try Tidy.check(SourceTree([SourceFile(".tidy-debt", debt), SourceFile(path, text)]))
  }

  @Test func `what is listed with its size is quiet`() throws {
    #expect(try check("# why\nfile-length \(path) 450 being split", lines(450)).isEmpty)
    #expect(try check("force \(path) 2 shown to be safe", "try! a()\ntry! b()").isEmpty)
    let long = "func a() {" + lines(70) + "}"
    #expect(try check("function-length \(path)#a 71 a table", long).isEmpty)
  }

  @Test func `what has grown is shown again`() throws {
    #expect(
      try check("file-length \(path) 450 being split", lines(451)).marks == ["401 file-length"])
    #expect(try check("force \(path) 1 safe", "try! a()\ntry! b()").count == 2)
  }

  @Test func `what has become smaller has to be corrected`() throws {
    let smaller = try check("file-length \(path) 450 being split", lines(449))
    #expect(smaller.marks == ["1 stale-debt"])
    #expect(smaller.first?.instead == "write 449")
    let gone = try check("\nfile-length \(path) 450 being split", "")
    #expect(gone.marks == ["2 stale-debt"])
    #expect(gone.first?.instead == "delete the line")
  }

  @Test func `a line without a reason or a size is refused`() {
    for line in ["force \(path) 1", "force \(path) many why", "force \(path) 0 why"] {
      #expect(throws: ToolFailure.self) { try check(line, "") }
    }
  }

  @Test func `a clean tree has no findings`() throws {
    let text = "/// A book.\npublic struct Book {}\n"
    #expect(try check("", text).isEmpty)
  }
}
