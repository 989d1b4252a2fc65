import OmniPlatform
import Testing

@Suite("ChildProgram")
struct ChildProgramTests {
  @Test func `a program's output and end are told`() throws {
    let outcome = try ChildProgram.run("/bin/sh", ["-c", "printf 'one two'; cat; exit 3"])
    #expect(outcome.status == 3 && outcome.output == "one two")
    let long = try ChildProgram.run("/bin/sh", ["-c", "yes | head -c 300000"])
    #expect(long.output.utf8.count == 300_000 && long.status == 0)
    #expect(try ChildProgram.run("/bin/sh", ["-c", "kill -9 $$"]).status == nil)
  }

  @Test func `a program that is not there is an error`() {
    #expect(throws: FileError.self) { try ChildProgram.run("/nowhere/at/all", []) }
  }
}
