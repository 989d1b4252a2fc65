import OmniMarketData

/// What stands beside a file of bars: where it came from, and what is known of its quality.
///
/// Written with the whole report as `Quality`; read again with the few figures of a list.
struct DataRecord<Quality> {
  /// The program that wrote the record.
  var program: String
  /// The instrument's symbol.
  var symbol: String
  /// The price step that prices were rounded to.
  var tick: String
  /// Which price was taken where the file has bid and ask.
  var price: String
  /// When the file was imported, in UTC.
  var importedAt: String
  /// The file that was imported.
  var source: DataFile
  /// The file of bars.
  var file: DataFile
  /// The faults that were found, by name.
  var faults: [String: Int]
  /// The whole report.
  var quality: Quality
}

extension DataRecord: Encodable where Quality: Encodable {}
extension DataRecord: Decodable where Quality: Decodable {}

/// A file and its digest.
struct DataFile: Codable {
  /// The file's name, without folders.
  var name: String
  /// The digest of its bytes, as they lie on the disk.
  var sha256: String
  /// How many bytes there are.
  var bytes: Int
}

/// The figures of a quality report that a list shows.
struct DataExtent: Decodable {
  /// How many bars there are.
  var bars: Int
  /// When the first closed.
  var first: String?
  /// When the last closed.
  var last: String?
}

/// The faults of a report by name, in the order in which people want to hear of them.
enum DataFaults {
  /// The names, each as a record and a list write it.
  static let names = [
    "duplicates", "conflicting duplicates", "out of order", "gaps", "missing bars", "outliers",
    "zero volume", "mixed UTC offsets", "off grid", "rounded prices", "rows set aside",
  ]

  /// The faults of `report` that there are.
  static func counts(_ report: QualityReport) -> [String: Int] {
    let counts = [
      report.duplicates.identical + report.duplicates.conflicting,
      report.duplicates.conflicting, report.timeGoesBack, report.gaps.count,
      report.gaps.missingBars, report.outliers.count, report.zeroVolume,
      report.offsets.count > 1 ? report.offsets.count : 0, report.offGrid, report.roundedPrices,
      report.quarantinedCount,
    ]
    return Dictionary(uniqueKeysWithValues: zip(names, counts)).filter { $0.value > 0 }
  }

  /// The counts in a line, such as `duplicates 32, gaps 9`.
  static func text(_ counts: [String: Int]) -> String {
    let parts = names.compactMap { name in counts[name].map { "\(name) \($0)" } }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}
