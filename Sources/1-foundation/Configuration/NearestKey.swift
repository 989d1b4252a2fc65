/// Finds the known key that somebody may have meant.
enum NearestKey {
  /// The longest key that is compared, in bytes; longer ones have no nearest key.
  static let lengthMax = 128

  /// Finds the candidate with the fewest slips, or one with the same last part, or nil.
  ///
  /// The first of several equally near candidates is taken, so sorted candidates give a stable
  /// answer.
  static func find(_ text: String, among candidates: [String]) -> String? {
    let wanted = Array(text.utf8)
    guard wanted.count <= lengthMax else { return nil }
    let slipsMax = max(1, wanted.count / 4)
    var best: (slips: Int, key: String)?
    for candidate in candidates {
      let bytes = Array(candidate.utf8)
      guard bytes.count <= lengthMax, abs(bytes.count - wanted.count) <= slipsMax else { continue }
      let slips = slips(from: wanted, to: bytes)
      if slips <= slipsMax && slips < best?.slips ?? .max { best = (slips, candidate) }
    }
    if let best { return best.key }
    let last = text.split(separator: ".").last
    return candidates.first { $0.split(separator: ".").last == last }
  }

  /// Counts the letters to insert, delete, replace or swap with their neighbour.
  ///
  /// This is the optimal string alignment distance, with three rows of the table kept.
  private static func slips(from left: [UInt8], to right: [UInt8]) -> Int {
    var older = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = older
    for row in 0..<left.count {
      current[0] = row + 1
      for column in 0..<right.count {
        let change = left[row] == right[column] ? 0 : 1
        var slips = min(
          previous[column] + change, previous[column + 1] + 1, current[column] + 1)
        let isSwap =
          row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
        if isSwap { slips = min(slips, older[column - 1] + 1) }
        current[column + 1] = slips
      }
      (older, previous, current) = (previous, current, older)
    }
    return previous[right.count]
  }
}
