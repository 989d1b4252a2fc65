import OmniClocks
import OmniQueryCache
import OmniTelemetry
import OmniTime
import Testing

@Suite("Metrics of caches")
struct QueryCacheMetricsTests {
  private struct Names: FieldResolver {
    let name = "names"
    let fields = [FieldRule("name", Freshness(lasting: .minutes(1), earlyPercent: 0))]
    func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
      ["name": Array(entity.utf8)]
    }
  }

  @Test func `a cache of each kind shows its hits`() async throws {
    let (registry, time) = (MetricsRegistry(), ManualTime())
    let cache = NeuroCache<String, Int>(capacity: 4, time: .manual(time))
    try cache.observe(in: registry, as: "prices")
    let loading = try LoadingCache<String, Int>(
      capacity: 10, Freshness(lasting: .minutes(1), earlyPercent: 0), time: .manual(time))
    try loading.observe(in: registry, as: "loads")
    let query = try QueryCache([Names()], time: .manual(time))
    try query.observe(in: registry, as: "people")
    cache.insert(1, for: "a")
    #expect(cache.value(for: "a") == 1 && cache.value(for: "b") == nil)
    for _ in 0..<3 { _ = try await loading.value(for: "x") { 5 } }
    for _ in 0..<4 { _ = try await query.query("u1", ["name"]) }
    let text = registry.rendered()
    for line in [
      #"omni_cache_hits{cache="prices"} 1"#, #"omni_cache_misses{cache="prices"} 1"#,
      #"omni_cache_entries{cache="prices"} 1"#, #"omni_loading_cache_loads{cache="loads"} 1"#,
      #"omni_loading_cache_hits{cache="loads"} 2"#, #"omni_query_cache_calls{cache="people"} 1"#,
      #"omni_query_cache_memory_hits{cache="people"} 3"#,
    ] { #expect(text.contains(line + "\n"), "\(line)\n\(text)") }
  }
}
