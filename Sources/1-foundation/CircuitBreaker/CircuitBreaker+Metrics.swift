import OmniClocks
public import OmniTelemetry

extension CircuitBreaker {
  /// Shows the breaker's state and decisions in `registry`, as `omni_breaker_…` with its name as the
  /// label `breaker`.
  ///
  /// The state is 0 for closed, 1 recovering, 2 half open, 3 open, 4 forced open, 5 disabled. The
  /// breaker is asked when the metrics are rendered, which keeps it alive.
  public func observe(in registry: MetricsRegistry) throws(MetricsError) {
    try registry.observe("omni_breaker", labels: ["breaker": name]) {
      let health = self.health
      let counts = health.counts
      return [
        .gauge(
          "state", "0 closed, 1 recovering, 2 half open, 3 open, 4 forced open, 5 disabled.",
          Self.number(of: health.state)),
        .gauge("window_calls", "Calls in the window that is judged.", health.windowCalls),
        .gauge("window_errors", "Calls in the window that ended badly.", health.windowErrors),
        .gauge("window_slow", "Calls in the window that were slow.", health.windowSlow),
        .gauge(
          "error_threshold_percent", "From which share of errors on it opens.",
          health.errorThresholdPercent),
        .counter("admitted", "Calls that were let through.", counts.admitted),
        .counter("rejected", "Calls that were refused.", counts.rejected),
        .counter("successes", "Calls that ended well.", counts.successes),
        .counter("failures", "Calls that ended badly.", counts.failures),
        .counter("slow", "Calls that were slow, however they ended.", counts.slow),
        .counter("ignored", "Results that say nothing of the service.", counts.ignored),
        .counter("stale", "Results of calls from before the state changed.", counts.stale),
        .counter("lost_probes", "Probes whose result did not come in time.", counts.lostProbes),
        .counter("openings", "How often it opened.", counts.openings),
      ]
    }
  }

  private static func number(of state: BreakerMachine.State) -> Int {
    switch state {
    case .closed: 0
    case .recovering: 1
    case .halfOpen: 2
    case .open: 3
    case .forcedOpen: 4
    case .disabled: 5
    }
  }
}

extension Bulkhead {
  /// Shows how full the bulkhead is, as `omni_bulkhead_…` with the label `bulkhead`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_bulkhead", labels: ["bulkhead": name]) {
      let now = self.occupancy
      return [
        .gauge("running", "Calls that run.", now.running),
        .gauge("waiting", "Calls that wait.", now.waiting),
        .counter("refused", "Calls that were refused.", now.refused),
      ]
    }
  }
}

extension RetryBudget {
  /// Shows what the budget gave, as `omni_retry_budget_…` with the label `budget`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_retry_budget", labels: ["budget": name]) {
      let counts = self.counts
      return [
        .counter("granted", "Retries that were granted.", counts.granted),
        .counter("refused", "Retries that were refused.", counts.refused),
      ]
    }
  }
}
