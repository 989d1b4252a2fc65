import Foundation
import OmniPlatform
import Testing

@Suite("omni events")
struct EventsCommandTests {
  @Test func `every record of a journal is listed, by number, topic and content`() throws {
    try Runs.inFolder { folder in
      let (journal, _, digest) = try Journals.make(folder, bars: 600)
      let replayed = try BacktestCommandTests.object(omni("replay", journal, "--json").output)
      let all = try lines(omni("events", journal, "--json"))
      #expect(all.count == replayed["records"] as? Int)
      #expect(all.compactMap { $0["record"] as? Int } == Array(0..<all.count))
      #expect(all.first?["topic"] as? String == "system.started")
      #expect(all.first?["time"] is NSNull)
      #expect(all.first?["strategies"] as? [String] == ["rsi-limit"])
      #expect(all.last?["topic"] as? String == "system.stopping")
      #expect(all.last?["digest"] as? String == digest)

      let fills = try lines(omni("events", journal, "--json", "--topic", "order.filled"))
      #expect(fills.count == replayed["fills"] as? Int && !fills.isEmpty)
      #expect(fills.allSatisfy { $0["instrument"] as? String == "btc-perp" && $0["fee"] != nil })
      let orders = try lines(omni("events", journal, "--json", "--topic", "order.*"))
      #expect(orders.count > fills.count)
      let both = try lines(
        omni("events", journal, "--json", "--topic", "order.*", "--topic", "market.bar"))
      #expect(both.count == orders.count + 600)
      let some = try lines(omni("events", journal, "--json", "--from", "100", "--limit", "7"))
      #expect(some.compactMap { $0["record"] as? Int } == Array(100..<107))

      let text = omni("events", journal, "--topic", "order.filled", "--limit", "1")
      #expect(text.output.contains("  order.filled  order=") && text.messages.isEmpty)
    }
  }

  @Test func `an event reads the same wherever the list begins`() throws {
    try Runs.inFolder { folder in
      let (journal, _, _) = try Journals.make(
        folder, bars: 16_000, ["--set", "journal.segment_mebibytes=1"])
      try #require(try Journals.segments(journal).count >= 2)
      let all = omni("events", journal).output.split(separator: "\n")
      // No order is left without its instrument, whichever of its events is told.
      let orders = all.filter { $0.contains("  order.") }
      #expect(orders.count > 100 && orders.allSatisfy { $0.contains("instrument=btc-perp") })
      let fills = all.indices.filter { all[$0].contains("  order.filled  ") }
      for first in [1, all.count - 40, fills[0], fills[fills.count / 2], try #require(fills.last)] {
        let some = omni("events", journal, "--from", "\(first)").output.split(separator: "\n")
        #expect(some == Array(all[first...]))
      }
    }
  }

  @Test func `what cannot be listed is told`() throws {
    try Runs.inFolder { folder in
      let (whole, _, _) = try Journals.make(folder, bars: 60)
      let journal = "\(folder)/cut"
      try Journals.interrupt(whole, after: 31, into: journal)
      let cut = omni("events", journal)
      #expect(cut.code == 0 && cut.messages.contains("was not closed"))
      expectRefused(omni("events", "\(folder)/none"), "STO-002", "journal")
      #expect(!FileSystem.exists("\(folder)/none"))
      #expect(omni("events", whole, "--topic", "nothing.*").code == 64)
      #expect(omni("events").code == 64)
      #expect(omni("events", whole, "--limit", "0").code == 64)
      #expect(omni("events", whole, "--from", "100000").output.isEmpty)
    }
  }

  private func lines(_ outcome: Outcome) throws -> [[String: Any]] {
    #expect(outcome.code == 0, "\(outcome.messages)")
    return try outcome.output.split(separator: "\n").map {
      try BacktestCommandTests.object(String($0))
    }
  }
}
