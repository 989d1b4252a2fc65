public import OmniCrypto
import OmniEncoding
public import OmniLedger
import OmniMoney
public import OmniTransparencyLog

/// The balances of all accounts under one root.
///
///     state root
///       class (what stands before the colon of a name, and an asset): sums, root of its accounts
///         account: the entry that opened it, what it holds
///
/// The upper tree is small and handed out whole, as a proof of reserves; an account is proven by its
/// path through both trees. Accounts stand in the order of their opening, classes in that of their names.
public struct StateTree: ~Copyable, Sendable {
  /// What the leaf of a class is over.
  public struct ClassSummary: Sendable, Hashable {
    /// Which class.
    public let group: AccountClass
    /// How many accounts it has.
    public let count: UInt64
    /// The root over them, with their sums.
    public let root: SumNode

    /// Describes a class.
    public init(group: AccountClass, count: UInt64, root: SumNode) {
      self.group = group
      self.count = count
      self.root = root
    }

    /// The leaf in the upper tree.
    public var leaf: MerkleHash {
      var words = WordArray()
      words.put(group.name)
      words.put(group.currency.packedCode)
      words.put(UInt64(group.currency.minorDigits))
      words.put(count)
      for index in 0..<AccountSums.wordCount { words.put(root.sums.word(index)) }
      for index in 0..<4 { words.put(root.hash.words[index]) }
      return .leaf([6] + words.bytes)
    }
  }

  private struct Place {
    let group: Int
    let index: Int
  }

  private var groups: [AccountClass] = []
  private var trees: [SumTree] = []
  private var numbers: [AccountClass: Int] = [:]
  private var places: [Place] = []
  /// The leaf of the entry that opened each account.
  private var openings: [MerkleHash] = []
  private var image = BooksImage()

  /// Creates the tree of no accounts.
  public init() {}

  /// How many accounts there are.
  public var accountCount: Int { places.count }

  /// Adds the account that was opened next.
  public mutating func add(_ terms: AccountTerms) {
    let group = AccountClass(terms)
    let number = numbers[group] ?? groups.count
    if number == groups.count {
      numbers[group] = number
      groups.append(group)
      trees.append(SumTree())
    }
    // Its leaf follows with the next update; until then its place is taken.
    let index = trees[number].count
    trees[number].set(index, .none)
    places.append(Place(group: number, index: index))
    openings.append(ProofEntry.account(terms).leaf)
  }

  /// Takes over what `image` shows, and gives the image before it in exchange.
  ///
  /// - Precondition: the image is of just the accounts that were added.
  /// - Returns: whether all sums had room.
  public mutating func update(_ newImage: inout BooksImage) -> Bool {
    precondition(newImage.accountCount == places.count, "an image of these accounts")
    for number in places.indices {
      if number < image.accountCount && newImage.isSame(number, as: image) { continue }
      let place = places[number]
      trees[place.group].set(place.index, leaf(number, newImage))
    }
    swap(&image, &newImage)
    for group in trees.indices where !trees[group].refresh() { return false }
    return true
  }

  private func leaf(_ number: Int, _ image: borrowing BooksImage) -> SumNode {
    Self.leaf(
      opening: openings[number], image.account(number), nonce: image.nonce(number),
      isClosed: image.isClosed(number))
  }

  /// The leaf of an account.
  public static func leaf(
    opening: MerkleHash, _ state: AccountState, nonce: UInt64, isClosed: Bool
  ) -> SumNode {
    let sums = [state.debits, state.credits, state.pendingDebits, state.pendingCredits]
    let hash = MerkleHash.leaf(kind: 5, words: 14) { index in
      switch index {
      case 0..<4: opening.words[index]
      case 4..<12: UInt64(truncatingIfNeeded: sums[(index - 4) / 2] >> (index % 2 == 0 ? 0 : 64))
      case 12: nonce
      default: isClosed ? 1 : 0
      }
    }
    return SumNode(hash: hash, sums: AccountSums(state))
  }

  /// The classes in their order, or nil when a sum has no room.
  public func summaries() -> [ClassSummary]? {
    var summaries: [ClassSummary] = []
    for group in groups.indices.sorted(by: { groups[$0] < groups[$1] }) {
      guard let root = trees[group].root() else { return nil }
      summaries.append(
        ClassSummary(group: groups[group], count: UInt64(trees[group].count), root: root))
    }
    return summaries
  }

  /// The root over classes.
  public static func root(_ summaries: [ClassSummary]) -> MerkleHash {
    var tree = MerkleTree()
    for summary in summaries { tree.append(summary.leaf) }
    return tree.root
  }

  /// What proves the account with the number `number`: its path in its class, and the class's place.
  public func path(_ number: Int) -> (accounts: SumPath, classes: InclusionProof)? {
    let place = places[number]
    let tree = trees[place.group]
    guard let nodes = tree.path(place.index), let summaries = summaries(),
      let index = summaries.firstIndex(where: { $0.group == groups[place.group] })
    else { return nil }
    let count = UInt64(summaries.count)
    var reader = TreeReader(MemoryTiles(summaries.map(\.leaf)), size: count)
    return (
      SumPath(index: UInt64(place.index), count: UInt64(tree.count), nodes: nodes),
      reader.inclusion(of: UInt64(index), in: count)
    )
  }

  /// What the account with the number `number` held when the tree was brought up to date last.
  public func holding(_ number: Int) -> (state: AccountState, nonce: UInt64, isClosed: Bool) {
    (image.account(number), image.nonce(number), image.isClosed(number))
  }
}
