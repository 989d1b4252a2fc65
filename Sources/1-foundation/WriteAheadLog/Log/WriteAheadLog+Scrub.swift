import OmniEncoding
import OmniPlatform

/// What reading every byte of a log has found.
public struct ScrubReport: Sendable, Equatable {
  /// Every damaged place, in the order of files and offsets.
  public internal(set) var damages: [Damage] = []
  /// How many files were read.
  public internal(set) var fileCount = 0
  /// How many bytes were read.
  public internal(set) var byteCount = 0
  /// How many frames of the log are right.
  public internal(set) var frameCount: UInt64 = 0

  /// Whether everything is right.
  public var isClean: Bool { damages.isEmpty }
}

/// Reads every byte of every file of a log, and says which are not what they should be.
struct Scrubber<Disk: LogDisk & ~Copyable>: ~Copyable {
  let disk: Disk
  var report = ScrubReport()
  private var superblock: Superblock?

  init(_ disk: consuming Disk) { self.disk = disk }

  mutating func scrub() throws(FileError) {
    let names = try disk.names()
    superblock = try newestSuperblock(names)
    for name in names.sorted() {
      report.fileCount += 1
      let size = try disk.size(of: name)
      report.byteCount += size
      let bytes = try disk.bytes(of: name, at: 0, count: size)
      if Superblock.names.contains(name) {
        check(bytes, in: name, block: Block.superblockBytes, magic: Superblock.magic)
      } else if name == Acknowledgement.name {
        check(
          bytes, in: name, block: Block.acknowledgementBytes, magic: Acknowledgement.magic,
          count: Acknowledgement.slots)
      } else if !LogFileName.isOne(name) {
        report.damages.append(Damage(file: name, offset: 0, what: "file that is none of the log's"))
      }
    }
    for name in Superblock.names + [Acknowledgement.name] where !names.contains(name) {
      report.damages.append(Damage(file: name, offset: 0, what: "missing file"))
    }
    guard let superblock else { return }
    try scrubSegments(names, superblock)
    try scrubSnapshots(names, superblock)
    report.damages.sort { ($0.file, $0.offset) < ($1.file, $1.offset) }
  }

  private func newestSuperblock(_ names: [String]) throws(FileError) -> Superblock? {
    var found: Superblock?
    for name in Superblock.names where names.contains(name) {
      let bytes = try disk.bytes(of: name, at: 0, count: Block.superblockBytes)
      guard let block = Superblock(bytes: bytes) else { continue }
      if block.version > found?.version ?? 0 { found = block }
    }
    return found
  }

  /// Checks blocks that end with a checksum of all before it.
  private mutating func check(
    _ bytes: [UInt8], in name: String, block: Int, magic: UInt64, count: Int = 1
  ) {
    guard bytes.count == block * count else {
      let what = "size of \(bytes.count) bytes, wanted \(block * count)"
      report.damages.append(Damage(file: name, offset: min(bytes.count, block * count), what: what))
      return
    }
    for place in 0..<count {
      let part = Array(bytes[place * block..<(place + 1) * block])
      guard Block.words(part, magic: magic) == nil else { continue }
      let offset = place * block + wrongByte(ofBlock: part)
      report.damages.append(Damage(file: name, offset: offset, what: "block"))
    }
  }

  /// The wrong byte of a block, or 0 when it cannot be told.
  private func wrongByte(ofBlock bytes: [UInt8]) -> Int {
    let body = Array(bytes.dropLast(8))
    let computed = CRC32C.checksum(body)
    let stored = Block.words(Array(bytes.suffix(8)))[0]
    let wrongInChecksum = (0..<8).filter { place in
      UInt8(truncatingIfNeeded: stored >> (8 * UInt64(place)))
        != UInt8(truncatingIfNeeded: UInt64(computed) >> (8 * UInt64(place)))
    }
    // One wrong byte in the checksum itself changes one byte of it; one before it changes several.
    if wrongInChecksum.count == 1 { return bytes.count - 8 + wrongInChecksum[0] }
    return DamageLocator.locate(
      count: body.count, computed: computed, wanted: UInt32(truncatingIfNeeded: stored)
    ) { _, _ in true } ?? 0
  }

  // MARK: Frames

  private mutating func scrubSegments(
    _ names: [String], _ superblock: Superblock
  ) throws(FileError) {
    var chain = WriteAheadLog<Disk>.genesis(superblock.identity)
    var number: UInt64 = 0
    var item: UInt64 = 0
    let segments = names.compactMap { SegmentHead.number($0) }.sorted()
    for (index, segment) in segments.enumerated() {
      let name = SegmentHead.name(segment)
      if segment != index + 1 {
        report.damages.append(
          Damage(file: SegmentHead.name(index + 1), offset: 0, what: "missing file"))
        return
      }
      let size = try disk.size(of: name)
      let bytes = try disk.bytes(of: name, at: 0, count: size)
      let head = SegmentHead(
        identity: superblock.identity, number: segment, firstFrame: number + 1, firstItem: item,
        chain: chain)
      compare(bytes, with: head.bytes, at: 0, in: name, what: "head of the segment")
      if size != superblock.segmentBytes {
        report.damages.append(
          Damage(file: name, offset: min(size, superblock.segmentBytes), what: "size of the file"))
      }
      var walk = FrameWalk(bytes: bytes, name: name, offset: LogFrame.alignment)
      walk.number = number
      walk.item = item
      walk.chain = chain
      walk.run(following: try nextPrevious(segment, in: segments))
      report.damages += walk.damages
      (number, item, chain) = (walk.number, walk.item, walk.chain)
    }
    report.frameCount = number
    if number < superblock.acknowledged {
      report.damages.append(
        Damage(
          file: SegmentHead.name(max(1, segments.count)), offset: 0,
          what: "\(number) frames, where \(superblock.acknowledged) were acknowledged"))
    }
  }

  /// The digest that the head of the next segment says the last frame has; for the last segment,
  /// what the superblock says.
  private func nextPrevious(
    _ segment: Int, in segments: [Int]
  ) throws(FileError) -> SIMD4<UInt64>? {
    guard segments.contains(segment + 1) else {
      return superblock?.isClosed == true ? superblock?.chain : nil
    }
    let bytes = try disk.bytes(
      of: SegmentHead.name(segment + 1), at: 0, count: LogFrame.alignment)
    return SegmentHead(bytes: bytes)?.chain
  }

  private mutating func compare(
    _ bytes: [UInt8], with wanted: [UInt8], at offset: Int, in name: String, what: String
  ) {
    for (place, byte) in wanted.enumerated()
    where offset + place >= bytes.count || bytes[offset + place] != byte {
      report.damages.append(Damage(file: name, offset: offset + place, what: what))
    }
  }

  private mutating func scrubSnapshots(
    _ names: [String], _ superblock: Superblock
  ) throws(FileError) {
    let frames = names.compactMap { SnapshotFile.frame($0) }
    if superblock.snapshot > 0, !frames.contains(superblock.snapshot) {
      report.damages.append(
        Damage(file: SnapshotFile.name(superblock.snapshot), offset: 0, what: "missing file"))
    }
    for frame in frames {
      let name = SnapshotFile.name(frame)
      let size = try disk.size(of: name)
      let bytes = try disk.bytes(of: name, at: 0, count: size)
      var walk = FrameWalk(bytes: bytes, name: name, offset: 0)
      walk.chain = WriteAheadLog<Disk>.digest(of: SnapshotFile.genesis(superblock.identity, frame))
      walk.item = frame
      walk.isSnapshot = true
      walk.run(following: frame == superblock.snapshot ? superblock.snapshotDigest : nil)
      report.damages += walk.damages
      if walk.damages.isEmpty && !walk.isComplete {
        report.damages.append(Damage(file: name, offset: size, what: "snapshot without its end"))
      }
    }
  }
}

extension WriteAheadLog where Disk: ~Copyable {
  /// Reads every byte of every file on `disk`, which nobody writes meanwhile.
  ///
  /// A wrong byte is named exactly where it is the only one of what is checked together; else the
  /// place where that begins.
  public static func scrub(_ disk: consuming Disk) throws(LogFailure) -> ScrubReport {
    var scrubber = Scrubber(disk)
    do throws(FileError) { try scrubber.scrub() } catch { throw .file(error) }
    return scrubber.report
  }
}
