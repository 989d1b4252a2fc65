/// How keys are spread over nodes, against how they should be.
///
///     let spread = Distribution(of: keys, over: router)
///     spread.skew                                  // 1.03: the fullest node is 3% above its share
///     spread.chiSquared < spread.criticalValue(.oneInAThousand)
///
/// Chi-squared asks whether the spread could come about if each key went to each node by chance
/// with its share; it is no measure of how bad an uneven spread is. A ring fails it with many keys,
/// for its shares are uneven, and that is what it is for.
public struct Distribution: Sendable, Equatable {
  /// How seldom a good spread may be called a bad one.
  public enum Level: Sendable, CaseIterable {
    /// In 5 of 100 cases.
    case oneInTwenty
    /// In 1 of 100 cases.
    case oneInAHundred
    /// In 1 of 1,000 cases.
    case oneInAThousand

    /// The point of the normal distribution that is exceeded so seldom.
    var normalQuantile: Double {
      switch self {
      case .oneInTwenty: 1.644_853_626_951_472_7
      case .oneInAHundred: 2.326_347_874_040_840_8
      case .oneInAThousand: 3.090_232_306_167_813_5
      }
    }
  }

  /// How many keys each node has, in the order of the membership.
  public let counts: [Int]
  /// The share of all keys that each node should have; the sum is 1.
  public let shares: [Double]
  /// How many keys there are.
  public let total: Int

  /// Compares counts with the weights of `membership`.
  ///
  /// - Precondition: there is one count, not negative, for each node.
  public init(counts: [Int], membership: Membership) {
    precondition(counts.count == membership.count, "one count for each node")
    precondition(counts.allSatisfy { $0 >= 0 }, "counts are not negative")
    let weight = Double(membership.totalWeight)
    self.counts = counts
    shares = membership.nodes.map { Double($0.weight) / weight }
    total = counts.reduce(0, +)
  }

  /// Routes each of `keys` and counts.
  ///
  /// - Complexity: one lookup a key.
  public init(of keys: some Sequence<ShardKey>, over map: some ShardMap) {
    var counts = [Int](repeating: 0, count: map.membership.count)
    for key in keys { counts[map.owner(of: key)] += 1 }
    self.init(counts: counts, membership: map.membership)
  }

  /// What a node should have; not a whole number.
  ///
  /// - Precondition: `index` is one of the membership.
  public func expected(_ index: Int) -> Double { shares[index] * Double(total) }

  /// How many times its share the fullest node has; 1 without keys.
  ///
  /// With equal weights that is the maximum over the mean.
  public var skew: Double { ratios.max() ?? 1 }

  /// How many times its share the emptiest node has; 1 without keys.
  public var skewMin: Double { ratios.min() ?? 1 }

  private var ratios: [Double] {
    total == 0 ? [] : counts.indices.map { Double(counts[$0]) / expected($0) }
  }

  /// Pearson's statistic: Σ (count - expected)² / expected; 0 without keys.
  ///
  /// - Complexity: O(n).
  public var chiSquared: Double {
    guard total > 0 else { return 0 }
    return counts.indices.reduce(0) { sum, index in
      let difference = Double(counts[index]) - expected(index)
      return sum + difference * difference / expected(index)
    }
  }

  /// How many counts are free to differ: one less than there are nodes.
  public var degreesOfFreedom: Int { counts.count - 1 }

  /// What ``chiSquared`` exceeds by chance as seldom as `level` says; 0 for a single node.
  ///
  /// By the cube-root approximation, d · (1 - 2/9d + z · √(2/9d))³, which needs no library of
  /// functions. Against the tables it is within 3.1 percent for one degree of freedom, within 1.2
  /// percent from five on and within 0.2 percent from thirty on.
  ///
  /// Source: Wilson and Hilferty, "The distribution of chi-square", PNAS 17 (1931).
  public func criticalValue(_ level: Level) -> Double {
    guard degreesOfFreedom > 0 else { return 0 }
    let degrees = Double(degreesOfFreedom)
    let ninth = 2 / (9 * degrees)
    let root = 1 - ninth + level.normalQuantile * ninth.squareRoot()
    return degrees * root * root * root
  }

  /// Whether the counts could come from their shares by chance, at `level`.
  ///
  /// Means something from about five expected keys a node on.
  public func isPlausible(_ level: Level = .oneInAThousand) -> Bool {
    chiSquared <= criticalValue(level)
  }
}
