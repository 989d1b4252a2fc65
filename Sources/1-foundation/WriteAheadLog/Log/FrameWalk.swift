import OmniCrypto
import OmniEncoding

/// Goes through the frames of one file and names every byte that is wrong.
struct FrameWalk {
  let bytes: [UInt8]
  let name: String
  var offset: Int
  var number: UInt64 = 0
  var item: UInt64 = 0
  var chain = SIMD4<UInt64>()
  var isSnapshot = false
  /// Whether the last frame of a snapshot was seen.
  private(set) var isComplete = false
  private(set) var damages: [Damage] = []

  init(bytes: [UInt8], name: String, offset: Int) {
    self.bytes = bytes
    self.name = name
    self.offset = offset
  }

  /// Checks frames up to the end, and that what is behind the last one is zero.
  ///
  /// - Parameter last: What the digest of the last frame has to be, if anybody knows.
  mutating func run(following last: SIMD4<UInt64>?) {
    while offset + LogFrame.byteCount <= bytes.count, !isComplete {
      guard let header = repairedHeader() else { break }
      guard header.number == number + 1, header.previous == chain, header.firstItem == item,
        offset + header.size <= bytes.count
      else {
        note(offset, "frame that does not follow the one before it")
        break
      }
      checkBody(header)
      number = header.number
      if !isSnapshot { item += UInt64(header.itemCount) }
      chain = header.digest
      offset += header.size
      isComplete = isSnapshot && header.version == SnapshotFile.lastVersion
    }
    noteNonZero(offset..<max(offset, bytes.count), "byte behind the last frame")
    if let last, last != chain, damages.isEmpty {
      note(offset, "end of the file, where further frames were acknowledged")
    }
  }

  private mutating func note(_ place: Int, _ what: String) {
    damages.append(Damage(file: name, offset: place, what: what))
  }

  private func slice(_ start: Int, _ count: Int) -> [UInt8] {
    Array(bytes[start..<min(bytes.count, start + count)])
  }

  /// The header at the present place; with one wrong byte it is mended, and the byte noted.
  private mutating func repairedHeader() -> LogFrame? {
    let found = slice(offset, LogFrame.byteCount)
    if let header = LogFrame(words: Block.words(found)) { return header }
    if found.allSatisfy({ $0 == 0 }) { return nil }
    let stored = found[Self.checksumPlace..<Self.checksumPlace + 4]
    var bare = found
    for place in stored.indices { bare[place] = 0 }
    let computed = CRC32C.checksum(bare)
    let wrong = stored.indices.filter {
      UInt8(truncatingIfNeeded: computed >> (8 * UInt32($0 - Self.checksumPlace))) != found[$0]
    }
    var mended = found
    var wrongPlace: Int?
    if wrong.count == 1 {
      // One wrong byte of the checksum itself changes one byte of it, any other several.
      wrongPlace = wrong[0]
      let shift = 8 * UInt32(wrong[0] - Self.checksumPlace)
      mended[wrong[0]] = UInt8(truncatingIfNeeded: computed >> shift)
    } else {
      let wanted = stored.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      wrongPlace = DamageLocator.locate(
        count: found.count, computed: computed, wanted: wanted
      ) { place, difference in
        mended = found
        mended[place] ^= difference
        return LogFrame(words: Block.words(mended)) != nil
      }
    }
    guard let wrongPlace, let header = LogFrame(words: Block.words(mended)) else { return nil }
    note(offset + wrongPlace, "frame header")
    return header
  }

  /// Where a header's own checksum stands.
  private static let checksumPlace = 60

  private mutating func checkBody(_ header: LogFrame) {
    let start = offset + LogFrame.byteCount
    let body = slice(start, header.bodyBytes)
    let computed = CRC32C.checksum(body)
    if computed != header.bodyChecksum {
      let place = DamageLocator.locate(
        count: body.count, computed: computed, wanted: header.bodyChecksum
      ) { place, difference in
        var mended = body
        mended[place] ^= difference
        return unsafe mended.withUnsafeBytes { unsafe header.digest(of: $0) } == header.digest
      }
      note(start + (place ?? 0), place == nil ? "frame body, several bytes" : "frame body")
    } else if unsafe body.withUnsafeBytes({ unsafe header.digest(of: $0) }) != header.digest {
      note(offset + 96, "frame digest")
    }
    noteNonZero(
      start + header.bodyBytes..<min(bytes.count, offset + header.size),
      "byte between two frames")
  }

  /// Notes bytes that should be zero; a whole frame of them is one finding, so at most a few.
  private mutating func noteNonZero(_ range: Range<Int>, _ what: String) {
    var start = range.lowerBound
    for _ in 0..<16 where start < range.upperBound {
      let from = start
      let found = unsafe bytes.withUnsafeBytes { all in
        unsafe ZeroScan.firstNonZero(.init(rebasing: all[from..<range.upperBound]))
      }
      guard let found else { return }
      note(start + found, what)
      start += found + 1
    }
  }
}
