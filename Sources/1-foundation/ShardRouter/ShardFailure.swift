/// Why nodes, a plan or an encoded router are refused.
public enum ShardFailure: Error, Equatable, Sendable {
  /// A setting that has a range.
  public enum Setting: String, Sendable {
    /// How many nodes there are.
    case nodes
    /// How many slots a table has; a power of two.
    case slots
    /// How many points of the ring a unit of weight has.
    case virtualNodes
    /// How many points the whole ring has.
    case ringPoints
    /// How many places Maglev's table has; a prime.
    case maglevPlaces
    /// How many buckets an anchor has room for.
    case anchorCapacity
    /// How many nodes hold a copy of a key.
    case replicas
    /// The number of a membership.
    case epoch
    /// How far above the mean a load may be, in thousandths of the mean.
    case headroom
  }

  /// There is no node.
  case noNodes
  /// A name of a node or zone is not 1 to 255 printable ASCII characters without blanks.
  case badName(String)
  /// A node has no weight.
  case noWeight(node: String)
  /// Two nodes have one name, or names of one hash.
  case duplicate(node: String)
  /// A setting is out of its range.
  case outOfRange(Setting, value: UInt64, lower: UInt64, upper: UInt64)
  /// No node is called so.
  case unknownNode(String)
  /// The strategy treats all nodes alike, and the weights differ.
  case unequalWeights(ShardStrategy)
  /// A plan was made for another epoch.
  case otherEpoch(plan: UInt64, table: UInt64)
  /// A plan was made for another table of the same epoch.
  case otherTable(plan: UInt64, table: UInt64)
  /// A node has nothing to give back.
  case nothingHeld(node: String)
  /// The bytes are no encoded router.
  case notARouter
  /// The bytes are of a version that is not known here.
  case version(found: UInt64, known: UInt64)
  /// The bytes are not those that were written.
  case checksum(found: UInt64, computed: UInt64)
  /// The bytes have the right checksum and no meaning.
  case senseless(String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .noNodes: "SHD-001"
    case .badName: "SHD-002"
    case .noWeight: "SHD-003"
    case .duplicate: "SHD-004"
    case .outOfRange: "SHD-005"
    case .unknownNode: "SHD-006"
    case .unequalWeights: "SHD-007"
    case .otherEpoch: "SHD-008"
    case .otherTable: "SHD-009"
    case .nothingHeld: "SHD-010"
    case .notARouter: "SHD-011"
    case .version: "SHD-012"
    case .checksum: "SHD-013"
    case .senseless: "SHD-014"
    }
  }

  /// Refuses `value` unless it is in `range`.
  static func check(
    _ setting: Setting, _ value: Int, in range: ClosedRange<Int>
  ) throws(ShardFailure) {
    guard range.contains(value) else {
      // A negative value cannot be shown as what it is; it is out of every range all the same.
      throw .outOfRange(
        setting, value: UInt64(max(value, 0)), lower: UInt64(range.lowerBound),
        upper: UInt64(range.upperBound))
    }
  }
}

extension ShardFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .noNodes: "\(code): there are no nodes; wanted at least one"
    case .badName(let name):
      "\(code): the name \(name.debugDescription); wanted 1 to 255 printable ASCII characters"
    case .noWeight(let node): "\(code): the node \(node) has weight 0; wanted at least 1"
    case .duplicate(let node): "\(code): the node \(node) is there twice; wanted once"
    case .outOfRange(let setting, let value, let lower, let upper):
      "\(code): \(setting.rawValue) is \(value); wanted \(lower) to \(upper)\(setting.form)"
    case .unknownNode(let node): "\(code): there is no node \(node); wanted one of the membership"
    case .unequalWeights(let strategy):
      "\(code): the weights differ; the strategy \(strategy) wants equal ones"
    case .otherEpoch(let plan, let table):
      "\(code): the plan is for epoch \(plan) and the table is of \(table); wanted a new plan"
    case .otherTable(let plan, let table):
      "\(code): the plan is for table \(String(plan, radix: 16)) and this is "
        + "\(String(table, radix: 16)); wanted a new plan"
    case .nothingHeld(let node):
      "\(code): the node \(node) holds nothing; wanted an earlier acquire"
    case .notARouter: "\(code): the bytes do not begin or end as a router does; wanted one"
    case .version(let found, let known):
      "\(code): the router is of version \(found); wanted \(known)"
    case .checksum(let found, let computed):
      "\(code): the checksum is \(String(found, radix: 16)); wanted "
        + "\(String(computed, radix: 16)), that of the bytes"
    case .senseless(let what): "\(code): \(what); wanted what a router writes"
    }
  }
}

extension ShardFailure.Setting {
  /// What a value must be besides being in range.
  var form: String {
    switch self {
    case .slots: ", a power of two"
    case .maglevPlaces: ", a prime"
    default: ""
    }
  }
}
