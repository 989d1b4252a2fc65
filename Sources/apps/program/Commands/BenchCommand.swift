import OmniBenchmarks
import OmniDataProviders
import OmniMarketData
import OmniModel

/// `omni bench`: named benchmarks.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = "measures the hot paths, best of several runs"
  static let positional = "[NAME…] [FILE]"
  private static let traceFormats = CacheTrace.Format.allCases.map(\.rawValue)
  static let options: [Option] = [
    Option("--bars", "FILE.csv", "bars of btc-perp to measure with, instead of the demo's"),
    Option("--trace", "FILE", "cache: the recorded requests"),
    Option("--size", "N", "cache: how many entries the cache has"),
    Option("--format", "NAME", "cache: \(traceFormats.joined(separator: ", "))"),
    Option("--ops", "FILE", "matching: the operations, as records of 32 bytes"),
    Option("--subscribe", "ADDRESS", "bus: what the benchmark starts itself with"),
    Option("--limit", "N", "cache: the most requests to replay"),
    .json,
  ]
  static let example = "omni bench ema-bars --bars bars.csv --json"

  /// What runs when no name is given; the others want more than a name, or their servers.
  private static let usual = ["ema-bars", "journal-replay"]
  private static let all = usual + ["cache", "omega", "bus", "matching", "store"]
  /// What stands alone, and is followed by the recording to measure with.
  private static let ofRecordings = ["l2-replay", "mm"]

  static func run(_ arguments: Arguments, _ console: Console) throws {
    if let name = arguments.positional.first, ofRecordings.contains(name) {
      return try replay(name, arguments, console)
    }
    let names = arguments.positional.isEmpty ? usual : arguments.positional
    if names == ["store"] || names.count == 2 && names[0] == "store" && !all.contains(names[1]) {
      return try store(names.dropFirst().first, arguments, console)
    }
    if let unknown = names.first(where: { !all.contains($0) }) {
      throw Problem.usage(
        "CLI-015", "there is no benchmark \(unknown)",
        wanted: "one of \((all + ofRecordings).joined(separator: ", "))",
        remedy: "see omni bench --help")
    }
    if names == ["bus"], let address = arguments.value("--subscribe") {
      return try subscribe(address, arguments, console)
    }
    // What is wrong with the command line or its files is said before anything is measured.
    let replay = names.contains("cache") ? try cacheReplay(arguments) : nil
    let matching = names.contains("matching") ? try matchingOperations(arguments) : nil
    let engine = names.contains(where: usual.contains) ? try bars(arguments) : nil
    var results: [(String, [Figure])] = []
    for name in names {
      do {
        let found =
          name == "matching" ? try matching?.figures() : try figures(name, engine, replay)
        results.append((name, found ?? []))
      } catch {
        throw Problem(describing: error, code: "BEN-001", remedy: "report it")
      }
    }
    show(results, isJSON: arguments.has("--json"), console)
  }

  private static func replay(
    _ name: String, _ arguments: Arguments, _ console: Console
  ) throws {
    guard arguments.positional.count == 2 else {
      throw Problem.usage(
        "CLI-050", "\(arguments.positional.count - 1) words follow \(name)",
        wanted: "one, the recording", remedy: "omni bench \(name) FILE")
    }
    let path = arguments.positional[1]
    let figures: [Figure]
    do {
      figures =
        name == "mm"
        ? try MarketMaking(path: path).figures() : try BookReplay(path: path).figures()
    } catch {
      throw Problem(
        describing: error, code: "BEN-003", remedy: "give a recording of Binance's streams")
    }
    show([(name, figures)], isJSON: arguments.has("--json"), console)
  }

  private static func figures(
    _ name: String, _ engine: (bars: [Bar], instrument: Instrument)?, _ replay: CacheReplay?
  ) throws(BenchmarkFailure) -> [Figure] {
    switch name {
    case "ema-bars":
      guard let engine else { return [] }
      return try EMABars(tiling: engine.bars, instrument: engine.instrument).figures()
    case "journal-replay":
      guard let engine else { return [] }
      return try JournalReplay(engine.bars).figures()
    case "store": return try MarketStoreScan(path: nil).figures()
    case "cache": return try replay?.figures() ?? []
    case "omega": return try OmegaOperations().figures() + RedisFields().figures()
    default: return try BusOperations().figures()
    }
  }

  private static func matchingOperations(
    _ arguments: Arguments
  ) throws -> MatchingOperations {
    let path = try arguments.required("--ops", self)
    do {
      return try MatchingOperations(path: path)
    } catch {
      throw Problem(
        describing: error, code: "BEN-003", remedy: "give a file of whole, valid records")
    }
  }

  private static func store(
    _ path: String?, _ arguments: Arguments, _ console: Console
  ) throws {
    do {
      let figures = try MarketStoreScan(path: path).figures()
      show([("store", figures)], isJSON: arguments.has("--json"), console)
    } catch {
      throw Problem(
        describing: error, code: "BEN-001", remedy: "give a table of quotes, trades or bars")
    }
  }

  private static func subscribe(
    _ address: String, _ arguments: Arguments, _ console: Console
  ) throws {
    let count = try arguments.integer("--size", in: 1...1 << 27) ?? 1
    do {
      console.print(try BusOperations.subscribe(address, count: count))
    } catch {
      throw Problem(describing: error, code: "BEN-001", remedy: "report it")
    }
  }

  private static func cacheReplay(_ arguments: Arguments) throws -> CacheReplay {
    let path = try arguments.required("--trace", self)
    _ = try arguments.required("--size", self)
    let size = try arguments.integer("--size", in: 1...1 << 27) ?? 1
    var format: CacheTrace.Format?
    if let name = arguments.value("--format") {
      format = CacheTrace.Format(rawValue: name)
      guard format != nil else {
        throw Problem.usage(
          "CLI-043", "there is no format \(name)",
          wanted: "one of \(traceFormats.joined(separator: ", "))", remedy: "leave --format out")
      }
    }
    let limit = try arguments.integer("--limit", in: 1...CacheTrace.requestCountMax)
    do {
      let trace = try CacheTrace(
        path: path, format: format, limit: limit ?? CacheTrace.requestCountMax)
      return CacheReplay(trace, capacity: size)
    } catch {
      throw Problem(describing: error, code: "BEN-002", remedy: "give another file or its format")
    }
  }

  private static func bars(_ arguments: Arguments) throws -> ([Bar], Instrument) {
    guard let path = arguments.value("--bars") else {
      let series = try DemoData.bitcoin()
      return (series.bars, series.instrument)
    }
    do {
      let instrument = try InstrumentCatalogue.builtIn.instrument("btc-perp")
      let loaded = try BarFile.load(
        path: path, instrument: InstrumentID(0), terms: instrument.terms)
      return (loaded.bars, instrument)
    } catch let error as BarFileError {
      throw Problem(error)
    }
  }

  static func show(
    _ results: [(String, [Figure])], isJSON: Bool, _ console: Console
  ) {
    guard isJSON else {
      for (name, figures) in results {
        console.print(name)
        for figure in figures {
          console.print("  \(figure.key)  \(figure.text ?? text(figure.value))  \(figure.meaning)")
        }
      }
      return
    }
    let objects = results.map { name, figures in
      (
        name,
        JSONText.object(
          figures.map { figure in
            (figure.key, figure.text.map { .text($0) } ?? .number(text(figure.value)))
          })
      )
    }
    // One benchmark's figures stand at the top, several stand under their names.
    console.print(objects.count == 1 ? objects[0].1.text : JSONText.object(objects).text)
  }

  /// Whole numbers without a point, the rest with six decimals.
  private static func text(_ value: Double) -> String {
    if value.magnitude >= 100 || value == value.rounded() { return String(Int64(value.rounded())) }
    let millionths = Int64((value * 1e6).rounded())
    let digits = String(abs(millionths) % 1_000_000)
    let fraction = String(repeating: "0", count: 6 - digits.count) + digits
    return "\(millionths < 0 ? "-" : "")\(abs(millionths) / 1_000_000).\(fraction)"
  }
}
