/// Which topics a reader wants: one bit for each of the 512 there can be.
///
/// A family's wildcard has the bits of topics that get their names later too.
///
/// - Complexity: ``contains(_:)`` is one shift and one mask.
@frozen
public struct BusFilter: Sendable, Hashable {
  /// One word for each family, in the order of ``BusFamily``.
  @usableFromInline var words: SIMD8<UInt64>

  @inlinable
  init(words: SIMD8<UInt64>) { self.words = words }

  /// Every topic.
  public static let all = Self(words: SIMD8(repeating: .max))
  /// No topic.
  public static let none = Self(words: .zero)

  /// Every topic of `family`, which is `market.*` and the like.
  public static func family(_ family: BusFamily) -> Self {
    var filter = none
    filter.words[Int(family.rawValue)] = .max
    return filter
  }

  /// Exactly `topics`.
  public static func topics(_ topics: BusTopic...) -> Self {
    var filter = none
    for topic in topics { filter.words[Int(topic.id >> 6)] |= 1 << UInt64(topic.id & 63) }
    return filter
  }

  /// What either of the two wants.
  public func union(_ other: Self) -> Self { Self(words: words | other.words) }

  /// Whether events of `topic` are wanted.
  @inlinable
  public func contains(_ topic: BusTopic) -> Bool {
    // A topic's number is below 512, so the word is one of eight.
    words[Int(topic.id >> 6 & 7)] >> UInt64(topic.id & 63) & 1 != 0
  }

  /// Whether every topic is wanted.
  @inlinable
  public var isAll: Bool { words == SIMD8(repeating: .max) }
}
