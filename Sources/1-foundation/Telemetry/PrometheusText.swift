/// Renders metrics in the Prometheus text format 0.0.4.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
enum PrometheusText {
  /// Writes labels as `{a="1",b="2"}` in the order of their names, or nothing if there are none.
  static func labels(_ labels: [String: String]) -> String {
    if labels.isEmpty { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }
    return "{" + pairs.joined(separator: ",") + "}"
  }

  static func render(
    _ name: String, _ family: MetricsRegistry.Family, _ observed: [[Observation]],
    into text: inout String
  ) {
    text += "# HELP \(name) \(escaped(family.help, quote: false))\n"
    text += "# TYPE \(name) \(family.type)\n"
    for (labels, instrument) in family.series.sorted(by: { $0.key < $1.key }) {
      switch instrument {
      case .counter(let counter): text += "\(name)\(labels) \(counter.value)\n"
      case .gauge(let gauge): text += "\(name)\(labels) \(number(gauge.value))\n"
      case .histogram(let histogram): render(name, labels, histogram, into: &text)
      case .observed(let observer, let place, _):
        text += "\(name)\(labels) \(value(observed[observer][place]))\n"
      }
    }
  }

  private static func render(
    _ name: String, _ labels: String, _ histogram: Histogram, into text: inout String
  ) {
    let snapshot = histogram.snapshot
    let bounds = histogram.bounds.map(String.init) + ["+Inf"]
    let start = labels.isEmpty ? "{" : labels.dropLast() + ","
    var cumulated: UInt64 = 0
    for (bound, count) in zip(bounds, snapshot.counts) {
      cumulated += count
      text += "\(name)_bucket\(start)le=\"\(bound)\"} \(cumulated)\n"
    }
    text += "\(name)_sum\(labels) \(snapshot.sum)\n"
    text += "\(name)_count\(labels) \(cumulated)\n"
  }

  private static func value(_ observation: Observation) -> String {
    switch observation.value {
    case .counter(let count): "\(count)"
    case .gauge(let level): number(level)
    }
  }

  /// Writes a number as Go reads it, whole ones without a point.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func escaped(_ text: String, quote: Bool = true) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quote: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension MetricsRegistry {
  /// Renders all metrics in the Prometheus text format 0.0.4.
  ///
  /// Metrics stand in the order of their names, series in the order of their labels, so that equal
  /// values give equal text. Each value is read for itself, those of one observer together: the text
  /// is not one moment of all.
  ///
  /// - Complexity: linear in the number of series, but for the sorting.
  public func rendered() -> String {
    var text = ""
    let (families, observed) = families
    for (name, family) in families { PrometheusText.render(name, family, observed, into: &text) }
    return text
  }
}
