import Foundation
import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniPlatform

/// `omni data`: takes foreign bar files in, and says what is wrong with them.
struct DataCommand: Command {
  static let name = "data"
  static let summary = "imports, lists, judges and exports bars and recorded feeds"
  static let options: [Option] =
    DataImport.options + [
      Option(
        "--out", "PATH", "import: the folder (\(DataFolder.standard)); export: the file to write"),
      Option(
        "--from", "DIR",
        "list, export: the folder of imported files (\(DataFolder.standard)); export from a store: "
          + "the first instant"),
    ] + DataStore.options + [.json]
  static let positional = "import FILE|list|quality [FILE]|export [SYMBOL]|instruments"
  static let example = "omni data import BTC-USD-15-MIN.csv --symbol btc-usd --store .omni/market"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let words = arguments.positional
    let verbs = ["import", "list", "quality", "export", "instruments"]
    guard let verb = words.first, verbs.contains(verb) else {
      throw Problem.usage(
        "CLI-024", words.first.map { "omni data has no \($0)" } ?? "nothing follows omni data",
        wanted: "import, list, quality, export or instruments", remedy: "see omni data --help")
    }
    if let store = arguments.value("--store"), verb != "instruments" {
      return try DataStore(path: store, arguments: arguments, console: console)
        .run(verb, Array(words.dropFirst()))
    }
    let isAlone = verb == "list" || verb == "instruments"
    guard words.count == (isAlone ? 1 : 2) else {
      throw Problem.usage(
        "CLI-025", "\(words.count - 1) words follow omni data \(verb)",
        wanted: isAlone ? "none" : verb == "export" ? "a symbol" : "a file",
        remedy: "see omni data --help")
    }
    switch verb {
    case "import": try importFile(words[1], arguments, console)
    case "quality": try judge(words[1], arguments, console)
    case "list": try list(arguments, console)
    case "instruments": InstrumentList.show(arguments.has("--json"), console)
    default: try export(words[1], arguments, console)
    }
  }

  // MARK: Verbs

  private static func importFile(
    _ path: String, _ arguments: Arguments, _ console: Console
  ) throws {
    let folder = DataFolder(path: arguments.value("--out") ?? DataFolder.standard)
    let taken = try DataImport(path, arguments, console)
    let series = taken.result.series.filter { !$0.bars.isEmpty }
    try refuseTwins(series)
    let now = SystemClock().now()
    var records: [DataRecord<QualityReport>] = []
    var bar = ProgressBar("writing", total: series.count, console)
    for one in series {
      let bytes = BarFile.text(of: one.bars, terms: one.instrument.terms)
      let record = taken.record(of: one, bars: bytes, at: now)
      try folder.write(bytes, record)
      records.append(record)
      bar.show(records.count)
    }
    if arguments.has("--json") {
      try printJSON(records, console)
      return
    }
    tell(taken, console)
    for record in records {
      console.print("wrote \(folder.path)/\(record.file.name): \(record.quality.bars) bars")
    }
  }

  private static func judge(_ path: String, _ arguments: Arguments, _ console: Console) throws {
    let taken = try DataImport(path, arguments, console)
    if arguments.has("--json") {
      try printJSON(taken.result.series.map(\.report), console)
    } else {
      tell(taken, console)
    }
  }

  private static func list(_ arguments: Arguments, _ console: Console) throws {
    let folder = DataFolder(path: arguments.value("--from") ?? DataFolder.standard)
    let records = try folder.symbols().map { try folder.record(of: $0) }
    if arguments.has("--json") {
      let rows = records.map { record in
        JSONText.object([
          ("symbol", .text(record.symbol)), ("bars", .count(record.quality.bars)),
          ("first", record.quality.first.map { .text($0) } ?? .null),
          ("last", record.quality.last.map { .text($0) } ?? .null),
          (
            "faults",
            .object(record.faults.sorted { $0.key < $1.key }.map { ($0.key, .count($0.value)) })
          ),
          ("source", .text(record.source.name)), ("sha256", .text(record.file.sha256)),
        ])
      }
      console.print(JSONText.list(rows).text)
      return
    }
    if records.isEmpty {
      console.print("no series in \(folder.path); import one with omni data import FILE")
      return
    }
    let rows = [["symbol", "bars", "from", "to", "faults"]] + records.map(row)
    for line in columns(rows) { console.print(line) }
  }

  private static func export(
    _ symbol: String, _ arguments: Arguments, _ console: Console
  ) throws {
    let target = try arguments.required("--out", Self.self)
    let folder = DataFolder(path: arguments.value("--from") ?? DataFolder.standard)
    let bytes = try folder.bars(of: symbol)
    try Problem.wrapping {
      try FileSystem.replaceFile(target, with: bytes)
    }
    if arguments.has("--json") {
      console.print(
        JSONText.object([
          ("symbol", .text(symbol)), ("path", .text(target)), ("bytes", .count(bytes.count)),
        ]).text)
    } else {
      console.print("wrote \(target): \(bytes.count) bytes")
    }
  }

  // MARK: Words

  /// Refuses series that would be written to one file, before any is written.
  private static func refuseTwins(_ series: [ImportedSeries]) throws {
    var seen: [String: String] = [:]
    for one in series {
      let name = DataFolder.name(one.instrument.symbol)
      guard let twin = seen.updateValue(one.symbol, forKey: name) else { continue }
      throw Problem(
        "DAT-004", "\(twin) and \(one.symbol) would both be written to \(name).csv",
        wanted: "a file for each", remedy: "take one of them, as in --symbol \(twin)")
    }
  }

  /// Prints the quality report of every series.
  private static func tell(_ taken: DataImport, _ console: Console) {
    console.print("\(taken.source.name): \(taken.result.rows) rows, SHA-256 \(taken.source.sha256)")
    for (code, count) in taken.result.rowFaults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      console.print("  set aside   \(count) × \(code.rawValue) \(code.meaning)")
    }
    if !taken.result.ignoredColumns.isEmpty {
      console.print("  not read    \(taken.result.ignoredColumns.joined(separator: ", "))")
    }
    for series in taken.result.series {
      series.report.lines.forEach(console.print)
      console.print("  faults      \(DataFaults.text(DataFaults.counts(series.report)))")
    }
  }

  private static func printJSON(_ value: some Encodable, _ console: Console) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    console.print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  private static func row(_ record: DataRecord<DataExtent>) -> [String] {
    [
      record.symbol, String(record.quality.bars), record.quality.first ?? "never",
      record.quality.last ?? "never", DataFaults.text(record.faults),
    ]
  }

  /// Rows of cells as lines with columns of equal width.
  static func columns(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.first?.count ?? 0)).map { index in
      rows.map { $0[index].count }.max() ?? 0
    }
    return rows.map { row in
      zip(row.dropLast(), widths).map { cell, width in
        cell.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      }.joined() + (row.last ?? "")
    }
  }
}
