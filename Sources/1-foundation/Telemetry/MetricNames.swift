/// Which names metrics and labels may have.
enum MetricNames {
  /// What Prometheus appends to the name of a histogram.
  static let histogramSuffixes = ["_bucket", "_sum", "_count"]

  static func check(_ name: String, labels: [String: String]) throws(MetricsError) {
    let prefix = "omni_"
    let rest = name.utf8.dropFirst(prefix.utf8.count)
    guard name.hasPrefix(prefix), !rest.isEmpty, rest.allSatisfy(isSmallWordCharacter) else {
      throw .invalidName(name)
    }
    for label in labels.keys.sorted() where !isLabel(label) {
      throw .invalidLabel(metric: name, label: label)
    }
  }

  private static func isLabel(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { isSmallWordCharacter($0) || (0x41...0x5A).contains($0) }
      && !name.hasPrefix("__") && name != "le" && name != "quantile"
  }

  private static func isSmallWordCharacter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
  }
}
