import OmniEncoding

// How a delta is found: greedily from the front, in one pass over the target.
//
// While source and target run side by side nothing is looked up: after a difference, the same
// distance between the two is tried first, since most changes of a state are in place. Else the
// hash of the next 16 bytes of the target, rolled on byte by byte, is looked up among the hashes of
// the source's blocks of 16, and a block that is found is grown to both sides. This is the search
// of rsync (Tridgell and Mackerras, "The rsync algorithm", 1996) with a polynomial hash modulo 2⁶⁴
// in place of its two sums. It finds every common run of 31 bytes whose block is in the table, and
// not always the shortest delta; the tests compare what it makes with what was to come out.
extension ByteDelta {
  /// The shortest run that is copied; a shorter one costs as much as it saves.
  private static let runBytesMin = 8
  private static let blockBytes = 16

  /// A delta that makes `target` of `source`.
  ///
  /// Equal arguments give equal deltas. In the worst case a delta is a few bytes longer than the
  /// target.
  ///
  /// - Complexity: O(source + target) expected; memory of half a byte to one byte for each byte of
  ///   the source.
  public static func make(from source: [UInt8], to target: [UInt8]) -> [UInt8] {
    var delta: [UInt8] = []
    delta.appendVariable(UInt64(source.count))
    delta.appendLittleEndian(CRC32C.checksum(source))
    delta.appendVariable(UInt64(target.count))
    delta.appendLittleEndian(CRC32C.checksum(target))
    var writer = PieceWriter(target: target, delta: delta)
    findRuns(source.span, target.span, into: &writer)
    return writer.finished()
  }

  private static func findRuns(
    _ source: Span<UInt8>, _ target: Span<UInt8>, into writer: inout PieceWriter
  ) {
    let table = BlockTable(source, blockBytes: blockBytes)
    var window = RollingHash(blockBytes: blockBytes)
    var place = 0
    /// How far the source runs ahead of the target.
    var shift = 0
    while place < target.count {
      var run = runLength(source, place + shift, target, place)
      var start = place + shift
      if run < runBytesMin, place + run < target.count,
        let block = table.place(of: window.hash(target, at: place))
      {
        let length = runLength(source, block, target, place)
        if length > run { (run, start) = (length, block) }
      }
      guard run >= runBytesMin || run > 0 && place + run == target.count else {
        place += 1
        continue
      }
      let grown = backwards(source, start, target, place, limit: place - writer.written)
      writer.copy(Run(source: start - grown, target: place - grown, length: run + grown))
      shift = start - place
      place += run
    }
  }

  /// How many bytes are the same from `first` of `source` and `second` of `target` on.
  private static func runLength(
    _ source: Span<UInt8>, _ first: Int, _ target: Span<UInt8>, _ second: Int
  ) -> Int {
    guard first >= 0 && first < source.count else { return 0 }
    let limit = min(source.count - first, target.count - second)
    var length = 0
    while length < limit && source[first + length] == target[second + length] { length += 1 }
    return length
  }

  /// How many bytes before `first` and `second` are the same, up to `limit`.
  private static func backwards(
    _ source: Span<UInt8>, _ first: Int, _ target: Span<UInt8>, _ second: Int, limit: Int
  ) -> Int {
    let limit = min(limit, first)
    var length = 0
    while length < limit && source[first - length - 1] == target[second - length - 1] {
      length += 1
    }
    return length
  }
}

/// Bytes that source and target have in common.
private struct Run {
  let source: Int
  let target: Int
  let length: Int
}

/// Writes the pieces of a delta in the order of the target.
private struct PieceWriter {
  let target: [UInt8]
  var delta: [UInt8]
  /// How much of the target the pieces so far make.
  private(set) var written = 0
  /// The last run, which the next may continue.
  private var pending: Run?

  init(target: [UInt8], delta: [UInt8]) {
    self.target = target
    self.delta = delta
  }

  mutating func copy(_ run: Run) {
    if let last = pending, last.source + last.length == run.source, written == run.target {
      pending = Run(
        source: last.source, target: last.target, length: last.length + run.length)
    } else {
      flush()
      insert(upTo: run.target)
      pending = run
    }
    written = run.target + run.length
  }

  consuming func finished() -> [UInt8] {
    var writer = self
    writer.flush()
    writer.insert(upTo: writer.target.count)
    return writer.delta
  }

  private mutating func flush() {
    guard let run = pending else { return }
    delta.appendVariable(2 * UInt64(run.length) + 1)
    delta.appendVariable(UInt64(run.source))
    pending = nil
  }

  private mutating func insert(upTo end: Int) {
    guard end > written else { return }
    delta.appendVariable(2 * UInt64(end - written))
    delta.append(contentsOf: target[written..<end])
    written = end
  }
}

/// The hash of a window that moves over bytes: Σ bᵢ · Mⁿ⁻ⁱ modulo 2⁶⁴.
private struct RollingHash {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let blockBytes: Int
  private let factorOfLeaving: UInt64
  private var place: Int?
  private var value: UInt64 = 0

  // All arithmetic below wraps on purpose: the hash is a polynomial modulo 2⁶⁴.

  init(blockBytes: Int) {
    self.blockBytes = blockBytes
    var power: UInt64 = 1
    for _ in 0..<blockBytes { power = power &* Self.factor }
    factorOfLeaving = power
  }

  /// The hash of the block of `bytes` at `start`, or nil if it would go beyond the end.
  mutating func hash(_ bytes: Span<UInt8>, at start: Int) -> UInt64? {
    guard start + blockBytes <= bytes.count else { return nil }
    if let place, start - place > 0 && start - place <= blockBytes {
      for index in place..<start {
        value =
          value &* Self.factor &+ UInt64(bytes[index + blockBytes])
          &- UInt64(bytes[index]) &* factorOfLeaving
      }
    } else if place != start {
      value = 0
      for index in start..<(start + blockBytes) {
        value = value &* Self.factor &+ UInt64(bytes[index])
      }
    }
    place = start
    return value
  }
}

/// Where the blocks of the source stand, by their hashes; of blocks that are alike, the first.
private struct BlockTable {
  private static let empty = Int32(-1)
  private var places: [Int32]
  private var hashes: [UInt32]
  private let blockBytes: Int

  init(_ source: Span<UInt8>, blockBytes: Int) {
    self.blockBytes = blockBytes
    let blocks = source.count / blockBytes
    var slots = 2
    while slots < 2 * blocks { slots *= 2 }
    places = [Int32](repeating: Self.empty, count: slots)
    hashes = [UInt32](repeating: 0, count: slots)
    var window = RollingHash(blockBytes: blockBytes)
    for block in 0..<blocks {
      guard let hash = window.hash(source, at: block * blockBytes) else { break }
      let slot = Self.slot(hash, slots)
      // One look is enough: a block that finds its slot taken is only not found.
      guard places[slot] == Self.empty, let number = Int32(exactly: block) else { continue }
      places[slot] = number
      hashes[slot] = UInt32(truncatingIfNeeded: hash)
    }
  }

  /// Where a block of `hash` may stand; whoever asks compares the bytes.
  func place(of hash: UInt64?) -> Int? {
    guard let hash else { return nil }
    let slot = Self.slot(hash, places.count)
    guard places[slot] != Self.empty, hashes[slot] == UInt32(truncatingIfNeeded: hash) else {
      return nil
    }
    return Int(places[slot]) * blockBytes
  }

  private static func slot(_ hash: UInt64, _ slots: Int) -> Int {
    // The low bits of the polynomial depend on few bytes; multiplying brings all to the top.
    let mixed = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: mixed >> 32) & (slots - 1)
  }
}

extension [UInt8] {
  /// Adds `number` in groups of seven bits, the lowest first.
  fileprivate mutating func appendVariable(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
