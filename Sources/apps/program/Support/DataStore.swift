import OmniDataProviders
import OmniEncoding
import OmniFeeds
import OmniMarketColumns
import OmniMarketData
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTime

/// The verbs of `omni data` that work on a store of market data, named with `--store`.
struct DataStore {
  static let options: [Option] = [
    Option(
      "--store", "DIR", "the store of market data to work on, instead of a folder of bar files"),
    Option("--instrument", "S", "export from a store: the instrument"),
    Option("--kind", "events|bars", "export from a store: what to write, if it has both"),
    Option(
      "--to", "INSTANT", "export from a store: the last instant, such as 2026-01-31T09:30:00Z"),
    Option("--as-of", "INSTANT", "list, quality, export of a store: what was known then"),
    Option("--csv", "FILE", "export from a store: the file to write"),
    Option("--lot", "L", "import of events into a store: the size step, such as 0.001"),
  ]

  let path: String
  let arguments: Arguments
  let console: Console

  /// Does `verb`; `words` are what follows it.
  func run(_ verb: String, _ words: [String]) throws {
    let wanted = verb == "import" ? 1 : 0
    guard words.count == wanted else {
      throw Problem.usage(
        "CLI-025", "\(words.count) words follow omni data \(verb) --store",
        wanted: wanted == 1 ? "a file" : "none", remedy: "see omni data --help")
    }
    do {
      switch verb {
      case "import": try importFile(words[0])
      case "list": try list()
      case "quality": try quality()
      default: try export()
      }
    } catch let failure as MarketStoreFailure {
      throw Problem(describing: failure, code: failure.code, remedy: failure.remedy)
    }
  }

  // MARK: Import

  private func importFile(_ file: String) throws {
    if try isEventText(file) {
      try report([try takeEvents(file)])
      return
    }
    if let format = try feedFormat(file) {
      try report([try takeFeed(file, format)])
      return
    }
    let taken = try DataImport(file, arguments, console)
    let series = taken.result.series.filter { !$0.bars.isEmpty }
    var store = try MarketStore(writing: path)
    var outcomes: [Taken] = []
    var bar = ProgressBar("storing", total: series.count, console)
    for one in series {
      var rows = MarketRowArray(one.bars.map { $0.of(InstrumentID(0)) })
      let instrument = try StoredInstrument(one.instrument)
      let outcome = try store.take(
        &rows, of: [instrument],
        from: .init(source: taken.source.name, knownAt: SystemClock().now()))
      outcomes.append(Taken(symbol: instrument.symbol, kind: .bars, outcome: outcome))
      bar.show(outcomes.count)
    }
    try report(outcomes)
  }

  /// What was taken of one instrument.
  private struct Taken {
    let symbol: String
    let kind: MarketRowKind
    let outcome: MarketStore.Outcome
  }

  /// Whether the file is text of events, as a store exports it.
  private func isEventText(_ file: String) throws -> Bool {
    var source = try Problem.wrapping { try FileByteSource(file) }
    var reader = CSVReader()
    // A file that is no text at all is told of by whoever imports it.
    guard (try? reader.next(from: &source)) == true else { return false }
    return CSVHeader(reader).names == MarketEvent.textColumns
  }

  /// The form of a recorded feed, or nil if the file is none.
  private func feedFormat(_ file: String) throws -> FeedFormat? {
    var source = try Problem.wrapping { try FileByteSource(file) }
    var first = [UInt8](repeating: 0, count: FeedLimits().recordBytesMax)
    var count = 0
    while count < first.count, !first[..<count].contains(0x0A) {
      // A file that cannot be read is told of by whoever imports it.
      guard let read = try? source.read(into: &first, from: count), read > 0 else { break }
      count += read
    }
    return FeedFormat.detect(first.span.extracting(0..<count))
  }

  /// Takes a recorded feed, with the recorder's clock put right by a first pass over it.
  private func takeFeed(_ file: String, _ format: FeedFormat) throws -> Taken {
    guard format != .lobster else {
      throw Problem.usage(
        "CLI-051", "LOBSTER's messages are of a day that the file does not name",
        wanted: "a feed whose times say their day", remedy: "read the file with OmniFeeds")
    }
    let instrument = try instrument()
    var options = FeedOptions(
      instrument: InstrumentID(0), grid: PriceGrid(tick: instrument.tick, lot: instrument.lot),
      format: format)
    if format == .table { options.symbol = instrument.symbol }
    options.clockOffset = try FeedRows.clockOffset(file, options)
    var source = try FeedRows(file, options)
    let taken = try take(&source, file, instrument)
    guard taken.outcome.rows > 0 || source.setAsideCount > 0 else {
      throw Problem(
        code: "CLI-052",
        line: "the feed has no event of \(instrument.symbol); wanted a symbol that it names",
        remedy: "name it as the feed does, with --symbol")
    }
    let offset = options.clockOffset.nanoseconds
    if offset > 0 {
      console.message("the recorder's clock was \(offset / 1_000) us behind, and was put right")
    }
    if let first = source.firstSetAside {
      console.message("\(source.setAsideCount) records were set aside, the first: \(first)")
    }
    console.message("quality: \(source.score) of 1000000")
    return taken
  }

  private func takeEvents(_ file: String) throws -> Taken {
    let instrument = try instrument()
    let bytes = try Problem.wrapping { try FileByteSource(file) }
    var source = try MarketTextSource<MarketEvent, FileByteSource>(bytes, path: file, instrument)
    return try take(&source, file, instrument)
  }

  private func take<Source: MarketRowSource & ~Copyable>(
    _ source: inout Source, _ file: String, _ instrument: StoredInstrument
  ) throws -> Taken where Source.Row == MarketEvent {
    var store = try MarketStore(writing: path)
    let console = console
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let outcome = try store.take(
      &source, of: [instrument],
      from: .init(source: name, knownAt: SystemClock().now()) { rows in
        if console.isTerminal, rows % 262_144 < 4_096 { console.draw("\rstoring \(rows) rows") }
      })
    if console.isTerminal { console.draw("\n") }
    return Taken(symbol: instrument.symbol, kind: .events, outcome: outcome)
  }

  /// The instrument of text that does not name one.
  private func instrument() throws -> StoredInstrument {
    let symbol = try arguments.required("--symbol", DataCommand.self)
    let steps = try ["--tick", "--lot"].map { name -> FixedDecimal? in
      guard let text = arguments.value(name) else { return nil }
      guard let step = try? FixedDecimal(text), step.coefficient > 0 else {
        throw Problem.usage(
          "CLI-028", "\(name) is \(text)", wanted: "a step above zero, such as 0.01",
          remedy: "write \(name) 0.01")
      }
      return step
    }
    let known = try? InstrumentCatalogue.builtIn.instrument(symbol)
    guard let tick = steps[0] ?? known?.terms.tick, let lot = steps[1] ?? known?.terms.lot else {
      throw Problem.usage(
        "CLI-048", "nothing is known of \(symbol)", wanted: "its price step and its size step",
        remedy: "add --tick 0.01 --lot 0.001, or name an instrument of omni data instruments")
    }
    return try StoredInstrument(symbol: symbol, tick: tick, lot: lot)
  }

  private func report(_ outcomes: [Taken]) throws {
    if arguments.has("--json") {
      let items = outcomes.map { taken in
        JSONText.object([
          ("instrument", .text(taken.symbol)), ("kind", .text(taken.kind.word)),
          ("rows", .count(taken.outcome.rows)), ("unchanged", .count(taken.outcome.unchanged)),
          ("added", .list(taken.outcome.added.map(Self.json))),
        ])
      }
      console.print(JSONText.list(items).text)
      return
    }
    for taken in outcomes {
      let bytes = taken.outcome.added.reduce(0) { $0 + $1.byteCount }
      console.print(
        "\(taken.symbol): \(taken.outcome.rows) \(taken.kind.word), "
          + "\(taken.outcome.added.count) files of \(bytes) bytes added, "
          + "\(taken.outcome.unchanged) unchanged")
    }
  }

  // MARK: List and quality

  private func list() throws {
    let found = try partitions()
    if arguments.has("--json") {
      console.print(JSONText.list(found.map(Self.json)).text)
      return
    }
    guard !found.isEmpty else {
      console.print("nothing is in \(path); run omni data import FILE --store \(path)")
      return
    }
    let rows = found.map { partition in
      [
        partition.symbol, partition.rows.word, partition.span.text, String(partition.revision),
        String(partition.quality.rows), String(partition.byteCount),
        "\(partition.quality.first)", "\(partition.quality.last)", partition.source,
      ]
    }
    let names = [
      "instrument", "kind", "day", "revision", "rows", "bytes", "first", "last", "source",
    ]
    for line in DataCommand.columns([names] + rows) { console.print(line) }
  }

  private func quality() throws {
    let found = try partitions()
    if arguments.has("--json") {
      console.print(JSONText.list(found.map(Self.json)).text)
      return
    }
    let rows = found.map { partition in
      let quality = partition.quality
      return [
        partition.symbol, partition.rows.word, partition.span.text, String(quality.rows),
        String(quality.gaps), String(quality.doubled),
        "\(quality.silence.nanoseconds / 1_000_000)", quality.verdict.rawValue,
      ]
    }
    let names = [
      "instrument", "kind", "day", "rows", "gaps", "doubled", "longest silence ms", "verdict",
    ]
    for line in DataCommand.columns([names] + rows) { console.print(line) }
  }

  /// The files of the latest revisions that were known, by default now.
  private func partitions() throws -> [StoredPartition] {
    let store = try MarketStore(reading: try existing())
    let knowledge = try instant("--as-of")
    return store.symbols.flatMap { symbol in
      MarketRowKind.allCases.flatMap { store.partitions(of: symbol, $0, asOf: knowledge) }
    }
  }

  private static func json(_ partition: StoredPartition) -> JSONText {
    let quality = partition.quality
    return .object([
      ("instrument", .text(partition.symbol)), ("kind", .text(partition.rows.word)),
      ("day", .text(partition.span.text)), ("days", .count(partition.span.dayCount)),
      ("revision", .count(partition.revision)), ("known_at", .text("\(partition.knownAt)")),
      ("rows", .count(quality.rows)), ("bytes", .count(partition.byteCount)),
      ("first", .text("\(quality.first)")), ("last", .text("\(quality.last)")),
      ("gaps", .count(quality.gaps)), ("doubled", .count(quality.doubled)),
      ("longest_silence_ns", .count(quality.silence.nanoseconds)),
      ("verdict", .text(quality.verdict.rawValue)), ("source", .text(partition.source)),
      ("file", .text(partition.file)),
    ])
  }

  // MARK: Export

  private func export() throws {
    let symbol = try arguments.required("--instrument", DataCommand.self)
    let target = try arguments.required("--csv", DataCommand.self)
    let store = try MarketStore(reading: try existing())
    let selection = MarketStore.Selection(
      symbol, from: try instant("--from") ?? .distantPast,
      to: try instant("--to") ?? .distantFuture, asOf: try instant("--as-of"))
    let kind = try kind(of: symbol, store)
    let console = console
    let progress = { (rows: Int) in
      if console.isTerminal, rows % 262_144 < 8_192 { console.draw("\rwriting \(rows) rows") }
    }
    let written =
      switch kind {
      case .events:
        try store.export(selection, MarketEvent.self, to: target, progress: progress)
      case .bars: try store.export(selection, Bar.self, to: target, progress: progress)
      }
    if console.isTerminal { console.draw("\n") }
    if arguments.has("--json") {
      console.print(
        JSONText.object([
          ("instrument", .text(symbol)), ("kind", .text(kind.word)), ("path", .text(target)),
          ("rows", .count(written.rows)), ("bytes", .count(written.bytes)),
        ]).text)
    } else {
      console.print("wrote \(target): \(written.rows) \(kind.word), \(written.bytes) bytes")
    }
  }

  private func kind(of symbol: String, _ store: borrowing MarketStore) throws -> MarketRowKind {
    if let word = arguments.value("--kind") {
      guard let kind = MarketRowKind(word: word) else {
        throw Problem.usage(
          "CLI-049", "--kind is \(word)", wanted: "events or bars", remedy: "write --kind events")
      }
      return kind
    }
    let kinds = MarketRowKind.allCases.filter { !store.partitions(of: symbol, $0).isEmpty }
    guard kinds.count < 2 else {
      throw Problem.usage(
        "CLI-049", "there are events and bars of \(symbol)", wanted: "one of them",
        remedy: "add --kind events or --kind bars")
    }
    // Of neither: the export says what there is.
    return kinds.first ?? .events
  }

  // MARK: Words

  private func existing() throws -> String {
    guard FileSystem.isDirectory(path) else {
      throw Problem(
        "MST-012", "there is no store in \(path)", wanted: "a folder of market data",
        remedy: "run omni data import FILE --store \(path)")
    }
    return path
  }

  private func instant(_ name: String) throws -> Timestamp? {
    guard let text = arguments.value(name) else { return nil }
    do {
      return try TimeText(text, order: .yearMonthDay).instant
    } catch {
      throw Problem.usage(
        "CLI-033", "\(name) is \(text)", wanted: "an instant such as 2026-01-31T09:30:00Z",
        remedy: "give one")
    }
  }
}

extension Bar {
  /// The same bar as one of `instrument`.
  fileprivate func of(_ instrument: InstrumentID) -> Bar {
    Bar(
      instrument: instrument, closedAt: closedAt,
      prices: OpenHighLowClose(open: open, high: high, low: low, close: close), volume: volume)
  }
}

extension MarketStoreFailure {
  /// What whoever runs the program can do.
  fileprivate var remedy: String {
    switch self {
    case .truncated, .foreign, .checksum, .senseless, .block:
      "remove the file and import its source again, or take it from a backup"
    case .unsupported: "use the program that wrote it, or import its source again"
    case .outOfOrder: "sort the rows by the time at which they were received"
    case .doubled: "remove one of the two rows"
    case .unnamed, .tooManyInstruments: "split the file by instrument"
    case .badSymbol: "name another with --symbol"
    case .text: "correct the line, or export the file anew"
    case .missing: "see omni data list --store DIR"
    case .locked: "wait for the other process, or end it"
    case .readOnly: "open it for writing"
    case .otherTerms: "use the same tick and lot, or another symbol"
    case .source: "see the line above"
    case .file, .catalogue: "see docs/reference/errors.md"
    }
  }
}
