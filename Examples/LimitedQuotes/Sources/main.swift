// Two clients ask a quote service for prices. Each may ask five times a second, and three times
// at once after a pause; all of them together may ask eight times a second.
import OmniClocks
import OmniRateGate

// A clock that stands still until it is moved, so that each run prints the same.
let clock = ManualTime()
let gate = try RateGate(
  rules: [
    ("client", RateRule(count: 5, per: .seconds(1), burst: 3)),
    ("service", RateRule(.slidingWindow, count: 8, per: .seconds(1))),
  ],
  keepsUsage: true, time: .manual(clock))

/// Asks for one quote: it goes if both rules let it, and costs nothing otherwise.
func ask(_ client: String) throws -> RateDecision {
  try gate.decide([.init("client", client), .init("service", "quotes")])
}

for request in 1...4 {
  let decision = try ask("alice")
  if let wait = decision.retryAfter, !decision.isAllowed {
    print("alice \(request): refused, may go in \(wait.nanoseconds / 1_000_000) ms")
  } else {
    print("alice \(request): goes, \(decision.remaining) more at once")
  }
}

clock.advance(by: .milliseconds(200))
print("alice after 200 ms:", try ask("alice").isAllowed ? "goes" : "refused")

// The other client has a limit of its own, and the service's limit is shared by both.
let others = try (1...4).map { _ in try ask("bob").isAllowed ? "goes" : "refused" }
print("bob:", others.joined(separator: ", "))

// Limits can be changed at any time; what was used stays used.
try gate.reconfigure("client", to: RateRule(count: 20, per: .seconds(1), burst: 10))
clock.advance(by: .seconds(2))
let burst = try (1...12).count { _ in try ask("alice").isAllowed }
print("alice with a larger limit: \(burst) of 12 go, as the service bears no more than 8")

let counts = gate.counts
print("counts: \(counts.allowed) went, \(counts.refused) were refused, \(counts.keys) keys")
for usage in gate.drainUsage().sorted(by: { ($0.rule, $0.key) < ($1.rule, $1.key) }) {
  let amounts = usage.amounts
  print("usage: \(usage.rule) \(usage.key): \(amounts.allowed) went, \(amounts.refused) refused")
}
