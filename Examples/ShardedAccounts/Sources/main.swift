// Ten thousand accounts are spread over four ledger nodes in two sites. A fifth node joins: first
// it is worked out which accounts would move, and then the change is made.
import OmniShardRouter

let nodes = try (1...4).map { number in
  try ShardNode("ledger-\(number)", zone: number % 2 == 0 ? "paris" : "frankfurt")
}
var settings = ShardRouter.Configuration(strategy: .slots, nodes: nodes, seed: 7)
settings.replicaCount = 2
let router = try ShardRouter(settings)
let accounts = (1...10_000).map { "account-\($0)" }

print("account-4711 belongs to \(router.node(for: "account-4711").name)")
let replicas = router.replicas(for: "account-4711").map { "\($0.name) in \($0.zone ?? "-")" }
print("it is kept on \(replicas.joined(separator: " and "))")

/// How many accounts each node has.
func show(_ router: ShardRouter) {
  let keys = accounts.map { ShardKey($0, seed: router.seed) }
  let spread = Distribution(of: keys, over: router)
  let counts = zip(router.membership.nodes, spread.counts).map { "\($0.name) \($1)" }
  let above = Int(((spread.skew - 1) * 100).rounded())
  print("epoch \(router.epoch): \(counts.joined(separator: ", ")); the fullest \(above)% above")
}
show(router)

// A plan changes nothing; it says what a change would cost.
let fifth = try ShardNode("ledger-5", zone: "frankfurt")
let plan = try router.plan(to: router.membership.adding(fifth))
let percents = [plan.movedFraction, plan.movedFractionMin].map { Int(($0 * 100).rounded()) }
print(
  "a fifth node takes \(percents[0])% of the slots; no way would take less than \(percents[1])%")

let next = try router.apply(plan)
show(next)
let moved = accounts.filter { router.node(for: $0) != next.node(for: $0) }
let elsewhere = moved.filter { next.node(for: $0).name != "ledger-5" }
print("\(moved.count) accounts moved, \(elsewhere.count) of them to another node than the fifth")

// A plan fits the router that it was made for, and no other.
do {
  _ = try next.apply(plan)
} catch {
  print("the same plan again: \(error)")
}
// Other hosts get the router as bytes, and answer the same.
let copy = try ShardRouter(decoding: next.encoded())
print("a copy from \(next.encoded().count) bytes is equal: \(copy == next)")
