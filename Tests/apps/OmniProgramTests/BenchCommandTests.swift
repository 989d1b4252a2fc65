import OmniPlatform
import Testing

/// What the benchmarks measure is tested where they are; a run of them takes too long here.
@Suite("omni bench")
struct BenchCommandTests {
  @Test func `bars that cannot be repeated a million times are refused, not trapped on`() throws {
    let header = "ts_ns,open,high,low,close,volume\n"
    let files = [
      ("one bar", "1,1,1,1,1,1\n"),
      ("days", "0,1,1,1,1,1\n86400000000000,2,2,2,2,1\n"),
      ("centuries", "-9223372036854775808,1,1,1,1,1\n9223372036854775807,2,2,2,2,1\n"),
      ("the end of time", "9223372036854775806,1,1,1,1,1\n9223372036854775807,2,2,2,2,1\n"),
    ]
    try Runs.inFolder { folder in
      for (name, rows) in files {
        let path = "\(folder)/\(name).csv"
        try FileSystem.replaceFile(path, with: Array((header + rows).utf8))
        let outcome = omni("bench", "ema-bars", "--bars", path)
        #expect(outcome.code == 1 && outcome.output.isEmpty, "\(name)")
        #expect(outcome.messages.hasPrefix("error[BEN-001]: "), "\(name): \(outcome.messages)")
        #expect(outcome.messages.filter(\.isNewline).count == 1, "\(name): \(outcome.messages)")
      }
    }
  }

  @Test func `a bar file that is bad or missing is told as elsewhere`() throws {
    try Runs.inFolder { folder in
      let path = "\(folder)/bars.csv"
      let missing = omni("bench", "--bars", path)
      #expect(missing.code == 1 && missing.messages.hasPrefix("error[BAR-001]: "))
      try FileSystem.replaceFile(path, with: Array("prose\n".utf8))
      let bad = omni("bench", "--bars", path)
      #expect(bad.code == 1 && bad.output.isEmpty && bad.messages.hasPrefix("error[BAR-009]: "))
      #expect(bad.messages.contains("; do "))
    }
  }
}
