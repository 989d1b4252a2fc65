import OmniClocks
public import OmniTelemetry

extension RateGate {
  /// Shows the gate's decisions in `registry`, as `omni_limiter_…` with the label `limiter`.
  ///
  /// The gate counts in any case; it is asked when the metrics are rendered, which keeps it alive.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_limiter", labels: ["limiter": name]) {
      let counts = self.counts
      return [
        .counter("allowed", "Requests that went.", counts.allowed),
        .counter("refused", "Requests that were refused.", counts.refused),
        .counter(
          "refused_full", "Requests of new keys for which there was no room.", counts.refusedFull),
        .gauge("keys", "Keys that are remembered.", counts.keys),
      ]
    }
  }
}

extension SharedGate {
  /// Shows the gate's decisions in `registry`, as `omni_shared_limiter_…` with the label `limiter`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_shared_limiter", labels: ["limiter": name]) {
      let counts = self.counts
      return [
        .counter("allowed", "Requests that went.", counts.allowed),
        .counter("refused", "Requests that were refused.", counts.refused),
        .counter("asked", "Questions to the store.", counts.asked),
        .counter("unanswered", "Questions that the store did not answer.", counts.unanswered),
        .counter(
          "fallbacks", "Requests that were decided without the store, since it did not answer.",
          counts.fallbacks),
      ]
    }
  }
}

extension SelfTuningGate {
  /// Shows the limit that the gate has found, and what it lets run, as `omni_gate_…` with the label
  /// `gate`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_gate", labels: ["gate": name]) {
      let now = self.occupancy
      return [
        .gauge("limit", "How many calls may run at a time.", now.limit),
        .gauge("running", "How many calls run.", now.running),
        .counter("allowed", "Calls that went.", now.allowed),
        .counter("refused", "Calls that were refused.", now.refused),
      ]
    }
  }
}
