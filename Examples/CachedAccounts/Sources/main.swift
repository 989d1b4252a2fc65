// A risk desk asks for fields of accounts. Names come from one service and balances from another;
// each field is kept in memory for as long as is right for it.
import OmniClocks
import OmniQueryCache
import Synchronization

/// A service that answers from memory and can be put out of order.
final class Service: FieldResolver {
  struct OutOfOrder: Error {}

  let name: String
  let fields: [FieldRule]
  let content: Mutex<[String: String]?>

  init(_ name: String, _ rule: FieldRule, _ content: [String: String]) {
    self.name = name
    fields = [rule]
    self.content = Mutex(content)
  }

  func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
    guard let content = content.withLock({ $0 }) else { throw OutOfOrder() }
    return content[entity].map { [fields[0]: Array($0.utf8)] } ?? [:]
  }
}

let (name, balance) = (FieldCoding.text("name"), FieldCoding.integer("balance"))
let hour = Freshness(lasting: .minutes(60), absentFor: .minutes(1))
let moment = Freshness(lasting: .seconds(5), jitterPercent: 0, staleFor: .seconds(60))
let clients = Service("clients", FieldRule("name", hour), ["account:7": "Ada"])
let ledger = Service("ledger", FieldRule("balance", moment), ["account:7": "1000"])
let clock = ManualTime()
let cache = try QueryCache([clients, ledger], time: .manual(clock), seed: 1)

func show(_ occasion: String) async throws {
  let result = try await cache.query("account:7", ["name", "balance"])
  let (owner, amount) = (result.value(name) ?? "?", result.value(balance) ?? 0)
  guard case .value(_, let origin, let isStale) = result["balance"] else { return }
  print("\(occasion): \(owner) has \(amount), from \(origin)\(isStale ? ", stale" : "")")
}

try await show("first")
try await show("again")
ledger.content.withLock { $0 = ["account:7": "1500"] }
try await cache.invalidate(entities: ["account:7"])
try await show("after a deposit and an invalidation")
ledger.content.withLock { $0 = nil }
clock.advance(by: .seconds(20))
try await show("20 s later, while the ledger is away")
await cache.settle()

// However many ask at once, one call fetches the field.
let before = cache.counts.calls
await withTaskGroup { group in
  for _ in 1...100 { group.addTask { _ = try? await cache.query("account:8", ["name"]) } }
}
print("100 queries at once: \(cache.counts.calls - before) call; that there is none is kept, too")
print("counts: \(cache.counts.fetched) fields fetched, \(cache.counts.failedCalls) failed call")
