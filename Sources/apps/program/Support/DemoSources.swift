import OmniConfiguration
import OmniMarketData
import OmniModel
import OmniPlatform
import OmniReports
import OmniTime

/// Where the demo's data came from, for the report.
enum DemoSources {
  /// One entry a file, with package, version, licence and hash from the file that `make setup` left.
  static func list(_ series: [DemoData.Series], folder: String) throws -> [RunReport.DataSource] {
    let packages = try packages(folder)
    var seen: [String] = []
    return series.compactMap { one in
      guard !seen.contains(one.file) else { return nil }
      seen.append(one.file)
      let reports = series.filter { $0.file == one.file }.map(\.report)
      return source(one.file, reports, packages)
    }
  }

  private static func source(
    _ file: String, _ reports: [QualityReport], _ packages: [ConfigurationValue]
  ) -> RunReport.DataSource {
    let folder = String(file.prefix { $0 != "/" })
    var source = RunReport.DataSource(file)
    if let package = packages.first(where: { text($0["package"]) == folder }) {
      source.version = text(package["version"])
      source.licence = text(package["licence"])
      source.sha256 = text(package["sha256"])
    }
    source.rowsRead = reports.map(\.rows).max()
    source.from = reports.compactMap { $0.first?.nanoseconds }.min()
    source.to = reports.compactMap { $0.last?.nanoseconds }.max()
    source.faults = QualityWords.faults(reports).map {
      RunReport.DataSource.Fault($0.kind, count: $0.count, note: "")
    }
    return source
  }

  private static func text(_ value: ConfigurationValue?) -> String? {
    if case .string(let text)? = value?.content { return text }
    return nil
  }

  private static func packages(_ folder: String) throws -> [ConfigurationValue] {
    let path = "\(folder)/PROVENANCE.json"
    do {
      var reader = try FileReader(path)
      let root = try ConfigurationValue(json: try reader.readAll(limit: 1 << 20), label: path)
      if case .list(let packages)? = root["wheels"]?.content { return packages }
      return []
    } catch let error as FileError {
      throw Problem(describing: error, code: error.code, remedy: "run make setup")
    } catch let error as ConfigurationError {
      throw Problem(describing: error, code: error.code, remedy: "run make setup")
    }
  }
}

/// The faults of data in few words.
enum QualityWords {
  /// Each kind of fault that was found, and how often, over several series.
  static func faults(_ reports: [QualityReport]) -> [(kind: String, count: Int)] {
    func sum(_ count: (QualityReport) -> Int) -> Int { reports.reduce(0) { $0 + count($1) } }
    let all = [
      ("duplicates", sum { $0.duplicates.identical + $0.duplicates.conflicting }),
      ("rows out of order", sum(\.timeGoesBack)),
      ("gaps", sum(\.gaps.count)),
      ("outliers", sum(\.outliers.count)),
      ("bars without volume", sum { $0.hasVolume ? $0.zeroVolume : 0 }),
      ("times off the grid", sum(\.offGrid)),
      ("prices rounded to the tick", sum(\.roundedPrices)),
      ("rows set aside", sum { $0.quarantined.values.reduce(0, +) }),
      ("clock offsets", sum { $0.offsets.count > 1 ? $0.offsets.count : 0 }),
    ]
    return all.filter { $0.1 > 0 }
  }

  /// The faults as the end of a line, or nothing.
  static func line(_ reports: [QualityReport]) -> String {
    let words = faults(reports).map { "\($0.count) \($0.kind)" }
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }
}
