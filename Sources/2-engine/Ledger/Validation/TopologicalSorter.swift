import OmniCollections

/// Finds the topological order of a batch in which the first arrival always goes first.
///
/// Kahn's algorithm with a heap of the nodes that are ready; what it leaves over is on a cycle or
/// behind one, and Tarjan's algorithm tells the two apart. Nodes are numbered by arrival.
///
/// - Complexity: O((nodes + edges) log nodes).
struct TopologicalSorter: ~Copyable {
  struct Edge: BitwiseCopyable {
    let target: UInt32
    let next: UInt32
  }

  /// The first edge of a node, plus one; 0 for none.
  private var heads: OwnedBuffer<UInt32>
  private var edges = GrowingBuffer<Edge>()
  private var indegrees: OwnedBuffer<UInt32>
  private var isNode: OwnedBuffer<Bool>
  private var isEmitted: OwnedBuffer<Bool>
  private var heap = GrowingBuffer<UInt32>()
  private var count = 0
  /// What ``sort()`` found.
  private(set) var sequence = GrowingBuffer<Step>()

  /// A node in its place.
  struct Step: BitwiseCopyable {
    let node: UInt32
    /// Whether it waits for itself; such nodes stand behind all that does not wait for them.
    let isCyclic: Bool
  }

  init(capacity: Int) {
    heads = OwnedBuffer(repeating: 0, count: capacity)
    indegrees = OwnedBuffer(repeating: 0, count: capacity)
    isNode = OwnedBuffer(repeating: false, count: capacity)
    isEmitted = OwnedBuffer(repeating: false, count: capacity)
  }

  /// Begins a graph over the numbers below `count`, without nodes.
  mutating func begin(count: Int) {
    self.count = count
    edges.removeAll()
    heap.removeAll()
    for node in 0..<count {
      heads[node] = 0
      indegrees[node] = 0
      isNode[node] = false
      isEmitted[node] = false
    }
  }

  mutating func addNode(_ node: Int) { isNode[node] = true }

  /// Adds that `later` comes after `earlier`, both of which are nodes.
  mutating func addEdge(from earlier: Int, to later: Int) {
    edges.append(Edge(target: UInt32(later), next: heads[earlier]))
    heads[earlier] = UInt32(edges.count)
    indegrees[later] += 1
  }

  /// Fills ``sequence`` with every node.
  mutating func sort() {
    sequence.removeAll()
    var nodeCount = 0
    for node in 0..<count where isNode[node] {
      nodeCount += 1
      if indegrees[node] == 0 { push(UInt32(node)) }
    }
    drain()
    if sequence.count == nodeCount { return }
    // The nodes on cycles count as done: what comes after them can be told why it fails.
    let cyclic = cyclicNodes()
    for node in cyclic { emit(node, isCyclic: true) }
    for node in cyclic { release(Int(node)) }
    drain()
    precondition(sequence.count == nodeCount, "without the nodes on cycles there is no cycle")
  }

  private mutating func emit(_ node: UInt32, isCyclic: Bool) {
    isEmitted[Int(node)] = true
    sequence.append(Step(node: node, isCyclic: isCyclic))
  }

  private mutating func drain() {
    while let node = pop() {
      emit(node, isCyclic: false)
      release(Int(node))
    }
  }

  /// Takes the edges of `node` away; successors without others become ready.
  private mutating func release(_ node: Int) {
    var edge = heads[node]
    while edge != 0 {
      let target = Int(edges[Int(edge) - 1].target)
      indegrees[target] -= 1
      if indegrees[target] == 0 && !isEmitted[target] { push(UInt32(target)) }
      edge = edges[Int(edge) - 1].next
    }
  }

  /// The nodes on cycles among those that are left, ascending (Tarjan 1972, without recursion).
  private mutating func cyclicNodes() -> [UInt32] {
    var finder = StrongComponents(count: count)
    for node in 0..<count where isNode[node] && !isEmitted[node] { finder.candidates[node] = true }
    for node in 0..<count where finder.candidates[node] && finder.numbers[node] == 0 {
      finder.visit(node) { node, visitor in
        var edge = heads[node]
        while edge != 0 {
          visitor(Int(edges[Int(edge) - 1].target))
          edge = edges[Int(edge) - 1].next
        }
      }
    }
    return finder.cyclic.sorted()
  }

  private mutating func push(_ node: UInt32) {
    heap.append(node)
    var child = heap.count - 1
    while child > 0 && heap[child] < heap[(child - 1) / 2] {
      swapHeap(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> UInt32? {
    if heap.isEmpty { return nil }
    let least = heap[0]
    let last = heap.count - 1
    heap[0] = heap[last]
    heap.removeAll(from: last)
    var parent = 0
    while true {
      var smallest = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < heap.count && heap[child] < heap[smallest] { smallest = child }
      if smallest == parent { return least }
      swapHeap(parent, smallest)
      parent = smallest
    }
  }

  private mutating func swapHeap(_ one: Int, _ other: Int) {
    let kept = heap[one]
    heap[one] = heap[other]
    heap[other] = kept
  }
}

/// Tarjan's strong components with a stack of its own, so that a long chain cannot exhaust the
/// thread's.
private struct StrongComponents {
  var candidates: [Bool]
  /// The order of discovery, from 1; 0 before.
  var numbers: [Int]
  private var lowest: [Int]
  private var isOnStack: [Bool]
  /// Whether a node follows itself.
  private var hasLoop: [Bool]
  private var stack: [Int] = []
  private var number = 0
  /// The nodes that follow themselves, directly or through others.
  private(set) var cyclic: [UInt32] = []

  init(count: Int) {
    candidates = Array(repeating: false, count: count)
    numbers = Array(repeating: 0, count: count)
    lowest = numbers
    isOnStack = candidates
    hasLoop = candidates
  }

  mutating func visit(_ root: Int, _ successors: (Int, (Int) -> Void) -> Void) {
    var frames: [(node: Int, rest: [Int])] = [discover(root, successors)]
    while var frame = frames.popLast() {
      guard let next = frame.rest.popLast() else {
        close(frame.node)
        if let above = frames.last?.node { lowest[above] = min(lowest[above], lowest[frame.node]) }
        continue
      }
      frames.append(frame)
      if numbers[next] == 0 {
        frames.append(discover(next, successors))
      } else if isOnStack[next] {
        lowest[frame.node] = min(lowest[frame.node], numbers[next])
      }
    }
  }

  private mutating func discover(
    _ node: Int, _ successors: (Int, (Int) -> Void) -> Void
  ) -> (node: Int, rest: [Int]) {
    number += 1
    numbers[node] = number
    lowest[node] = number
    stack.append(node)
    isOnStack[node] = true
    var rest: [Int] = []
    successors(node) { next in
      if candidates[next] { rest.append(next) }
    }
    hasLoop[node] = rest.contains(node)
    return (node, rest)
  }

  private mutating func close(_ node: Int) {
    guard lowest[node] == numbers[node] else { return }
    var members: [UInt32] = []
    while let member = stack.popLast() {
      isOnStack[member] = false
      members.append(UInt32(member))
      if member == node { break }
    }
    if members.count > 1 || hasLoop[node] { cyclic += members }
  }
}
