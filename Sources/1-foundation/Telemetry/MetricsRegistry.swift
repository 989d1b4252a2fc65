import Synchronization

/// All metrics of a program, and their text for Prometheus.
///
/// Metrics are registered once, at the start; their objects are then used without the registry.
/// To register the same metric with the same labels again gives the same object.
///
///     let sent = try metrics.counter(
///       "omni_orders_sent", help: "Orders sent to a venue.", labels: ["venue": "demo"])
///     sent.increment()
///
/// - Invariant: a name has one type, one help text and one set of label names.
public final class MetricsRegistry: Sendable {
  /// The most series, over all metrics.
  public static let seriesCountMax = 10_000
  /// The most bounds of a histogram.
  public static let boundCountMax = 256
  /// The type of the text that `rendered` gives, for the header of an HTTP response.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Instrument {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)
    /// A figure of an observer: which observer, and which of its figures.
    case observed(observer: Int, place: Int, type: String)

    var type: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      case .observed(_, _, let type): type
      }
    }
  }

  /// All series of one name.
  struct Family {
    let type: String
    let help: String
    let labelNames: [String]
    let bounds: [Int64]
    /// By the text of their labels, which also orders them.
    var series: [String: Instrument] = [:]
  }

  /// Gives the figures of a part, in the same order each time.
  typealias Observer = @Sendable () -> [Observation]

  struct State {
    var families: [String: Family] = [:]
    var seriesCount = 0
    var observers: [Observer] = []
  }

  struct Definition {
    let name: String
    let type: String
    let help: String
    let labels: [String: String]
    var bounds: [Int64] = []
  }

  let state = Mutex(State())

  /// Creates an empty registry.
  public init() {}

  /// Registers a counter, or finds the one that is registered already.
  public func counter(
    _ name: String, help: String, labels: [String: String] = [:]
  ) throws(MetricsError) -> Counter {
    let definition = Definition(name: name, type: "counter", help: help, labels: labels)
    let instrument = try register(definition) { .counter(Counter()) }
    guard case .counter(let counter) = instrument else { throw otherType(definition, instrument) }
    return counter
  }

  /// Registers a gauge, or finds the one that is registered already.
  public func gauge(
    _ name: String, help: String, labels: [String: String] = [:]
  ) throws(MetricsError) -> Gauge {
    let definition = Definition(name: name, type: "gauge", help: help, labels: labels)
    let instrument = try register(definition) { .gauge(Gauge()) }
    guard case .gauge(let gauge) = instrument else { throw otherType(definition, instrument) }
    return gauge
  }

  /// Registers a histogram, or finds the one that is registered already.
  ///
  /// - Parameters:
  ///   - bounds: the upper bounds of the buckets, ascending, in the unit that the name says.
  public func histogram(
    _ name: String, help: String, labels: [String: String] = [:], bounds: [Int64]
  ) throws(MetricsError) -> Histogram {
    let isAscending = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    guard isAscending && (1...Self.boundCountMax).contains(bounds.count) else {
      throw .invalidBounds(metric: name)
    }
    let definition = Definition(
      name: name, type: "histogram", help: help, labels: labels, bounds: bounds)
    let instrument = try register(definition) { .histogram(Histogram(bounds: bounds)) }
    guard case .histogram(let histogram) = instrument else {
      throw otherType(definition, instrument)
    }
    return histogram
  }

  /// The families by name, for rendering, and what the observers say now.
  var families: (all: [(name: String, family: Family)], observed: [[Observation]]) {
    let (families, observers) = state.withLock { ($0.families, $0.observers) }
    let sorted = families.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    // Outside the lock: what an observer asks may take locks of its own.
    return (sorted, observers.map { $0() })
  }

  // MARK: Registering

  private func register(
    _ definition: Definition, make: () -> Instrument
  ) throws(MetricsError) -> Instrument {
    try MetricNames.check(definition.name, labels: definition.labels)
    let made = make()
    let key = PrometheusText.labels(definition.labels)
    let result = state.withLock { state -> Result<Instrument, MetricsError> in
      if let refusal = Self.refusal(of: definition, in: state) { return .failure(refusal) }
      if let existing = state.families[definition.name]?.series[key] { return .success(existing) }
      guard state.seriesCount < Self.seriesCountMax else {
        return .failure(.tooManySeries(metric: definition.name, limit: Self.seriesCountMax))
      }
      let family = Family(
        type: definition.type, help: definition.help,
        labelNames: definition.labels.keys.sorted(), bounds: definition.bounds)
      // In place: a copy of the family would copy all its series each time.
      state.families[definition.name, default: family].series[key] = made
      state.seriesCount += 1
      return .success(made)
    }
    return try result.get()
  }

  static func refusal(of definition: Definition, in state: State) -> MetricsError? {
    let name = definition.name
    if let family = state.families[name] {
      if family.type != definition.type {
        return .otherType(metric: name, registered: family.type, wanted: definition.type)
      }
      if family.help != definition.help { return .otherDefinition(metric: name, what: "help") }
      if family.labelNames != definition.labels.keys.sorted() {
        return .otherDefinition(metric: name, what: "label names")
      }
      if family.bounds != definition.bounds {
        return .otherDefinition(metric: name, what: "bounds")
      }
      return nil
    }
    // A histogram also takes the names of its parts.
    for suffix in MetricNames.histogramSuffixes {
      if definition.type == "histogram", let other = state.families[name + suffix] {
        return .otherType(
          metric: name + suffix, registered: other.type, wanted: "part of a histogram")
      }
      let isPart =
        name.hasSuffix(suffix)
        && state.families[String(name.dropLast(suffix.count))]?.type == "histogram"
      if isPart {
        return .otherType(
          metric: name, registered: "part of a histogram", wanted: definition.type)
      }
    }
    return nil
  }

  private func otherType(_ definition: Definition, _ found: Instrument) -> MetricsError {
    .otherType(metric: definition.name, registered: found.type, wanted: definition.type)
  }
}
