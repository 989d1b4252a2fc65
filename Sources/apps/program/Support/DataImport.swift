import OmniCrypto
import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTime

/// One file of foreign bars, taken with the options of a command line.
struct DataImport {
  /// The file's name and digest.
  let source: DataFile
  /// Which price was taken.
  let side: ImportOptions.Side
  /// What came of it.
  let result: ImportResult

  /// The options that say how a file is to be taken.
  static let options: [Option] = [
    Option(
      "--symbol", "S", "the instrument, or the only one to take; NAME=S takes the file's NAME as S",
      repeats: true),
    Option("--price", "bid|ask|mid", "the price to take where a file has bid and ask (mid)"),
    Option("--tick", "T", "the price step of symbols that are not in the catalogue, such as 0.01"),
    Option("--interval", "SECONDS", "how long a bar is, where the times do not tell"),
  ]

  /// Imports the file at `path`.
  init(_ path: String, _ arguments: Arguments, _ console: Console) throws {
    let options = try Self.options(arguments)
    side = options.side
    let total = Self.textBytes(of: path)
    var bar = ProgressBar("reading", total: total, console)
    do throws(ImportError) {
      result = try BarImporter.importFile(path: path, options: options) { bar.show($0) }
    } catch {
      throw Problem(error)
    }
    bar.show(total)
    source = try Self.digest(of: path)
  }

  private static func options(_ arguments: Arguments) throws -> ImportOptions {
    var options = ImportOptions()
    for word in arguments.all("--symbol") {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let symbol = parts.last, !symbol.isEmpty else {
        throw Problem.usage(
          "CLI-026", "--symbol is \(word)", wanted: "S or NAME=S", remedy: "write --symbol btc-usd")
      }
      if parts.count == 2 {
        options.aliases[parts[0]] = symbol
        options.only = (options.only ?? []).union([parts[0]])
      } else {
        options.symbol = symbol
        let spellings = [symbol, symbol.lowercased(), symbol.uppercased()]
        options.only = (options.only ?? []).union(spellings)
      }
    }
    if let text = arguments.value("--price") {
      guard let side = ImportOptions.Side(rawValue: text) else {
        throw Problem.usage(
          "CLI-027", "--price is \(text)", wanted: "bid, ask or mid", remedy: "write --price mid")
      }
      options.side = side
    }
    if let seconds = try arguments.integer("--interval", in: 1...31_536_000) {
      options.interval = .seconds(Int64(seconds))
    }
    if let text = arguments.value("--tick") {
      guard let tick = try? FixedDecimal(text),
        let terms = InstrumentTerms(
          tick: tick, lot: FixedDecimal(coefficient: 1, scale: 0), currency: .usd,
          settlement: .cash, costs: .init())
      else {
        throw Problem.usage(
          "CLI-028", "--tick is \(text)", wanted: "a price step above zero, such as 0.01",
          remedy: "write --tick 0.01")
      }
      options.fallbackTerms = terms
    }
    return options
  }

  /// How many bytes of text the file has, as far as that can be told at once.
  ///
  /// A file of gzip says so in its last four bytes (RFC 1952, 2.3.1: ISIZE).
  private static func textBytes(of path: String) -> Int {
    guard let file = try? File(path, .read), let size = try? file.size(), size > 18,
      let head = try? file.bytes(at: 0, count: 2)
    else { return 1 }
    guard head == [0x1F, 0x8B], let tail = try? file.bytes(at: size - 4, count: 4) else {
      return size
    }
    return tail.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func digest(of path: String) throws -> DataFile {
    try Problem.wrapping {
      let file = try File(path, .read)
      var digest = SHA256()
      var offset = 0
      while true {
        let bytes = try file.bytes(at: offset, count: 1 << 20)
        if bytes.isEmpty { break }
        digest.update(bytes)
        offset += bytes.count
      }
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return .init(name: name, sha256: digest.finish().description, bytes: offset)
    }
  }

  /// The record of one series whose file of bars is `bars`.
  func record(of series: ImportedSeries, bars: [UInt8], at now: Timestamp) -> DataRecord<
    QualityReport
  > {
    DataRecord(
      program: "omni \(Omni.version)", symbol: series.instrument.symbol,
      tick: series.instrument.terms.tick.description, price: side.rawValue,
      importedAt: now.description, source: source,
      file: .init(
        name: DataFolder.name(series.instrument.symbol) + ".csv",
        sha256: SHA256.digest(of: bars).description, bytes: bars.count),
      faults: DataFaults.counts(series.report), quality: series.report)
  }
}

extension Problem {
  /// Why a foreign file was not taken.
  init(_ error: ImportError) {
    let code = error.code
    switch error {
    case .file(let fault):
      let column = fault.columnName.isEmpty ? "" : ", column \(fault.columnName)"
      let place = fault.line > 0 ? "line \(fault.line)\(column): " : ""
      // What the file system says begins with a code of its own.
      let found = fault.found.hasPrefix("PLT-") ? String(fault.found.dropFirst(9)) : fault.found
      self.init(code, place + found, wanted: fault.wanted, remedy: fault.remedy)
    case .unknownLayout(let header):
      self.init(
        code, "the header \(header) is of no known form",
        wanted: "a time with open, high, low and close, or with closes",
        remedy: "check that this is a bar file, or rename its columns")
    case .noSuchColumn(let name):
      self.init(
        code, "there is no column \(name)", wanted: "one of the file's",
        remedy: "check the file's header")
    case .noSymbol:
      self.init(
        code, "the file names no symbol", wanted: "the instrument",
        remedy: "give it, as in --symbol btc-usd")
    case .unknownInstrument(let miss):
      self.init(
        code, "there is no instrument \(miss.symbol)",
        wanted: miss.nearest.map { "\($0), or another of the catalogue" } ?? "one of the catalogue",
        remedy: "name one with --symbol, or give its price step with --tick 0.01")
    case .noInterval(let symbol):
      self.init(
        code, "the times of \(symbol) do not tell how long its bars are", wanted: "an interval",
        remedy: "give it, as in --interval 60")
    case .tooMuch(let what, let limit):
      self.init(
        code, "there are more than \(limit) \(what)", wanted: "fewer", remedy: "split the file")
    case .notOneSeries(let symbol, let conflicting):
      self.init(
        code, "\(conflicting) rows of \(symbol) contradict others of their time",
        wanted: "one series for each symbol", remedy: "split the file, or add a column symbol")
    case .nothingTaken(let rows):
      self.init(
        code, "none of \(rows) rows could be taken", wanted: "bars",
        remedy: "check that this is a bar file, and the name given with --symbol")
    }
  }
}
