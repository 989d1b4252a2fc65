import OmniPlatform
import OmniProgram
import Testing

@Suite("omni data --store")
struct DataStoreTests {
  @Test func `bars are imported, listed, judged and exported`() throws {
    try Runs.inFolder { folder in
      let file = folder + "/bars.csv"
      try FileSystem.replaceFile(file, with: Array(bars.utf8))
      let store = folder + "/store"

      let taken = omni("data", "import", file, "--symbol", "gold", "--store", store)
      #expect(taken.code == 0, "\(taken.messages)")
      #expect(taken.output.hasPrefix("gold: 3 bars, 1 files of "))
      let again = omni("data", "import", file, "--symbol", "gold", "--store", store)
      #expect(again.output == "gold: 3 bars, 0 files of 0 bytes added, 1 unchanged\n")

      let list = omni("data", "list", "--store", store)
      #expect(list.output.contains("gold        bars  2020-01-01  1         3     "))
      let quality = omni("data", "quality", "--store", store)
      #expect(quality.output.contains("172800000           sound\n"))
      let json = omni("data", "list", "--store", store, "--json")
      #expect(json.output.hasPrefix(#"[{"instrument":"gold","kind":"bars","day":"2020-01-01","#))

      let target = folder + "/out.csv"
      let export = omni(
        "data", "export", "--store", store, "--instrument", "gold", "--from", "2020-01-04",
        "--csv", target)
      #expect(export.code == 0, "\(export.messages)")
      #expect(try Runs.text(target) == exported)
    }
  }

  @Test func `text of events goes in and comes out the same`() throws {
    try Runs.inFolder { folder in
      let file = folder + "/events.csv"
      try FileSystem.replaceFile(file, with: Array(events.utf8))
      let store = folder + "/store"
      let taken = omni(
        "data", "import", file, "--symbol", "xrp", "--tick", "0.01", "--lot", "0.5", "--store",
        store)
      #expect(taken.code == 0, "\(taken.messages)")
      let target = folder + "/out.csv"
      let export = omni(
        "data", "export", "--store", store, "--instrument", "xrp", "--csv", target, "--json")
      #expect(export.output.contains(#""kind":"events""#) && export.output.contains(#""rows":2"#))
      #expect(try Runs.text(target) == events)
    }
  }

  @Test func `a recorded feed goes in, with the recorder's clock put right`() throws {
    try Runs.inFolder { folder in
      let (file, store, target) = (folder + "/ticks", folder + "/store", folder + "/out.csv")
      // The recorder's clock is 90 ms behind at least.
      let feed = """
        1723161255000000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255090,\
        "T":1723161255090,"s":"BTCUSDT","t":7,"p":"61800.10","q":"0.006","X":"MARKET","m":true}}
        1723161256000000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256000,\
        "T":1723161256000,"s":"BTCUSDT","t":8,"p":"61800.15","q":"0.006","X":"MARKET","m":true}}
        1723161257000000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161257000,\
        "T":1723161257000,"s":"BTCUSDT","t":9,"p":"61800.20","q":"0.002","X":"MARKET","m":false}}

        """
      try FileSystem.replaceFile(file, with: Array(feed.utf8))
      let terms = ["--symbol", "btc", "--tick", "0.1", "--lot", "0.001", "--store", store]
      let taken = run(["import", file] + terms)
      #expect(taken.code == 0, "\(taken.messages)")
      #expect(taken.output.hasPrefix("btc: 2 events, 1 files of "))
      #expect(
        taken.messages.contains("was 90000 us behind, and was put right"), "\(taken.messages)")
      #expect(taken.messages.contains("1 records were set aside, the first: error[FED-"))
      let words = ["export", "--store", store, "--instrument", "btc", "--csv", target]
      #expect(run(words).code == 0)
      let lines = try Runs.text(target).split(separator: "\n").dropFirst()
      #expect(
        lines.map { $0.prefix(51) } == [
          "1723161255090000000,1723161255090000000,trade,ask,6",
          "1723161257090000000,1723161257000000000,trade,bid,6",
        ])
    }
  }

  @Test func `a table without the symbol is told of`() throws {
    try Runs.inFolder { folder in
      let file = folder + "/trades.csv"
      let trades = """
        symbol,ts_ms,price,size,exchange,cond,suspicious
        IBM,1381132830270,181.52,283,P,20002020,0

        """
      try FileSystem.replaceFile(file, with: Array(trades.utf8))
      let words = ["import", file, "--tick", "0.0001", "--lot", "1", "--store", folder + "/store"]
      expect(words + ["--symbol", "AAPL"], "CLI-052")
      #expect(run(words + ["--symbol", "IBM"]).output.hasPrefix("IBM: 1 events, 1 files of "))
    }
  }

  @Test func `what is wrong is one line with a code`() throws {
    try Runs.inFolder { folder in
      let file = folder + "/events.csv"
      try FileSystem.replaceFile(file, with: Array(events.utf8))
      let store = folder + "/store"
      let wrong: [(words: [String], code: String)] = [
        (["list", "--store", store], "MST-012"),
        (["import", file, "--store", store], "CLI-007"),
        (["import", file, "--symbol", "nothing", "--store", store], "CLI-048"),
        (
          ["import", file, "--symbol", "x", "--tick", "-1", "--lot", "1", "--store", store],
          "CLI-028"
        ),
        (["import", "--store", store], "CLI-025"),
        (["import", folder + "/none.csv", "--store", store, "--symbol", "gold"], "PLT-001"),
      ]
      for (words, code) in wrong { expect(words, code) }
      let terms = ["--symbol", "x", "--tick", "0.01", "--lot", "0.5"]
      #expect(run(["import", file, "--store", store] + terms).code == 0)
      let export = ["export", "--store", store, "--csv", folder + "/out.csv", "--instrument"]
      for (words, code) in [
        (["y"], "MST-012"), (["x", "--from", "soon"], "CLI-033"),
        (["x", "--kind", "z"], "CLI-049"),
      ] {
        expect(export + words, code)
      }
    }
  }

  private func run(_ words: [String]) -> (code: Int32, output: String, messages: String) {
    let outcome = omni(["data"] + words)
    return (outcome.code, outcome.output, outcome.messages)
  }

  private func expect(_ words: [String], _ code: String) {
    let outcome = run(words)
    #expect(outcome.code != 0 && outcome.messages.hasPrefix("error[\(code)]: "), "\(outcome)")
    #expect(outcome.messages.filter(\.isNewline).count == 1, "\(outcome.messages)")
  }
}

private let bars = """
  date,open,high,low,close,volume
  2020-01-02,1.00,2.00,0.50,1.50,10
  2020-01-03,1.50,2.00,1.00,1.75,1
  2020-01-05,1.75,2.00,1.00,1.25,7

  """

private let exported = """
  ts_ns,open,high,low,close,volume
  1578096000000000000,1.50,2.00,1.00,1.75,1
  1578268800000000000,1.75,2.00,1.00,1.25,7

  """

private let events = """
  received_ns,occurred_ns,kind,side,price,size,id,flags
  1577923200000000000,1577923199999999000,best,bid,100.25,3.0,0,1
  1577923200000000007,1577923199999999900,trade,ask,100.26,0.5,77,1

  """
