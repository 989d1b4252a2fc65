import OmniCollections

/// Which transactions of a batch can see each other: a union-find over their indices.
///
/// - Complexity: nearly O(1) a union (path halving; the smaller index becomes the root, so that a
///   component is named after its first arrival).
struct ComponentFinder: ~Copyable {
  private var roots: OwnedBuffer<UInt32>
  private var sizes: OwnedBuffer<UInt32>
  /// The worker of each root.
  private var workers: OwnedBuffer<UInt8>

  init(capacity: Int) {
    roots = OwnedBuffer(repeating: 0, count: capacity)
    sizes = OwnedBuffer(repeating: 0, count: capacity)
    workers = OwnedBuffer(repeating: 0, count: capacity)
  }

  /// Puts every index below `count` into a component of its own.
  mutating func begin(count: Int) {
    for index in 0..<count {
      roots[index] = UInt32(index)
      sizes[index] = 0
    }
  }

  mutating func root(of index: Int) -> Int {
    var index = index
    while Int(roots[index]) != index {
      roots[index] = roots[Int(roots[index])]
      index = Int(roots[index])
    }
    return index
  }

  mutating func unite(_ one: Int, _ other: Int) {
    let first = root(of: one)
    let second = root(of: other)
    if first < second { roots[second] = UInt32(first) } else { roots[first] = UInt32(second) }
  }

  /// Gives every component below `count` to a worker, the next to the one that has least to do.
  ///
  /// - Returns: the share of the transactions in the worker with most.
  mutating func assign(count: Int, workerCount: Int) -> Int {
    for index in 0..<count { sizes[root(of: index)] += 1 }
    var loads = Array(repeating: 0, count: workerCount)
    for index in 0..<count where Int(roots[index]) == index {
      var least = 0
      for worker in loads.indices where loads[worker] < loads[least] { least = worker }
      workers[index] = UInt8(least)
      loads[least] += Int(sizes[index])
    }
    return loads.max() ?? 0
  }

  /// The worker of the component of `index`, after ``assign(count:workerCount:)``.
  func worker(of index: Int) -> Int {
    // Assigning has shortened every path to at most a few steps.
    var index = index
    while Int(roots[index]) != index { index = Int(roots[index]) }
    return Int(workers[index])
  }
}
