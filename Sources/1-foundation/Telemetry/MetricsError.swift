/// Why a metric is not registered.
public enum MetricsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name is not `omni_` and then small letters, digits and `_`.
  case invalidName(String)
  /// The name of a label is not a letter and then letters, digits and `_`, or is reserved.
  case invalidLabel(metric: String, label: String)
  /// The name is taken by a metric of another type, also by a part of a histogram.
  case otherType(metric: String, registered: String, wanted: String)
  /// The metric is registered with other help, label names or bounds.
  case otherDefinition(metric: String, what: String)
  /// The bounds of a histogram are none, too many or not ascending.
  case invalidBounds(metric: String)
  /// The registry holds as many series as it may.
  case tooManySeries(metric: String, limit: Int)
  /// A part of this name and these labels is registered already.
  case observedTwice(metric: String)

  /// The stable code of the kind of error.
  public var code: String {
    switch self {
    case .invalidName: "TEL-001"
    case .invalidLabel: "TEL-002"
    case .otherType: "TEL-003"
    case .otherDefinition: "TEL-004"
    case .invalidBounds: "TEL-005"
    case .tooManySeries: "TEL-006"
    case .observedTwice: "TEL-007"
    }
  }

  /// The error in one line, with its code.
  public var description: String {
    let sentence =
      switch self {
      case .invalidName(let name):
        "the metric name \(name.debugDescription) was given, wanted omni_[a-z0-9_]+"
      case .invalidLabel(let metric, let label):
        "\(metric): the label name \(label.debugDescription) was given, "
          + "wanted [a-zA-Z_][a-zA-Z0-9_]* without __ at the start, and neither le nor quantile"
      case .otherType(let metric, let registered, let wanted):
        "\(metric): is registered as \(registered), wanted as \(wanted)"
      case .otherDefinition(let metric, let what):
        "\(metric): was given other \(what) than before, wanted the same"
      case .invalidBounds(let metric):
        "\(metric): wanted 1 to \(MetricsRegistry.boundCountMax) ascending bounds"
      case .tooManySeries(let metric, let limit):
        "\(metric): the registry is full, wanted at most \(limit) series"
      case .observedTwice(let metric):
        "\(metric): a part with these labels is observed already, wanted other labels"
      }
    return "\(code): \(sentence)"
  }
}
