/// How keys find their nodes; which to take depends on what the keys are for.
///
///     strategy     for                  weights  moves too much on a change by       a lookup
///     slots        ownership            yes      nothing                             O(1)
///     anchor       ownership, no table  no       nothing                             O(1)
///     maglev       stateless traffic    yes      a few hundredths of all keys        O(1)
///     ring         caches               yes      nothing, but shares are uneven      O(1)
///     jump         numbered shards      no       nothing at the end; the last node's O(log n)
///                                                keys when another leaves
///     rendezvous   few nodes            yes      nothing                             O(n)
public enum ShardStrategy: UInt8, Sendable, CaseIterable {
  /// A table of slots, balanced to one slot and changed by plans.
  case slots = 1
  /// AnchorHash: no table of keys, any node can leave, nothing moves without need.
  case anchor
  /// Maglev's table: even and fast, made anew at each change.
  case maglev
  /// A ring with virtual nodes.
  case ring
  /// Jump hashing over numbered buckets.
  case jump
  /// Weighted rendezvous: the highest score wins.
  case rendezvous
}
