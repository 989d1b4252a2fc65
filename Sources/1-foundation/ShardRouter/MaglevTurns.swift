/// Whose turn it is to take a place of a Maglev table.
///
/// In rounds, by weight: with W the greatest weight, a node of weight w has its k-th turn in round
/// ⌈k · W / w⌉, and within a round nodes follow in order of their indices. Going over all nodes in
/// each round would take as many steps as places times nodes where one node outweighs all others;
/// a heap of the next turns takes a logarithm for each place.
struct MaglevTurns {
  /// The rounds that are told apart: more than a table has places, for the heaviest node has a turn
  /// in every round.
  private static let roundMax: UInt64 = 1 << 21

  private let weights: [UInt64]
  private let weightMax: UInt64
  private var taken: [UInt64]
  /// A heap, the least first: the round of a node's next turn above the 16 bits of its index.
  private var heap: [UInt64]

  init(_ nodes: [ShardNode]) {
    weights = nodes.map { UInt64($0.weight) }
    weightMax = weights.reduce(1, max)
    taken = [UInt64](repeating: 0, count: nodes.count)
    heap = []
    // An ascending array is a heap.
    heap = nodes.indices.map { turn(of: $0) }.sorted()
  }

  /// The index of the node whose turn it is.
  ///
  /// - Precondition: there are nodes, and no more turns were taken than a table has places.
  /// - Complexity: O(log n), without allocation.
  mutating func next() -> Int {
    let index = Int(heap[0] & 0xFFFF)
    taken[index] += 1
    replaceFirst(by: turn(of: index))
    return index
  }

  /// Below 2²⁰ turns times a weight below 2³² fits in 64 bits.
  private func turn(of index: Int) -> UInt64 {
    let product = (taken[index] + 1) * weightMax
    let round = (product + weights[index] - 1) / weights[index]
    return min(round, Self.roundMax) << 16 | UInt64(index)
  }

  private mutating func replaceFirst(by turn: UInt64) {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < turn else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = turn
  }
}
