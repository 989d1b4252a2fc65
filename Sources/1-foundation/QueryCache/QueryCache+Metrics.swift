public import OmniTelemetry

extension QueryCache {
  /// Shows where fields came from, as `omni_query_cache_…` with the label `cache`.
  ///
  /// The cache counts in any case; it is asked when the metrics are rendered, which keeps it alive.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_query_cache", labels: ["cache": name]) {
      let counts = self.counts
      return [
        .counter("memory_hits", "Fields that were found in memory.", counts.memoryHits),
        .counter("tier_hits", "Fields that were found in the shared tier.", counts.tierHits),
        .counter("fetched", "Fields that were fetched from services.", counts.fetched),
        .counter("stale", "Fields that were given out stale.", counts.stale),
        .counter("absent", "Fields that are known to have no value.", counts.absent),
        .counter("joined", "Fields that waited for another query's fetch.", counts.joined),
        .counter("calls", "Calls of services.", counts.calls),
        .counter("failed_calls", "Calls of services that failed.", counts.failedCalls),
        .counter("time_limits", "Limits of time that were passed.", counts.timeLimits),
        .counter("tier_failures", "Trips to the tier that failed.", counts.tierFailures),
        .counter("damaged", "Entries of the tier that were no records.", counts.damaged),
        .counter("invalidations", "Stamps that were invalidated.", counts.invalidations),
      ]
    }
  }
}

extension LoadingCache {
  /// Shows hits and loads, as `omni_loading_cache_…` with the label `cache`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_loading_cache", labels: ["cache": name]) {
      let counts = self.counts
      return [
        .counter("hits", "Requests that found a value.", counts.hits),
        .counter("misses", "Requests that found none.", counts.misses),
        .counter("loads", "Loads that were begun.", counts.loads),
        .counter("failures", "Loads that failed.", counts.failures),
        .counter("joined", "Requests that waited for a load under way.", counts.joined),
        .counter("stale", "Requests that were given a stale value.", counts.stale),
        .counter("early", "Loads that were begun before the value was stale.", counts.early),
        .gauge("entries", "Values that are held.", self.count),
      ]
    }
  }
}

extension NeuroCache {
  /// Shows hits, evictions and how the cache has divided itself, as `omni_cache_…` with the label
  /// `cache`.
  public func observe(in registry: MetricsRegistry, as name: String) throws(MetricsError) {
    try registry.observe("omni_cache", labels: ["cache": name]) {
      let counts = self.counts
      let shares = self.windowShares
      return [
        .counter("hits", "Requests that found a value.", counts.hits),
        .counter("misses", "Requests that found none.", counts.misses),
        .counter("insertions", "Values that were put in.", counts.insertions),
        .counter("evictions", "Values that made room for others.", counts.evictions),
        .counter("expirations", "Values whose time was over.", counts.expirations),
        .counter("removals", "Values that were taken out.", counts.removals),
        .gauge("entries", "Values that are held.", self.count),
        .gauge(
          "window_share", "The share of the cache that goes by recency.",
          shares.reduce(0, +) / Double(max(1, shares.count))),  // statistic: a mean share
      ]
    }
  }
}
