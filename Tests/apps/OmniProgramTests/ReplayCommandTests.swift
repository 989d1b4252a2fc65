import Foundation
import OmniPlatform
import OmniTestKit
import Testing

@Suite("omni replay and omni backtest --resume")
struct ReplayCommandTests {
  // MARK: Whole journals

  @Test func `a replay ends in the run's digest, and verified in the same records`() throws {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(folder, bars: 600)

      let plain = omni("replay", journal)
      #expect(plain.code == 0 && plain.messages.isEmpty)
      #expect(plain.output.contains("digest    \(digest)\n"))
      #expect(plain.output.contains("recorded  \(digest)\n"))
      #expect(plain.output.contains("not compared"))

      let verified = omni("replay", journal, "--verify")
      #expect(verified.code == 0 && verified.messages.isEmpty)
      #expect(verified.output.contains("digest    \(digest)\n"))
      #expect(verified.output.contains("identical: "))

      let json = try BacktestCommandTests.object(
        omni("replay", journal, "--verify", "--json").output)
      #expect(json["digest"] as? String == digest && json["recorded_digest"] as? String == digest)
      #expect(json["records"] as? Int == json["records_compared"] as? Int)
      #expect(json["sealed"] as? Bool == true && json["torn_tail"] as? Bool == false)
    }
  }

  // MARK: The state at a moment

  @Test func `the state at the end, at a record and at an instant is shown, from snapshots too`()
    throws
  {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(folder, bars: 600)
      let replayed = try BacktestCommandTests.object(omni("replay", journal, "--json").output)
      let records = try #require(replayed["records"] as? Int)
      func state(_ moment: String, _ more: String...) throws -> [String: Any] {
        let outcome = omni(["replay", journal, "--json", "--at", moment] + more)
        #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        return try BacktestCommandTests.object(outcome.output)
      }
      // The run's digest is of the state before the record that tells it.
      let last = try state("\(records - 1)", "--stride", "500")
      #expect(last["digest"] as? String == digest && last["records"] as? Int == records - 1)
      #expect(last["fills"] as? Int == replayed["fills"] as? Int)
      let again = try state("\(records - 1)")
      #expect(again["digest"] as? String == digest)
      #expect((again["replayed"] as? Int ?? .max) <= 500 && again["snapshot"] as? Int ?? 0 > 0)
      #expect(try state("end")["records"] as? Int == records)

      let early = try state("560", "--snapshots", "\(folder)/elsewhere")
      let time = try #require(early["time"] as? String)
      let same = try state(time)
      #expect(same["equity"] as? String == early["equity"] as? String)
      #expect((early["positions"] as? [Any])?.count == 1)
      let text = omni("replay", journal, "--at", "560").output
      #expect(text.contains("records   560 of \(records)") && text.contains("rsi-limit"))
      #expect(text.contains("from the snapshot after record 500"))
      // Snapshots in the journal's folder are no part of it.
      #expect(omni("replay", journal, "--verify").code == 0)
    }
  }

  @Test func `a moment that is none is refused, and nothing is left behind`() throws {
    try Runs.inFolder { folder in
      let (journal, _, _) = try Journals.make(folder, bars: 60)
      Self.expectUsage(omni("replay", journal, "--at", "0"), "CLI-045", "before the run's plan")
      for wrong in ["-1", "soon", "2024-13-01"] {
        Self.expectUsage(omni("replay", journal, "--at=\(wrong)"), "CLI-045", wrong)
      }
      Self.expectUsage(omni("replay", journal, "--at", "end", "--verify"), "CLI-044", "--verify")
      Self.expectUsage(omni("replay", journal, "--stride", "5"), "CLI-044", "--stride")
      Self.expectUsage(
        omni("replay", journal, "--at", "end", "--stride", "0"), "CLI-008", "--stride")
      expectRefused(omni("replay", journal, "--at", "999999"), "RUN-008", "999999")
      expectRefused(omni("replay", "\(folder)/none", "--at", "end"), "STO-002", "journal")
      #expect(!FileSystem.exists("\(folder)/none") && !FileSystem.exists("\(journal)/snapshots"))
    }
  }

  private static func expectUsage(_ outcome: Outcome, _ code: String, _ words: String) {
    #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome.output)")
    #expect(
      outcome.messages.hasPrefix("error[\(code)]: ") && outcome.messages.contains(words),
      "\(outcome.messages)")
  }

  @Test func `a replay gives a ledger what the journal leads to, once`() throws {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(folder, bars: 600)
      let ledger = "\(folder)/ledger"
      for (options, isFirst) in [(["--verify"], true), ([], false)] {
        let outcome = omni(["replay", journal, "--ledger", ledger, "--json"] + options)
        #expect(outcome.code == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        let json = try BacktestCommandTests.object(outcome.output)
        #expect(json["digest"] as? String == digest)
        let postings = try #require(json["postings"] as? [String: Any])
        let count = try #require(json["fills"] as? Int) + 1
        #expect(postings["accepted"] as? Int == (isFirst ? count : 0))
        #expect(postings["exists"] as? Int == (isFirst ? 0 : count))
      }
    }
  }

  @Test func `an interrupted run that goes on leaves the ledger of an undisturbed one`() throws {
    try Runs.inFolder { folder in
      let (whole, line, _) = try Journals.make(folder, bars: 600)
      let journal = "\(folder)/cut"
      try Journals.interrupt(whole, after: 311, into: journal)
      let ledger = "\(folder)/ledger"
      // What the journal has so far is posted, as a run does that is interrupted after a commit.
      let early = omni("replay", journal, "--ledger", ledger, "--json")
      #expect(early.code == 0, "\(early.messages)")
      let first = try #require(
        try BacktestCommandTests.object(early.output)["postings"] as? [String: Any])
      let resumed = omni(
        line.map { $0 == whole ? journal : $0 } + ["--resume", "--ledger", ledger])
      #expect(resumed.code == 0, "\(resumed.messages)")
      let json = try BacktestCommandTests.object(resumed.output)
      let then = try #require(json["postings"] as? [String: Any])
      #expect(then["exists"] as? Int == first["accepted"] as? Int)
      #expect((first["accepted"] as? Int ?? 0) > 1 && (then["accepted"] as? Int ?? 0) > 1)

      let undisturbed = "\(folder)/undisturbed"
      #expect(omni("replay", whole, "--ledger", undisturbed).code == 0)
      let books = [ledger, undisturbed].map {
        omni("ledger", "trial", "--ledger", $0, "--json").output
      }
      #expect(books[0] == books[1])
    }
  }

  @Test func `a journal of several segments is replayed, and a missing one told`() throws {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(
        folder, bars: 16_000, ["--set", "journal.segment_mebibytes=1"])
      let segments = try Journals.segments(journal)
      try #require(segments.count >= 2)
      let outcome = omni("replay", journal, "--json")
      #expect(try Journals.digest(outcome) == digest)

      let last = try Journals.bytes(try #require(segments.last))
      try FileSystem.remove(try #require(segments.last))
      expectRefused(omni("replay", journal), "STO-009", "segment \(segments.count - 1)")
      try FileSystem.replaceFile(try #require(segments.last), with: last)
      try FileSystem.replaceFile("\(journal)/segment-0000000\(segments.count + 1).omj", with: last)
      expectRefused(omni("replay", journal), "STO-009", "segment \(segments.count) is missing")
      try FileSystem.remove("\(journal)/segment-0000000\(segments.count + 1).omj")
      try FileSystem.replaceFile("\(journal)/segment-0000000\(segments.count).omj", with: last)
      expectRefused(omni("replay", journal), "STO-008", "segment ")
      try FileSystem.remove("\(journal)/segment-0000000\(segments.count).omj")
      try FileSystem.replaceFile("\(journal)/segment-x.omj", with: last)
      expectRefused(omni("replay", journal), "STO-010", "segment-x.omj")
      try FileSystem.remove("\(journal)/segment-x.omj")
      try FileSystem.remove(segments[0])
      expectRefused(omni("replay", journal), nil, "; do ")
    }
  }

  @Test func `what is no journal is told`() throws {
    try Runs.inFolder { folder in
      let empty = "\(folder)/empty"
      try FileSystem.makeDirectory(empty)
      let file = try BacktestCommandTests.file(folder)
      for verify in [[], ["--verify"]] {
        expectRefused(omni(["replay", "\(folder)/none"] + verify), "STO-002", "no segment")
        expectRefused(omni(["replay", empty] + verify), "STO-002", "no segment")
        expectRefused(omni(["replay", folder] + verify), "STO-002", "no segment")
        expectRefused(omni(["replay", file] + verify), "STO-001", "no folder")
      }
    }
  }

  // MARK: Damage

  @Test func `a byte that was changed is refused with its segment and offset`() throws {
    try Runs.inFolder { folder in
      let (journal, _, _) = try Journals.make(folder, bars: 60)
      let segment = try #require(try Journals.segments(journal).first)
      let bytes = try Journals.bytes(segment)
      var random = SeededRandom(seed: 5)
      let places =
        Array(0..<128) + Array(bytes.count - 100..<bytes.count)
        + (0..<60).map { _ in Int.random(in: 128..<bytes.count - 100, using: &random) }
      for place in places {
        var damaged = bytes
        damaged[place] ^= UInt8.random(in: 1...255, using: &random)
        try FileSystem.replaceFile(segment, with: damaged)
        let outcome = omni(["replay", journal] + (place % 2 == 0 ? [] : ["--verify"]))
        expectRefused(outcome, "STO-008", "segment 0, offset ", "byte \(place) of \(bytes.count)")
      }
    }
  }

  @Test func `a journal that was cut is replayed as far as it goes, and the cut is told`() throws {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(folder, bars: 120)
      let segment = try #require(try Journals.segments(journal).first)
      let bytes = try Journals.bytes(segment)
      let planEnd = try Self.firstFrameEnd(bytes)
      var random = SeededRandom(seed: 6)
      let places =
        [planEnd, planEnd + 1, bytes.count - 1, bytes.count - 48, bytes.count - 49]
        + (0..<40).map { _ in Int.random(in: planEnd..<bytes.count, using: &random) }
      for place in places {
        try FileSystem.replaceFile(segment, with: Array(bytes[..<place]))
        let plain = omni("replay", journal, "--json")
        let verified = omni("replay", journal, "--json", "--verify")
        for outcome in [plain, verified] {
          try #require(outcome.code == 0, "\(place): \(outcome.messages)")
          #expect(
            outcome.messages.hasPrefix("warning: torn tail cut: segment 0 is torn at offset "))
          let json = try BacktestCommandTests.object(outcome.output)
          #expect(json["torn_tail"] as? Bool == true && json["sealed"] as? Bool == false)
        }
        #expect(try Journals.digest(plain) == Journals.digest(verified))
        // The run's last record is there as long as only the seal behind it is cut.
        if place >= bytes.count - 48 { #expect(try Journals.digest(plain) == digest) }
      }
      for place in [0, 8, 63, 64, planEnd - 1] {
        try FileSystem.replaceFile(segment, with: Array(bytes[..<place]))
        expectRefused(omni("replay", journal), "RPL-001", "a run's plan", "cut at \(place)")
      }
    }
  }

  // MARK: Going on

  @Test func `a run that was killed anywhere goes on to the same digest`() throws {
    try Runs.inFolder { folder in
      let (whole, _, digest) = try Journals.make(folder, bars: 240)
      var random = SeededRandom(seed: 8)
      for round in 0..<24 {
        let journal = "\(folder)/round-\(round)"
        try Journals.interrupt(whole, after: Int.random(in: 1...240, using: &random), into: journal)
        let segment = try #require(try Journals.segments(journal).first)
        var bytes = try Journals.bytes(segment)
        let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
        let place = round < 4 ? used : Int.random(in: 64..<used, using: &random)
        // Either the file is shorter, or what the process did not write any more is still zero.
        if round % 2 == 0 {
          bytes.removeSubrange(place...)
        } else {
          bytes.replaceSubrange(place..<used, with: [UInt8](repeating: 0, count: used - place))
        }
        try FileSystem.replaceFile(segment, with: bytes)

        let path = try BacktestCommandTests.file(folder, bars: 240)
        let line = BacktestCommandTests.line(path, "rsi-limit") + ["--json", "--journal", journal]
        expectRefused(omni(line), "STO-003", "--resume")
        let outcome = omni(line + ["--resume"])
        try #require(outcome.code == 0, "round \(round), cut at \(place): \(outcome.messages)")
        #expect(try Journals.digest(outcome) == digest, "round \(round), cut at \(place)")
        let verified = omni("replay", journal, "--verify", "--json")
        #expect(
          verified.code == 0 && verified.messages.isEmpty, "round \(round): \(verified.messages)")
        #expect(try Journals.digest(verified) == digest)
      }
    }
  }

  @Test func `a run that came to its end is only checked when it is resumed`() throws {
    try Runs.inFolder { folder in
      let (journal, line, digest) = try Journals.make(folder, bars: 120)
      let before = try Journals.segments(journal).map(Journals.bytes)
      let outcome = omni(line + ["--resume"])
      #expect(outcome.code == 0, "\(outcome.messages)")
      #expect(try Journals.digest(outcome) == digest)
      #expect(try Journals.segments(journal).map(Journals.bytes) == before)
    }
  }

  @Test func `a run with other settings or bars is no continuation, and harms nothing`() throws {
    try Runs.inFolder { folder in
      let (whole, _, digest) = try Journals.make(folder, bars: 240)
      let journal = "\(folder)/killed"
      try Journals.interrupt(whole, after: 200, into: journal)
      let path = try BacktestCommandTests.file(folder, bars: 240)
      let right =
        BacktestCommandTests.line(path, "rsi-limit") + ["--json", "--journal", journal, "--resume"]

      expectRefused(omni(right + ["--param", "hold=60"]), "STO-012", "record 0 differs")
      expectRefused(omni(right + ["--cash", "5"]), "STO-012", "record 0 differs")
      expectRefused(
        omni(right + ["--fill-policy", "backtesting.py"]), "STO-012", "record 0 differs")
      let other = try BacktestCommandTests.file(folder, bars: 240, seed: 9)
      expectRefused(
        omni(right.map { $0 == path ? other : $0 }), "STO-012", "record 1 differs in payload word")
      let short = try BacktestCommandTests.file(folder, bars: 100)
      expectRefused(omni(right.map { $0 == path ? short : $0 }), "STO-012", "record ")

      let outcome = omni(right)
      #expect(outcome.code == 0, "\(outcome.messages)")
      #expect(try Journals.digest(outcome) == digest)
    }
  }

  @Test func `there is nothing to resume in a folder without a journal, and none is made`() throws {
    try Runs.inFolder { folder in
      let path = try BacktestCommandTests.file(folder)
      let journal = "\(folder)/none"
      let outcome = omni(
        BacktestCommandTests.line(path, "rsi-limit") + ["--journal", journal, "--resume"])
      expectRefused(outcome, "STO-002", "name the folder of a journal")
      #expect(!FileSystem.exists(journal))
    }
  }

  @Test func `a journal that lost committed records is not gone on with`() throws {
    try Runs.inFolder { folder in
      let (journal, line, _) = try Journals.make(folder, bars: 120)
      let segment = try #require(try Journals.segments(journal).first)
      let bytes = try Journals.bytes(segment)
      try FileSystem.replaceFile(segment, with: Array(bytes[..<(bytes.count / 2)]))
      expectRefused(omni(line + ["--resume"]), "STO-011", "committed records are gone")
      #expect(try Journals.bytes(segment).count == bytes.count / 2)
    }
  }

  // MARK: Processes

  @Test(.enabled(if: Child.isBuilt, Comment(rawValue: Child.absence)))
  func `a process that was killed is gone on with by another`() throws {
    try Runs.inFolder { folder in
      let (_, line, digest) = try Journals.make(folder, bars: 9_000, name: "whole")
      for committed in [64, 300_000, 700_000] {
        let journal = "\(folder)/killed-\(committed)"
        let own = line.map { $0.hasSuffix("/whole") ? journal : $0 }
        let process = Child.process(Child.path, own)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, Journals.committedBytes(journal) < committed { sched_yield() }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let outcome = omni(own + ["--resume"])
        try #require(outcome.code == 0, "\(outcome.messages)")
        #expect(try Journals.digest(outcome) == digest)
        let replayed = try Child.run(["replay", journal, "--verify", "--json"])
        #expect(replayed.code == 0)
        #expect(try Journals.digest(replayed) == digest)
      }
    }
  }

  // MARK: Words

  /// Where the first record of a segment ends: its length stands in its first four bytes.
  private static func firstFrameEnd(_ bytes: [UInt8]) throws -> Int {
    let length = (0..<4).reduce(0) { $0 | Int(bytes[64 + $1]) << (8 * $1) }
    try #require(length > 32 && length < 2_000, "\(length)")
    return 64 + length
  }
}
