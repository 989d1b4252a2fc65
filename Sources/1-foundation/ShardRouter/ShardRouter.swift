/// Says which node a key belongs to, by one of several strategies.
///
/// The router is a value: any number of threads may read one, and a change of nodes makes another.
///
///     let router = try ShardRouter(.init(strategy: .slots, nodes: nodes, seed: 7))
///     let node = router.node(for: "account-4711")
///     let plan = try router.plan(to: router.membership.removing("node-3"))
///     let next = try router.apply(plan)
///
/// ``ShardStrategy`` says which strategy is for what. ``BoundedLoads`` stands apart, because where
/// it sends a key depends on what is held, which no router may.
public struct ShardRouter: ShardMap, Equatable {
  /// What a router is made of.
  public struct Configuration: Sendable, Equatable {
    /// How keys find their nodes.
    public var strategy: ShardStrategy
    /// The nodes, in whatever order.
    public var nodes: [ShardNode]
    /// What hashes of keys and nodes begin with; hosts must use the same.
    public var seed: UInt64
    /// How many nodes hold a key, its owner among them; from 1 to 255.
    public var replicaCount = 1
    /// For `slots`: how many there are, a power of two.
    public var slotCount = SlotTable.slotCountDefault
    /// For `ring`: how many points a unit of weight has.
    public var virtualNodes = HashRing.virtualNodesDefault
    /// For `maglev`: how many places the table has, a prime.
    public var maglevPlaceCount = MaglevTable.placeCountDefault
    /// For `anchor`: how many nodes there may be, or nil for twice as many as there are.
    public var anchorCapacity: Int?

    /// Creates a configuration with usual sizes, which can be set one by one.
    public init(strategy: ShardStrategy, nodes: [ShardNode], seed: UInt64 = 0) {
      self.strategy = strategy
      self.nodes = nodes
      self.seed = seed
    }
  }

  /// The map that does the work.
  @usableFromInline
  enum Table: Sendable, Equatable {
    case slots(SlotTable)
    case anchor(AnchorTable)
    case maglev(MaglevTable)
    case ring(HashRing)
    case jump(JumpTable)
    case rendezvous(WeightedRendezvous)
  }

  /// How many nodes a key can have at most.
  public static let replicaCounts = 1...255

  /// What hashes of keys and nodes begin with.
  public let seed: UInt64
  /// How many nodes hold a key, its owner among them.
  public let replicaCount: Int
  @usableFromInline let table: Table
  /// For slots and Maglev the table's own places, else empty: taking one of them out of the enum
  /// would copy the whole map for each key.
  @usableFromInline let places: [UInt16]

  /// Creates a router.
  ///
  /// - Throws: ``ShardFailure`` for nodes or settings that do not fit together.
  /// - Complexity: that of the strategy's table.
  public init(_ configuration: Configuration) throws(ShardFailure) {
    let seed = configuration.seed
    let nodes = try Membership(configuration.nodes)
    let table: Table
    switch configuration.strategy {
    case .slots:
      table = .slots(try SlotTable(nodes, slotCount: configuration.slotCount, seed: seed))
    case .anchor:
      table = .anchor(try AnchorTable(nodes, capacity: configuration.anchorCapacity, seed: seed))
    case .maglev:
      let count = configuration.maglevPlaceCount
      table = .maglev(try MaglevTable(nodes, placeCount: count, seed: seed))
    case .ring:
      table = .ring(try HashRing(nodes, virtualNodes: configuration.virtualNodes, seed: seed))
    case .jump: table = .jump(try JumpTable(nodes, seed: seed))
    case .rendezvous: table = .rendezvous(WeightedRendezvous(nodes, seed: seed))
    }
    try self.init(table, replicaCount: configuration.replicaCount, seed: seed)
  }

  init(_ table: Table, replicaCount: Int, seed: UInt64) throws(ShardFailure) {
    try ShardFailure.check(.replicas, replicaCount, in: Self.replicaCounts)
    self.table = table
    switch table {
    case .slots(let map): places = map.owners
    case .maglev(let map): places = map.places
    case .anchor, .ring, .jump, .rendezvous: places = []
    }
    self.replicaCount = replicaCount
    self.seed = seed
  }

  /// The nodes; indices point into it.
  public var membership: Membership {
    switch table {
    case .slots(let map): map.membership
    case .anchor(let map): map.membership
    case .maglev(let map): map.membership
    case .ring(let map): map.membership
    case .jump(let map): map.membership
    case .rendezvous(let map): map.membership
    }
  }

  /// The number of the membership.
  public var epoch: UInt64 { membership.epoch }

  /// How keys find their nodes.
  public var strategy: ShardStrategy {
    switch table {
    case .slots: .slots
    case .anchor: .anchor
    case .maglev: .maglev
    case .ring: .ring
    case .jump: .jump
    case .rendezvous: .rendezvous
    }
  }

  /// The table of slots, if that is the strategy.
  public var slotTable: SlotTable? {
    if case .slots(let map) = table { map } else { nil }
  }

  /// The index of the node that `key`, hashed with the router's seed, goes to.
  ///
  /// - Complexity: that of the strategy; no allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int {
    // A slot count is a power of two, for which the place among them is the upper bits.
    if !places.isEmpty { return Int(places[key.place(among: places.count)]) }
    return switch table {
    case .slots(let map): map.owner(of: key)
    case .anchor(let map): map.owner(of: key)
    case .maglev(let map): map.owner(of: key)
    case .ring(let map): map.owner(of: key)
    case .jump(let map): map.owner(of: key)
    case .rendezvous(let map): map.owner(of: key)
    }
  }

  /// The indices of `count` nodes for `key`, its owner first.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    switch table {
    case .slots(let map): map.replicas(of: key, count: count)
    case .anchor(let map): map.replicas(of: key, count: count)
    case .maglev(let map): map.replicas(of: key, count: count)
    case .ring(let map): map.replicas(of: key, count: count)
    case .jump(let map): map.replicas(of: key, count: count)
    case .rendezvous(let map): map.replicas(of: key, count: count)
    }
  }
}
