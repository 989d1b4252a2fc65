public import OmniEncoding
import OmniPlatform
import OmniTime

/// What a snapshot's file is called, and how its first frame is chained.
enum SnapshotFile {
  static func name(_ frame: UInt64) -> String {
    let digits = String(frame)
    return "snapshot-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".snap"
  }

  static func frame(_ name: String) -> UInt64? {
    guard name.hasPrefix("snapshot-"), name.hasSuffix(".snap"),
      let frame = UInt64(name.dropFirst(9).dropLast(5)), Self.name(frame) == name
    else { return nil }
    return frame
  }

  /// The digest that stands before the first frame; it ties the file to the log and the frame.
  static func genesis(_ identity: LogIdentity, _ frame: UInt64) -> [UInt8] {
    Array("omni:snapshot:".utf8) + WordArray(identity.words + [frame]).bytes
  }

  /// The kind of every frame, and the version of the last one.
  static let kind: UInt16 = 0xFFFF
  static let lastVersion: UInt16 = 2
  /// How many bytes a frame's body has at most.
  static let partBytes = 1 << 20
  /// How many snapshots are kept.
  static let keptCount = 2
}

/// Gives the words of a snapshot back.
public struct SnapshotReader: WordSource {
  private var parts: [[UInt64]]
  private var part = 0
  private var index = 0
  /// After which frame it was taken.
  public let frame: UInt64

  init(frame: UInt64, parts: [[UInt64]]) {
    self.frame = frame
    self.parts = parts
  }

  /// The next word.
  public mutating func take() throws(WordFailure) -> UInt64 {
    while part < parts.count && index == parts[part].count {
      part += 1
      index = 0
    }
    guard part < parts.count else { throw .exhausted }
    defer { index += 1 }
    return parts[part][index]
  }
}

extension WriteAheadLog where Disk: ~Copyable {
  /// Writes a snapshot of what follows from all frames so far, and drops all but the newest two.
  ///
  /// The file is synchronised and named before a superblock speaks of it, so whoever is interrupted
  /// finds the one before. A failure of the disk leaves the log usable.
  ///
  /// - Parameter fill: Puts the words.
  public mutating func writeSnapshot(
    _ fill: (inout SnapshotSink) -> Void
  ) throws(LogFailure) {
    try commit()
    var sink = SnapshotSink()
    fill(&sink)
    let name = SnapshotFile.name(frameCount)
    let beside = name + Self.unfinished
    let last: SIMD4<UInt64>
    do throws(FileError) {
      for old in try disk.names() where old == beside { try disk.remove(old) }
      last = try writeParts(sink.parts, to: beside)
      if configuration.sabotage != .nameSnapshotEarly { try disk.synchronize(beside) }
      try disk.rename(beside, to: name)
      try disk.synchronizeNames()
    } catch {
      try? disk.remove(beside)
      throw error.reason == .diskFull ? .diskFull(wantedBytes: sink.byteCount) : .file(error)
    }
    superblock.snapshot = frameCount
    superblock.snapshotDigest = last
    try writeSuperblock(isClosed: false)
    try dropSnapshots()
  }

  private mutating func writeParts(
    _ parts: [[UInt64]], to name: String
  ) throws(FileError) -> SIMD4<UInt64> {
    let sizes = parts.map { LogFrame.size(bodyBytes: 8 * $0.count) }
    try disk.create(name, size: sizes.reduce(0, +))
    var chain = Self.digest(of: SnapshotFile.genesis(identity, frameCount))
    var offset = 0
    var body = FrameBody()
    for (index, part) in parts.enumerated() {
      body.removeAll()
      for word in part { body.put(word) }
      let content = FrameContent(
        kind: SnapshotFile.kind,
        version: index == parts.count - 1 ? SnapshotFile.lastVersion : 1, itemCount: 0,
        time: Timestamp(nanoseconds: 0))
      var header = LogFrame(
        number: UInt64(index + 1), firstItem: frameCount, content: content,
        bodyBytes: body.byteCount, acknowledged: 0)
      header.previous = chain
      header.bodyChecksum = unsafe CRC32C.checksum(body.bytes)
      header.digest = unsafe header.digest(of: body.bytes)
      try unsafe disk.write(body.frame(header), to: name, at: offset)
      chain = header.digest
      offset += header.size
    }
    return chain
  }

  private mutating func dropSnapshots() throws(LogFailure) {
    try wrap { log throws(FileError) in
      let frames = try log.disk.names().compactMap { SnapshotFile.frame($0) }.sorted()
      for frame in frames.dropLast(SnapshotFile.keptCount) {
        try log.disk.remove(SnapshotFile.name(frame))
      }
    }
  }

  /// The newest snapshot that is whole and not ahead of the log, or nothing.
  ///
  /// What is damaged is noted in ``findings`` and left out: the log itself has everything.
  public static func newestSnapshot(
    on disk: borrowing Disk, findings: inout [Damage]
  ) throws(LogFailure) -> SnapshotReader? {
    let superblock = try Self.superblock(disk)
    let frames: [UInt64]
    do throws(FileError) {
      frames = try disk.names().compactMap { SnapshotFile.frame($0) }.sorted()
    } catch {
      throw .file(error)
    }
    for frame in frames.reversed() where frame <= superblock.snapshot {
      do throws(LogFailure) {
        return try readSnapshot(frame, superblock, disk)
      } catch {
        guard case .corrupt(let damage) = error else { throw error }
        findings.append(damage)
      }
    }
    return nil
  }

  private static func readSnapshot(
    _ frame: UInt64, _ superblock: Superblock, _ disk: borrowing Disk
  ) throws(LogFailure) -> SnapshotReader {
    let name = SnapshotFile.name(frame)
    var chain = digest(of: SnapshotFile.genesis(superblock.identity, frame))
    var parts: [[UInt64]] = []
    var offset = 0
    while true {
      let damage = Damage(file: name, offset: offset, what: "frame of a snapshot")
      let body: [UInt8]
      let header: LogFrame
      do throws(FileError) {
        let head = try disk.bytes(of: name, at: offset, count: LogFrame.byteCount)
        guard let found = LogFrame(words: Block.words(head)) else {
          throw FileError(.truncated, operation: "read", path: name)
        }
        header = found
        body = try disk.bytes(
          of: name, at: offset + LogFrame.byteCount, count: header.bodyBytes)
      } catch {
        throw error.reason == .truncated ? .corrupt(damage) : .file(error)
      }
      guard header.number == UInt64(parts.count + 1), header.previous == chain,
        body.count == header.bodyBytes, CRC32C.checksum(body) == header.bodyChecksum
      else { throw .corrupt(damage) }
      parts.append(Block.words(body))
      chain = header.digest
      offset += header.size
      if header.version == SnapshotFile.lastVersion { break }
    }
    if frame == superblock.snapshot, chain != superblock.snapshotDigest {
      throw .corrupt(Damage(file: name, offset: 0, what: "snapshot that nobody took"))
    }
    return SnapshotReader(frame: frame, parts: parts)
  }
}

/// Gathers the words of a snapshot in parts of at most a mebibyte.
public struct SnapshotSink: WordSink {
  private(set) var parts: [[UInt64]] = [[]]

  var byteCount: Int { parts.reduce(0) { $0 + 8 * $1.count } }

  /// Takes the next word.
  public mutating func put(_ word: UInt64) {
    if parts[parts.count - 1].count == SnapshotFile.partBytes / 8 { parts.append([]) }
    parts[parts.count - 1].append(word)
  }
}
