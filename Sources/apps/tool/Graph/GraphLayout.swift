/// Where each module and each arrow of the picture stands.
///
/// The method is Sugiyama's: modules stand in rows so that every arrow points downwards, an arrow
/// over several rows gets a place in each, the order in the rows is improved by barycentres until
/// few arrows cross, and then the places are pulled to their neighbours. Arrows to the same module
/// share their places, so that they join into one stem. Four numbers: up to 50 modules in 20 rows,
/// about 100 arrows, and it takes milliseconds.
///
/// Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical
/// system structures", IEEE Transactions on Systems, Man and Cybernetics 11 (1981).
struct GraphLayout {
  /// A module in a row, or the place at which an arrow crosses it.
  struct Place: Equatable {
    /// The module itself, or the module to which the arrow leads.
    var target: String
    /// Whether it is the module itself.
    var isModule: Bool
    /// Its row, counted from the top.
    var row: Int
    /// Its middle.
    var x = 0.0
  }

  /// The most modules in one row.
  static let rowLength = 6

  /// The modules and the places of the arrows.
  private(set) var places: [Place] = []
  /// The pieces of the arrows, from an upper place to the one below it, as indices of `places`.
  private(set) var pieces: [(from: Int, to: Int)] = []
  /// The layer of each row, from the top.
  private(set) var rowLayers: [Int] = []

  private var rows: [[Int]] = []
  private var above: [[Int]] = []
  private var below: [[Int]] = []

  /// Lays out `graph` in a strip from `left` to `right`.
  init(_ graph: ModuleGraph, left: Double, right: Double, boxWidth: Double) {
    let imports = graph.reducedImports()
    placeModules(graph, imports: imports)
    placeArrows(graph, imports: imports)
    order()
    for (row, members) in rows.enumerated() {
      let boxes = members.count { places[$0].isModule }
      let free = right - left - boxWidth * Double(boxes)
      let gap = min(30, free / Double(max(1, members.count)))
      spread(row, from: left, to: right, box: boxWidth, gap: gap)
    }
    for sweep in 0..<200 {
      let order = sweep.isMultiple(of: 2) ? rows : rows.reversed()
      for members in order { pull(members, left: left, right: right, boxWidth: boxWidth) }
    }
  }

  // MARK: Rows

  /// Gives each module a row below all modules of its layer that use it.
  private mutating func placeModules(_ graph: ModuleGraph, imports: [String: [String]]) {
    for layer in stride(from: 5, through: 0, by: -1) {
      let nodes = graph.nodes.filter { $0.layer == layer }
      let inside = Set(nodes.map(\.target))
      var depth: [String: Int] = [:]
      // The manifest lists what is used before what uses it, so one pass is enough.
      for node in nodes {
        let used = (imports[node.target] ?? []).filter(inside.contains)
        depth[node.target] = used.map { (depth[$0] ?? 0) + 1 }.max() ?? 0
      }
      for level in stride(from: depth.values.max() ?? 0, through: 0, by: -1) {
        let members = nodes.filter { depth[$0.target] == level }
        let parts = max(1, (members.count + Self.rowLength - 1) / Self.rowLength)
        let size = (members.count + parts - 1) / parts
        for part in 0..<parts where size > 0 {
          addRow(members.dropFirst(part * size).prefix(size).map(\.target), layer: layer)
        }
      }
    }
  }

  private mutating func addRow(_ targets: [String], layer: Int) {
    rows.append(Array(places.count..<(places.count + targets.count)))
    places += targets.map { Place(target: $0, isModule: true, row: rowLayers.count) }
    rowLayers.append(layer)
  }

  /// Gives each arrow a place in each row that it crosses, shared with all that lead to its module.
  private mutating func placeArrows(_ graph: ModuleGraph, imports: [String: [String]]) {
    let modules = Dictionary(places.indices.map { (places[$0].target, $0) }) { first, _ in first }
    var stems: [String: [Int: Int]] = [:]
    var seen: Set<[Int]> = []
    for node in graph.nodes {
      for target in imports[node.target] ?? [] {
        guard var from = modules[node.target], let end = modules[target] else { continue }
        let first = places[from].row + 1
        let last = places[end].row
        guard first <= last else { continue }
        for row in first...last {
          let next: Int
          if row == last {
            next = end
          } else if let known = stems[target]?[row] {
            next = known
          } else {
            next = places.count
            places.append(Place(target: target, isModule: false, row: row))
            rows[row].append(next)
            stems[target, default: [:]][row] = next
          }
          if seen.insert([from, next]).inserted { pieces.append((from, next)) }
          from = next
        }
      }
    }
    above = Array(repeating: [], count: places.count)
    below = above
    for piece in pieces {
      above[piece.to].append(piece.from)
      below[piece.from].append(piece.to)
    }
  }

  // MARK: Order

  /// Sorts the rows by the mean position of their neighbours, and keeps the best order seen.
  private mutating func order() {
    var best = rows
    var fewest = crossings()
    for sweep in 0..<40 {
      let isDown = sweep.isMultiple(of: 2)
      for row in isDown ? Array(rows.indices) : rows.indices.reversed() {
        sort(row, by: isDown ? above : below)
      }
      let count = crossings()
      if count < fewest {
        fewest = count
        best = rows
      }
    }
    rows = best
  }

  private mutating func sort(_ row: Int, by neighbours: [[Int]]) {
    var position: [Int: Double] = [:]
    for members in rows {
      for (index, place) in members.enumerated() {
        position[place] = (Double(index) + 0.5) / Double(members.count)
      }
    }
    let keys = rows[row].map { place -> Double in
      let around = neighbours[place].compactMap { position[$0] }
      return around.isEmpty
        ? position[place] ?? 0 : around.reduce(0, +) / Double(around.count)
    }
    rows[row] = rows[row].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { rows[row][$0] }
  }

  private func crossings() -> Int {
    var index = Array(repeating: 0, count: places.count)
    for members in rows {
      for (position, place) in members.enumerated() { index[place] = position }
    }
    var count = 0
    for (number, one) in pieces.enumerated() {
      for other in pieces[..<number] where places[one.from].row == places[other.from].row {
        let upper = index[one.from] - index[other.from]
        let lower = index[one.to] - index[other.to]
        if upper * lower < 0 { count += 1 }
      }
    }
    return count
  }

  // MARK: Positions

  private func width(_ place: Int, _ box: Double) -> Double { places[place].isModule ? box : 0 }

  /// Spreads a row evenly.
  private mutating func spread(
    _ row: Int, from left: Double, to right: Double, box: Double, gap: Double
  ) {
    let members = rows[row]
    let used = members.map { width($0, box) + gap }.reduce(-gap, +)
    var x = left + (right - left - used) / 2
    for place in members {
      places[place].x = x + width(place, box) / 2
      x += width(place, box) + gap
    }
  }

  /// Pulls each place of a row towards its neighbours as far as the order allows.
  private mutating func pull(_ members: [Int], left: Double, right: Double, boxWidth: Double) {
    guard let first = members.first, let last = members.last else { return }
    let wishes = members.map { wish($0) }
    let boxes = members.count { places[$0].isModule }
    let free = right - left - boxWidth * Double(boxes)
    let gap = min(26, free / Double(members.count))
    var offsets = [0.0]
    for (one, two) in zip(members, members.dropFirst()) {
      let half = (width(one, boxWidth) + width(two, boxWidth)) / 2
      offsets.append((offsets.last ?? 0) + half + gap)
    }
    let low = left + width(first, boxWidth) / 2
    let high = right - width(last, boxWidth) / 2 - (offsets.last ?? 0)
    let fitted = Self.increasing(zip(wishes, offsets).map { ($0.x - $1, $0.weight) })
    for (index, place) in members.enumerated() {
      places[place].x = min(max(fitted[index], low), max(low, high)) + offsets[index]
    }
  }

  /// Where a place would like to be, and how much; arrows want to be straight most of all.
  private func wish(_ place: Int) -> (x: Double, weight: Double) {
    var sum = 0.0
    var weight = 0.0
    for other in above[place] + below[place] {
      let bends = (places[place].isModule ? 0 : 1) + (places[other].isModule ? 0 : 1)
      let pull = [1.0, 2.0, 12.0][bends]
      sum += pull * places[other].x
      weight += pull
    }
    return weight == 0 ? (places[place].x, 0.1) : (sum / weight, weight)
  }

  /// The non-decreasing numbers nearest to `values` by weight (pool adjacent violators).
  private static func increasing(_ values: [(Double, weight: Double)]) -> [Double] {
    var pools: [(sum: Double, weight: Double, count: Int)] = []
    for (value, weight) in values {
      pools.append((value * weight, weight, 1))
      while pools.count > 1 {
        let last = pools[pools.count - 1]
        let before = pools[pools.count - 2]
        guard before.sum / before.weight > last.sum / last.weight else { break }
        pools.removeLast(2)
        pools.append(
          (before.sum + last.sum, before.weight + last.weight, before.count + last.count))
      }
    }
    return pools.flatMap { Array(repeating: $0.sum / $0.weight, count: $0.count) }
  }
}
