import Synchronization

extension MetricsRegistry {
  /// Registers the figures of a part that counts for itself, all of them or none.
  ///
  /// - Parameters:
  ///   - part: what their names begin with, such as `omni_limiter`.
  ///   - labels: which of the parts of this kind it is.
  ///   - read: gives the figures, from any thread; the same ones in the same order each time.
  /// - Throws: also ``MetricsError/observedTwice(metric:)``.
  public func observe(
    _ part: String, labels: [String: String], read: @escaping @Sendable () -> [Observation]
  ) throws(MetricsError) {
    let first = read()
    let shape = first.map { $0.name + " " + $0.type }
    let definitions = first.map { observation in
      Definition(
        name: part + "_" + observation.name, type: observation.type, help: observation.help,
        labels: labels)
    }
    for definition in definitions {
      try MetricNames.check(definition.name, labels: definition.labels)
    }
    let key = PrometheusText.labels(labels)
    let refusal = state.withLock { state -> MetricsError? in
      if let refusal = Self.refusal(ofAll: definitions, key, in: state) { return refusal }
      state.observers.append {
        let now = read()
        precondition(now.map { $0.name + " " + $0.type } == shape, "the same figures each time")
        return now
      }
      for (place, definition) in definitions.enumerated() {
        let family = Family(
          type: definition.type, help: definition.help, labelNames: labels.keys.sorted(),
          bounds: [])
        state.families[definition.name, default: family].series[key] = .observed(
          observer: state.observers.count - 1, place: place, type: definition.type)
      }
      state.seriesCount += definitions.count
      return nil
    }
    if let refusal { throw refusal }
  }

  private static func refusal(
    ofAll definitions: [Definition], _ key: String, in state: State
  ) -> MetricsError? {
    for definition in definitions {
      if let refusal = refusal(of: definition, in: state) { return refusal }
      if state.families[definition.name]?.series[key] != nil {
        return .observedTwice(metric: definition.name + key)
      }
    }
    guard let first = definitions.first,
      state.seriesCount + definitions.count > seriesCountMax
    else { return nil }
    return .tooManySeries(metric: first.name, limit: seriesCountMax)
  }
}
