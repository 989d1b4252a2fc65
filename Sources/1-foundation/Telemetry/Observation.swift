/// One figure of a part that counts for itself, as it is at the moment of asking.
///
///     try registry.observe("omni_limiter", labels: ["limiter": "orders"]) {
///       let counts = gate.counts
///       return [
///         .counter("allowed", "Requests that went.", counts.allowed),
///         .gauge("keys", "Keys that are remembered.", Double(counts.keys)),
///       ]
///     }
///
/// - Invariant: what is observed pays nothing for it between two renderings.
public struct Observation: Sendable, Equatable {
  enum Value: Sendable, Equatable {
    case counter(UInt64)
    case gauge(Double)  // statistic: what a gauge shows
  }

  let name: String
  let help: String
  let value: Value

  var type: String {
    switch value {
    case .counter: "counter"
    case .gauge: "gauge"
    }
  }

  /// A number that only grows.
  ///
  /// - Parameters:
  ///   - name: what stands behind the part's name and a `_`.
  ///   - help: a sentence.
  public static func counter(_ name: String, _ help: String, _ value: UInt64) -> Self {
    Self(name: name, help: help, value: .counter(value))
  }

  /// A number that goes up and down.
  public static func gauge(_ name: String, _ help: String, _ value: Double) -> Self {
    Self(name: name, help: help, value: .gauge(value))
  }

  /// A whole number that goes up and down.
  public static func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) -> Self {
    Self(name: name, help: help, value: .gauge(Double(value)))  // statistic: what a gauge shows
  }
}
