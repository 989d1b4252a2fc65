import OmniEncoding
import OmniMarketColumns
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniSQLite
import OmniTestKit
import OmniTime
import Testing

@Suite("MarketStore")
struct MarketStoreTests {
  // MARK: Taking and reading

  @Test func `what was taken is read back, day by day`() throws {
    try inFolder { folder in
      let events = walk(20_000, seed: 1, days: 3)
      var store = try MarketStore(writing: folder)
      let outcome = try take(events, &store, at: 10)
      #expect(outcome.rows == 20_000 && outcome.added.count == 3 && outcome.unchanged == 0)
      #expect(try all(store) == events)
      let files = store.partitions
      #expect(files.map(\.revision) == [1, 1, 1])
      #expect(files.reduce(0) { $0 + $1.quality.rows } == 20_000)
      #expect(files.allSatisfy { $0.quality.verdict == .sound && $0.source == "test" })
    }
  }

  @Test func `bars of a year share a file`() throws {
    try inFolder { folder in
      let bars = (0..<900).map { bar(day: $0, close: 100 + Int64($0 % 9)) }
      var store = try MarketStore(writing: folder)
      _ = try take(bars, &store, at: 1)
      #expect(store.partitions.count == 3)
      #expect(try all(store) == bars)
    }
  }

  @Test func `a mixture of instruments is parted, each in its own order`() throws {
    try inFolder { folder in
      let left = walk(3_000, seed: 1)
      let right = walk(3_000, seed: 2, of: 1)
      var mixed: [MarketEvent] = []
      for (one, other) in zip(left, right) { mixed += [other, one] }
      var store = try MarketStore(writing: folder)
      var source = MarketRowArray(mixed, chunk: 77)
      _ = try store.take(
        &source, of: [instrument("a/b"), instrument("A.b")],
        from: .init(source: "test", knownAt: instant(1)))
      #expect(store.symbols == ["A.b", "a/b"])
      #expect(try all(store, "a/b") == left)
      let others: [MarketEvent] = try all(store, "A.b")
      #expect(others.map(\.price) == right.map(\.price))
    }
  }

  @Test func `as-of reads agree with a search through all rows`() throws {
    try inFolder { folder in
      let events = walk(30_000, seed: 4, days: 3)
      var store = try MarketStore(writing: folder)
      _ = try take(events, &store, at: 1)
      var random = SeededRandom(seed: 9)
      for _ in 0..<150 {
        let near = random.pick(events).receivedAt.nanoseconds + random.within(-2...2)
        let moment = Timestamp(nanoseconds: near)
        let row: MarketEvent? = try store.lastRow(of: "btc", until: moment)
        #expect(row == events.last { $0.receivedAt <= moment })
        let other = Timestamp(nanoseconds: near + random.within(0...40_000_000_000_000))
        let span: [MarketEvent] = try all(store, "btc", from: moment, to: other)
        #expect(span == events.filter { $0.receivedAt >= moment && $0.receivedAt <= other })
      }
      let before = Timestamp(nanoseconds: events[0].receivedAt.nanoseconds - 1)
      let none: MarketEvent? = try store.lastRow(of: "btc", until: before)
      #expect(none == nil)
      let last: MarketEvent? = try store.lastRow(of: "btc", until: .distantFuture)
      #expect(last == events.last)
    }
  }

  // MARK: Revisions

  @Test func `a second import is a revision, and the first stays readable as of its time`() throws {
    try inFolder { folder in
      let first = walk(9_000, seed: 1)
      var second = first
      second[4_000].price = Price(ticks: 1)
      var store = try MarketStore(writing: folder)
      _ = try take(first, &store, at: 100)
      _ = try take(second, &store, at: 200)
      #expect(store.partitions.map(\.revision) == [1, 2])
      #expect(try all(store) == second)
      #expect(try all(store, asOf: instant(199)) == first)
      #expect(try all(store, asOf: instant(200)) == second)
      let none: [MarketEvent] = try all(store, asOf: instant(99))
      #expect(none.isEmpty)
    }
  }

  @Test func `the same import a second time changes nothing`() throws {
    try inFolder { folder in
      let events = walk(9_000, seed: 1, days: 2)
      var store = try MarketStore(writing: folder)
      _ = try take(events, &store, at: 100)
      let again = try take(events, &store, at: 200)
      #expect(again.added.isEmpty && again.unchanged == 2)
      let part = try take(Array(events[100..<200]), &store, at: 300)
      #expect(part.added.isEmpty && part.unchanged == 1)
      #expect(try files(folder).count == 2)
    }
  }

  @Test func `a part of a day is put among the rows that are there`() throws {
    try inFolder { folder in
      let events = walk(6_000, seed: 3)
      var store = try MarketStore(writing: folder)
      _ = try take(Array(events[4_000...]), &store, at: 1)
      _ = try take(Array(events[..<1_000]), &store, at: 2)
      _ = try take(Array(events[1_000..<4_000]), &store, at: 3)
      #expect(store.partitions.map(\.revision) == [1, 2, 3])
      #expect(try all(store) == events)
      #expect(try all(store, asOf: instant(2)) == Array(events[..<1_000] + events[4_000...]))
    }
  }

  @Test func `a clock that goes back does not undo the order of revisions`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      _ = try take(walk(10, seed: 1), &store, at: 100)
      _ = try take(walk(10, seed: 2), &store, at: 50)
      #expect(store.partitions.map(\.knownAt) == [instant(100), instant(101)])
    }
  }

  // MARK: Refusals

  @Test func `rows out of order leave the store as it was`() throws {
    try inFolder { folder in
      let events = walk(20_000, seed: 1, days: 2)
      var torn = events
      torn.swapAt(15_000, 15_500)
      var store = try MarketStore(writing: folder)
      let failure = failure { () throws(MarketStoreFailure) in
        _ = try take(torn, &store, at: 1)
      }
      #expect(failure?.code == "MST-006")
      #expect(try files(folder).isEmpty)
      _ = try take(events, &store, at: 2)
      #expect(try all(store) == events)
      #expect(store.partitions.allSatisfy { $0.revision == 1 })
    }
  }

  @Test func `a second bar of an instant and rows of no instrument are refused`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      let twice = [bar(day: 0, close: 100), bar(day: 1, close: 100), bar(day: 1, close: 101)]
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try take(twice, &store, at: 1)
        }?.code == "MST-007")
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try take(walk(3, seed: 1, of: 5), &store, at: 1)
        } == .unnamed(instrument: 5))
      #expect(try files(folder).isEmpty)
    }
  }

  @Test func `doubled events and gaps are taken, and the verdict says so`() throws {
    try inFolder { folder in
      var events = walk(100, seed: 1)
      events.insert(events[50], at: 50)
      var store = try MarketStore(writing: folder)
      _ = try take(events, &store, at: 1)
      #expect(store.partitions[0].quality.verdict == .doubled)
      #expect(store.partitions[0].quality.doubled == 1)
      events[70].flags.insert(.gap)
      _ = try take(events, &store, at: 2)
      #expect(store.partitions[1].quality.verdict == .gaps)
      #expect(store.partitions[1].quality.gaps == 1)
    }
  }

  @Test func `a second writer is told that there is one, and a reader is not`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      _ = try take(walk(10, seed: 1), &store, at: 1)
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try MarketStore(writing: folder)
        } == .locked(path: folder))
      var reader = try MarketStore(reading: folder)
      #expect(try all(reader) == walk(10, seed: 1))
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try take(walk(10, seed: 1), &reader, at: 1)
        } == .readOnly(path: folder))
    }
  }

  @Test func `a span of another tick takes no further rows`() throws {
    try inFolder { folder in
      let events = walk(100, seed: 1)
      var store = try MarketStore(writing: folder)
      _ = try take(Array(events[..<50]), &store, at: 1)
      var rest = MarketRowArray(Array(events[50...]))
      let other = try StoredInstrument(
        symbol: "btc", tick: FixedDecimal(coefficient: 1, scale: 3),
        lot: FixedDecimal(coefficient: 1, scale: 3))
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try store.take(&rest, of: [other], from: .init(source: "", knownAt: instant(2)))
        }?.code == "MST-016")
      #expect(try all(store) == Array(events[..<50]))
    }
  }

  @Test func `a symbol that can be no name is refused`() {
    for symbol in ["", "a\nb", String(repeating: "x", count: 201)] {
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try StoredInstrument(
            symbol: symbol, tick: FixedDecimal(coefficient: 1, scale: 0),
            lot: FixedDecimal(coefficient: 1, scale: 0))
        } == .badSymbol(symbol))
    }
  }

  // MARK: Crashes and losses

  @Test func `what a crash left unfinished is removed by the next writer`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      _ = try take(walk(10, seed: 1), &store, at: 1)
      _ = consume store
      let half = folder + "/btc/events/2026-01-09.r0001.omk.part"
      try FileSystem.replaceFile(half, with: [1, 2, 3])
      let reader = try MarketStore(reading: folder)
      #expect(reader.partitions.count == 1)
      #expect(FileSystem.exists(half))
      let writer = try MarketStore(writing: folder)
      #expect(writer.partitions.count == 1)
      #expect(!FileSystem.exists(half))
    }
  }

  @Test func `a file that got its name before a crash is found without the catalogue`() throws {
    try inFolder { folder in
      let events = walk(9_000, seed: 1, days: 3)
      var store = try MarketStore(writing: folder)
      _ = try take(events, &store, at: 1)
      let listed = store.partitions
      _ = consume store
      let catalogue = folder + "/catalogue.sqlite"
      for damage in 0..<3 {
        switch damage {
        case 0: try FileSystem.remove(catalogue)
        case 1: try FileSystem.replaceFile(catalogue, with: Array("no database at all".utf8))
        default:
          let database = try SQLiteDatabase(.file(catalogue))
          try database.execute("DELETE FROM partitions WHERE day = '2026-01-02'")
        }
        let reader = try MarketStore(reading: folder)
        #expect(reader.partitions == listed)
        #expect(try all(reader) == events)
        let writer = try MarketStore(writing: folder)
        #expect(writer.partitions == listed)
        let database = try SQLiteDatabase(.readOnly(catalogue))
        let count = try database.query("SELECT count(*), sum(rows) FROM partitions")
        #expect(count == [[.integer(3), .integer(9_000)]])
      }
    }
  }

  @Test func `a file that is gone is no longer listed`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      _ = try take(walk(9_000, seed: 1, days: 3), &store, at: 1)
      let gone = store.partitions[1].file
      _ = consume store
      try FileSystem.remove(folder + "/" + gone)
      #expect(try MarketStore(reading: folder).partitions.count == 2)
      #expect(try MarketStore(writing: folder).partitions.count == 2)
    }
  }
}
