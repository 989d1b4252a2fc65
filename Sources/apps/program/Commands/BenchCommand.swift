import OmniBenchmarks
import OmniDataProviders
import OmniMarketData
import OmniModel

/// `omni bench`: named benchmarks.
struct BenchCommand: Command {
  static let name = "bench"
  static let summary = "measures the hot paths, best of several runs"
  static let positional = "[NAME…]"
  static let options: [Option] = [
    Option("--bars", "FILE.csv", "bars of btc-perp to measure with, instead of the demo's"),
    .json,
  ]
  static let example = "omni bench ema-bars --bars bars.csv --json"

  private static let all = ["ema-bars", "journal-replay"]

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let names = arguments.positional.isEmpty ? all : arguments.positional
    if let unknown = names.first(where: { !all.contains($0) }) {
      throw Problem.usage(
        "CLI-015", "there is no benchmark \(unknown)",
        wanted: "one of \(all.joined(separator: ", "))", remedy: "see omni bench --help")
    }
    let (bars, instrument) = try bars(arguments)
    var results: [(String, [Figure])] = []
    for name in names {
      do {
        results.append((name, try figures(name, bars, instrument)))
      } catch {
        throw Problem(describing: error, code: "BEN-001", remedy: "report it")
      }
    }
    show(results, isJSON: arguments.has("--json"), console)
  }

  private static func figures(
    _ name: String, _ bars: [Bar], _ instrument: Instrument
  ) throws(BenchmarkFailure) -> [Figure] {
    switch name {
    case "ema-bars": try EMABars(tiling: bars, instrument: instrument).figures()
    default: try JournalReplay(bars).figures()
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
          console.print("  \(figure.key)  \(text(figure.value))  \(figure.meaning)")
        }
      }
      return
    }
    let objects = results.map { name, figures in
      (name, JSONText.object(figures.map { ($0.key, .number(text($0.value))) }))
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
