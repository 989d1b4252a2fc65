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

  @Test func `a stream of operations is matched, and its trades are told with their hash`() throws {
    try Runs.inFolder { folder in
      let path = "\(folder)/stream.bin"
      let stream =
        record(1, price: 100, size: 5, side: 1) + record(2, price: 99, size: 4)
        + record(3, price: 100, size: 3, type: 1) + record(2, price: 100, size: 0, type: 3)
        + record(2, size: 1, type: 4) + record(7, type: 2)
      try FileSystem.replaceFile(path, with: stream)

      let outcome = omni("bench", "matching", "--ops", path, "--json")

      // Two trades at 100: of three lots, then of the two that were left.
      var hash: UInt64 = 1_469_598_103_934_665_603
      for word in [100 * 1_000_003 + 3, 100 * 1_000_003 + 2] as [UInt64] {
        hash = (hash ^ word) &* 1_099_511_628_211
      }
      #expect(outcome.code == 0, "\(outcome.messages)")
      // How many requests for memory is for a release: an unoptimised build makes some itself.
      for text in [
        "\"trades\":2", "\"volume\":5", "\"live\":1", "\"refused\":1", "\"allocations\":",
        "\"hash\":\"\(String(hash, radix: 16))\"", "\"ops_per_cpu_s\":", "\"p50_ns\":",
        "\"p99_ns\":", "\"p999_ns\":",
      ] { #expect(outcome.output.contains(text), "\(text): \(outcome.output)") }
    }
  }

  @Test func `a stream that is cut off or holds what is none is refused with its record`() throws {
    let good = record(1, price: 100, size: 5)
    let files: [(String, [UInt8], String)] = [
      ("empty", [], "no operation"),
      ("cut off", good + good.dropLast(), "record 2"),
      ("type", good + record(1, type: 5), "type 5"),
      ("side", good + record(1, side: 2), "side 2"),
      ("size", good + record(1, size: -1), "size -1"),
    ]
    try Runs.inFolder { folder in
      let path = "\(folder)/stream.bin"
      let missing = omni("bench", "matching", "--ops", path)
      #expect(missing.code == 1 && missing.messages.hasPrefix("error[BEN-003]: "))
      for (name, bytes, words) in files {
        try FileSystem.replaceFile(path, with: bytes)
        let outcome = omni("bench", "matching", "--ops", path)
        #expect(outcome.code == 1 && outcome.output.isEmpty, "\(name)")
        #expect(outcome.messages.hasPrefix("error[BEN-003]: "), "\(name): \(outcome.messages)")
        #expect(outcome.messages.contains(words), "\(name): \(outcome.messages)")
      }
    }
    let without = omni("bench", "matching")
    #expect(without.code == 64 && without.messages.hasPrefix("error[CLI-007]: "))
  }

  /// One operation of a stream, as 32 bytes.
  private func record(
    _ id: UInt64, price: Int64 = 0, size: Int64 = 0, type: UInt8 = 0, side: UInt8 = 0
  ) -> [UInt8] {
    let words = [id, UInt64(bitPattern: price), UInt64(bitPattern: size)]
    let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return bytes + [type, side] + Array(repeating: 0, count: 6)
  }
}
