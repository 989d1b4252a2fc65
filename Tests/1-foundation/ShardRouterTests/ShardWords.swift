import OmniNumerics
import OmniShardRouter

/// Words for the tests of this module.

/// Nodes "node-0", "node-1" and so on, of the given weights, in two or three zones if wanted.
func nodes(weights: [UInt32], zones: Int = 0) throws -> [ShardNode] {
  try weights.enumerated().map { index, weight in
    try ShardNode("node-\(index)", weight: weight, zone: zones == 0 ? nil : "zone-\(index % zones)")
  }
}

func nodes(_ count: Int, zones: Int = 0) throws -> [ShardNode] {
  try nodes(weights: [UInt32](repeating: 1, count: count), zones: zones)
}

/// Keys that depend on `seed` alone.
func keys(_ count: Int, seed: UInt64) -> [ShardKey] {
  (0..<UInt64(count)).map { ShardKey($0, seed: seed &+ 0x5EED) }
}

/// The keys of the golden values: "key-0" to "key-1999" with seed 7.
let goldenKeys = (0..<2_000).map { ShardKey("key-\($0)", seed: 7) }

/// A hash of the owners of the golden keys.
func digest(_ map: some ShardMap) -> UInt64 {
  XXH64.hash(goldenKeys.map { UInt8(map.owner(of: $0)) })
}

/// How many of `keys` change their node from `old` to `new`.
func movedCount(_ keys: [ShardKey], from old: some ShardMap, to new: some ShardMap) -> Int {
  keys.count { old.node(of: $0).name != new.node(of: $0).name }
}

/// The sum of what shares grow by from `old` to `new`: the least fraction that has to move.
func growth(from old: Membership, to new: Membership) -> Double {
  let before = Dictionary(
    uniqueKeysWithValues: old.nodes.map {
      ($0.name, Double($0.weight) / Double(old.totalWeight))
    })
  return new.nodes.reduce(0) {
    $0 + max(0, Double($1.weight) / Double(new.totalWeight) - (before[$1.name] ?? 0))
  }
}

/// A membership that follows from `old` by chance: a node joins, leaves or changes its weight.
func step(
  from old: Membership, using random: inout SplitMix64, weightMax: UInt64 = 8, countMax: Int = 40
) throws -> Membership {
  let weight = UInt32(random.below(weightMax)) + 1
  let name = old.nodes[Int(random.below(UInt64(old.count)))].name
  switch random.below(3) {
  case 0 where old.count < countMax:
    return try old.adding(ShardNode("new-\(old.epoch)", weight: weight))
  case 1 where old.count > 2: return try old.removing(name)
  default: return try old.reweighting(name, to: weight)
  }
}

/// A router of each strategy over `nodes`.
func routers(_ nodes: [ShardNode], seed: UInt64 = 7) throws -> [ShardRouter] {
  try ShardStrategy.allCases.map { strategy in
    var configuration = ShardRouter.Configuration(strategy: strategy, nodes: nodes, seed: seed)
    configuration.replicaCount = 3
    configuration.slotCount = 1_024
    configuration.maglevPlaceCount = 5_003
    configuration.anchorCapacity = 64
    return try ShardRouter(configuration)
  }
}
