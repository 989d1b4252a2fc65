public import OmniCrypto
public import OmniLedger

/// The sums over some accounts of one asset, in minor units; none is ever negative.
public struct AccountSums: Sendable, Hashable, BitwiseCopyable {
  /// All posted debits.
  public let debits: TotalSum
  /// All posted credits.
  public let credits: TotalSum
  /// By how much credits exceed debits, over the accounts where they do: what is owed to their owners.
  public let owed: TotalSum
  /// By how much debits exceed credits, over the accounts where they do: what is held in them.
  public let held: TotalSum

  /// Sums of no accounts.
  public init() {
    self.init(debits: TotalSum(), credits: TotalSum(), owed: TotalSum(), held: TotalSum())
  }

  init(debits: TotalSum, credits: TotalSum, owed: TotalSum, held: TotalSum) {
    self.debits = debits
    self.credits = credits
    self.owed = owed
    self.held = held
  }

  /// The sums of one account.
  public init(_ state: AccountState) {
    self.init(
      debits: TotalSum(state.debits), credits: TotalSum(state.credits),
      owed: TotalSum(max(0, -state.net)), held: TotalSum(max(0, state.net)))
  }

  /// Adds other sums; nil when there is no room.
  public func adding(_ other: Self) -> Self? {
    guard let debits = debits.adding(other.debits), let credits = credits.adding(other.credits),
      let owed = owed.adding(other.owed), let held = held.adding(other.held)
    else { return nil }
    return Self(debits: debits, credits: credits, owed: owed, held: held)
  }

  /// The twelve words that a node's hash is over.
  func word(_ index: Int) -> UInt64 {
    let sum =
      switch index / 3 {
      case 0: debits
      case 1: credits
      case 2: owed
      default: held
      }
    return switch index % 3 {
    case 0: sum.low
    case 1: sum.middle
    default: sum.high
    }
  }

  static var wordCount: Int { 12 }
}

/// A node of a tree whose nodes carry sums: its hash is over both children's hashes and sums.
///
/// That the hash covers each child's sums, and not their total only, is what keeps a branch from
/// claiming less than it holds; that no sum is negative keeps one account from hiding another.
public struct SumNode: Sendable, Hashable, BitwiseCopyable {
  /// The hash.
  public let hash: MerkleHash
  /// The sums over all accounts below.
  public let sums: AccountSums

  /// Creates a node that somebody made.
  public init(hash: MerkleHash, sums: AccountSums) {
    self.hash = hash
    self.sums = sums
  }

  /// The node above `left` and `right`, or nil when the sums have no room.
  public static func joining(_ left: SumNode, _ right: SumNode) -> SumNode? {
    guard let sums = left.sums.adding(right.sums) else { return nil }
    let hash = MerkleHash.node(words: 32) { index in
      let side = index < 16 ? left : right
      let place = index % 16
      return place < 4 ? side.hash.words[place] : side.sums.word(place - 4)
    }
    return SumNode(hash: hash, sums: sums)
  }

  /// The node of no accounts.
  static var none: SumNode { SumNode(hash: .empty, sums: AccountSums()) }
}
