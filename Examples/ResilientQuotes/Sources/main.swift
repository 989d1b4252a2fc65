// Clients ask for quotes of a venue. How many each may ask for, when the venue is left alone and
// how long a quote is good for is declared in a text; the functions below put it around the call.
import OmniClocks
import OmniQueryCache
import OmniResilience
import Synchronization

let text = """
  limiters:
    - { name: clients, count: 4, period_milliseconds: 1000 }
  breakers:
    - { name: venue, window_calls: 4, calls_min: 2, backoff_milliseconds: 5000, jitter_percent: 0 }
  caches:
    - { name: quotes, lasting_milliseconds: 500, jitter_percent: 0 }
  """
let clock = ManualTime()
let plan = try ResiliencePlan(yaml: Array(text.utf8), label: "quotes.yaml")
let resilience = try Resilience(plan, time: .manual(clock))
typealias Request = (client: String, symbol: String)
struct NoAnswer: Error {}

/// The venue's prices; nil while it does not answer.
let prices = Mutex<[String: Int]?>(["BTC": 60_000, "ETH": 3_000])

let (limiter, breaker) = try (resilience.limiter("clients"), resilience.breaker("venue"))
let quotes = try LoadingCache<String, Int>(
  capacity: 1_000, resilience.freshness("quotes"), time: .manual(clock), seed: 1)
let fetched = cached(
  quotes,
  protect(breaker) { (symbol: String) in
    guard let price = prices.withLock({ $0?[symbol] }) else { throw NoAnswer() }
    return price
  })
let quote = limit(limiter, by: { (request: Request) in request.client }) {
  try await fetched($0.symbol)
}

func ask(_ client: String, _ symbol: String) async -> String {
  do { return "\(try await quote((client, symbol)))" } catch {
    return "\(error)"
  }
}
for symbol in ["BTC", "BTC", "ETH", "BTC", "BTC"] {
  print("alice", symbol, await ask("alice", symbol))
}
print("bob BTC", await ask("bob", "BTC"), "and \(quotes.counts.loads) calls of the venue so far")

prices.withLock { $0 = nil }
clock.advance(by: .seconds(1))
for _ in 1...3 { print("venue away:", await ask("alice", "BTC")) }
prices.withLock { $0 = ["BTC": 61_000] }
clock.advance(by: .seconds(5))
print("venue back:", await ask("alice", "BTC"), "and the breaker is \(breaker.health.state)")

// Another text is taken over whole or not at all: a breaker that is in use may not go.
do {
  try resilience.apply(ResiliencePlan(yaml: Array("limiters: []".utf8), label: "next.yaml"))
} catch {
  print("next.yaml: \(error)")
}
