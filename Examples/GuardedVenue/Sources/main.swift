// Orders go to a venue, one a second, through a circuit breaker. The venue does not answer between
// second 10 and second 18; the breaker notices, leaves it alone, tries it and lets orders back in.
import OmniCircuitBreaker
import OmniClocks

struct NoAnswer: Error {}

let clock = ManualTime()
var settings = BreakerConfiguration()
settings.window = .count(10)
settings.callsMin = 5
settings.errorPercent = 40
settings.backoff = .seconds(5)
settings.probeCount = 2
settings.ramp = .seconds(6)
// Without variation, so that each run prints the same; with several nodes, leave it on.
settings.jitterPercent = 0
let breaker = try CircuitBreaker("venue", settings, time: .manual(clock))

/// Sends an order to the venue.
func submit(at second: Int) throws -> String {
  if (10..<18).contains(second) { throw NoAnswer() }
  return "accepted"
}

var state = breaker.health.state
var (accepted, failed, refused) = (0, 0, 0)
for second in 0..<45 {
  do {
    _ = try breaker.callInPlace { try submit(at: second) }
    accepted += 1
  } catch is NoAnswer {
    failed += 1
  } catch let refusal as CircuitBreaker.Refused {
    // The venue is not asked: the order can wait, or go elsewhere.
    refused += 1
    if refused == 1 { print("second \(second): \(refusal)") }
  }
  let next = breaker.health.state
  if next != state { print("second \(second): \(state) -> \(next)") }
  state = next
  clock.advance(by: .seconds(1))
}
print("orders: \(accepted) accepted, \(failed) without an answer, \(refused) not sent")

let health = breaker.health
print("health: \(health.state), \(health.windowErrors) errors in \(health.windowCalls) calls")
print("counts: \(health.counts.admitted) admitted, \(health.counts.openings) openings")

// An operator can take the venue out by hand, and put it back.
breaker.forceOpen()
do {
  _ = try breaker.callInPlace { try submit(at: 45) }
} catch {
  print("by hand: \(error)")
}
breaker.release()
print("released: \(try breaker.callInPlace { try submit(at: 46) })")
