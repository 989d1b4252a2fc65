import OmniCrypto
import OmniEncoding
import OmniPlatform

/// A log of frames: written by one, acknowledged when it is on the device, never changed after.
///
///     try log.reserve(bodyBytes: body.byteCount)       // what can fail for lack of room, fails here
///     try log.append(content, &body)                    // in the file
///     try log.commit()                                  // on the device: acknowledged
///
/// Frames lie in segments of a fixed size that are filled with zeros before they are used. Each
/// frame holds the digest of the one before it. When the log is opened, everything up to the last
/// acknowledged frame must be there and right; what follows and is torn was never acknowledged, and
/// is cut. `docs/reference/ledger-log-format.md` has the layout.
///
/// - Invariant: frames are numbered 1, 2, 3 without gaps; the acknowledged ones are on the device.
public struct WriteAheadLog<Disk: LogDisk & ~Copyable>: ~Copyable {
  /// How the log was found when it was opened.
  public enum Recovery: Sendable, Equatable {
    /// It was new, or its last writer had closed it.
    case clean
    /// Its last writer had gone; everything that stood there was whole.
    case interrupted
    /// Its last writer had gone in the middle of a frame that nobody had been told of.
    case tornTail(file: String, offset: Int, bytes: Int)
  }

  /// Where a frame is.
  struct Place: BitwiseCopyable {
    let segment: UInt32
    let offset: UInt32
  }

  /// The disk.
  public var disk: Disk
  let configuration: LogConfiguration
  /// How it was found when it was opened.
  public internal(set) var recovery = Recovery.clean
  /// Damage of files that could be done without, such as a snapshot.
  public internal(set) var findings: [Damage] = []
  var superblock: Superblock
  var places: [Place] = []
  var segment = 0
  /// Where the next frame goes in the segment.
  var offset = 0
  /// The digest of the last frame.
  public internal(set) var chain: SIMD4<UInt64>
  /// How many items all frames hold.
  public internal(set) var itemCount: UInt64 = 0
  /// How many frames are on the device.
  public internal(set) var acknowledgedCount: UInt64 = 0
  /// How many bytes of segments have been written, zeros of new ones not counted.
  public internal(set) var writtenBytes = 0
  var poison: FileError?

  /// Who the log is.
  public var identity: LogIdentity { superblock.identity }
  /// How many frames there are.
  public var frameCount: UInt64 { UInt64(places.count) }
  /// How many bytes the segments have up to the end of the last frame.
  public var logBytes: Int { max(0, segment - 1) * configuration.segmentBytes + offset }

  static func genesis(_ identity: LogIdentity) -> SIMD4<UInt64> {
    digest(of: Array("omni:log:".utf8) + WordArray(identity.words).bytes)
  }

  static func digest(of bytes: [UInt8]) -> SIMD4<UInt64> {
    let words = SHA256.digest(of: bytes).words
    return SIMD4(
      words.0.byteSwapped, words.1.byteSwapped, words.2.byteSwapped, words.3.byteSwapped)
  }

  init(disk: consuming Disk, configuration: LogConfiguration, superblock: Superblock) {
    self.disk = disk
    self.configuration = configuration
    self.superblock = superblock
    chain = Self.genesis(superblock.identity)
  }

  /// Makes a new log in an empty place.
  public static func create(
    on disk: consuming Disk, identity: LogIdentity, configuration: LogConfiguration
  ) throws(LogFailure) -> Self {
    let superblock = Superblock(
      identity: identity, segmentBytes: configuration.segmentBytes, chain: genesis(identity))
    var log = Self(disk: disk, configuration: configuration, superblock: superblock)
    try log.wrap { log throws(FileError) in
      try log.removeUnfinished()
      try log.removeUnborn()
      if let name = try log.disk.names().first {
        throw FileError(.exists, operation: "make a log beside", path: name)
      }
    }
    try log.addSegment()
    try log.wrap { log throws(FileError) in
      try log.disk.create(
        Acknowledgement.name, size: Acknowledgement.slots * Block.acknowledgementBytes)
      for slot in 0..<UInt64(Acknowledgement.slots) {
        try log.writeAcknowledgement(0, slot: slot)
      }
      try log.disk.synchronize(Acknowledgement.name)
      // The superblocks come last: a log is one when it has them.
      for name in Superblock.names.reversed() {
        let beside = name + Self.unfinished
        try log.disk.create(beside, size: Block.superblockBytes)
        log.superblock.version += 1
        try log.disk.write(log.superblock.bytes, to: beside, at: 0)
        try log.disk.synchronize(beside)
        try log.disk.rename(beside, to: name)
      }
      try log.disk.synchronizeNames()
    }
    return log
  }

  /// What stands behind the name of a file that is being made.
  static var unfinished: String { ".new" }

  /// Calls `body`, and turns what the disk says into what the log says.
  mutating func wrap(
    _ body: (inout Self) throws(FileError) -> Void
  ) throws(LogFailure) {
    do throws(FileError) { try body(&self) } catch { throw Self.failure(error) }
  }

  static func failure(_ error: FileError) -> LogFailure {
    error.reason == .exists && error.operation == "make a log beside"
      ? .placeTaken(by: error.path) : .file(error)
  }

  func removeUnfinishedNames() throws(FileError) -> [String] {
    try disk.names().filter { $0.hasSuffix(Self.unfinished) }
  }

  mutating func removeUnfinished() throws(FileError) {
    for name in try removeUnfinishedNames() { try disk.remove(name) }
  }

  /// Whether what is there is left of a log whose making was cut off: a file is missing, and there
  /// never was a frame.
  ///
  /// The making ends with all names on the device, so nobody was ever told that there is such a log;
  /// and whatever became of its files, nothing is lost without them.
  static func isUnborn(_ disk: borrowing Disk) throws(FileError) -> Bool {
    let names = try disk.names().filter { !$0.hasSuffix(Self.unfinished) }
    let first = SegmentHead.name(1)
    let parts = Superblock.names + [Acknowledgement.name, first]
    guard names.contains(first), names.count < parts.count,
      names.allSatisfy({ parts.contains($0) })
    else { return false }
    let frame = try disk.bytes(of: first, at: LogFrame.alignment, count: LogFrame.alignment)
    return frame.allSatisfy { $0 == 0 }
  }

  private mutating func removeUnborn() throws(FileError) {
    guard try Self.isUnborn(disk) else { return }
    for name in try disk.names() { try disk.remove(name) }
  }

  // MARK: Writing

  /// Makes sure that a frame with a body of `bodyBytes` finds its room.
  ///
  /// - Throws: `bodyTooLong`, `diskFull`; then the log is as it was.
  public mutating func reserve(bodyBytes: Int) throws(LogFailure) {
    if let poison { throw .poisoned(by: poison) }
    guard bodyBytes <= configuration.bodyBytesMax else {
      throw .bodyTooLong(bytes: bodyBytes, limitBytes: configuration.bodyBytesMax)
    }
    if offset + LogFrame.size(bodyBytes: bodyBytes) <= configuration.segmentBytes { return }
    // Frames of one segment are on the device before the next one is there.
    if acknowledgedCount < frameCount { try commit() }
    do throws(LogFailure) {
      try addSegment()
    } catch {
      if case .file(let cause) = error, cause.reason == .diskFull {
        throw .diskFull(wantedBytes: LogFrame.size(bodyBytes: bodyBytes))
      }
      throw error
    }
  }

  /// Adds an empty segment; a failure leaves none behind.
  mutating func addSegment() throws(LogFailure) {
    let head = SegmentHead(
      identity: identity, number: segment + 1, firstFrame: frameCount + 1, firstItem: itemCount,
      chain: chain)
    let name = SegmentHead.name(head.number)
    do throws(FileError) {
      let beside = name + Self.unfinished
      if try disk.names().contains(beside) { try disk.remove(beside) }
      try disk.create(beside, size: configuration.segmentBytes)
      try disk.write(head.bytes, to: beside, at: 0)
      try disk.synchronize(beside)
      try disk.rename(beside, to: name)
      if configuration.sabotage != .skipNameSynchronize { try disk.synchronizeNames() }
    } catch {
      if error.reason != .diskFull { poison = error }
      try? disk.remove(name + Self.unfinished)
      throw .file(error)
    }
    segment = head.number
    offset = LogFrame.alignment
  }

  /// Writes a frame; it is not acknowledged yet.
  ///
  /// - Returns: its number.
  @discardableResult
  public mutating func append(
    _ content: FrameContent, _ body: inout FrameBody
  ) throws(LogFailure) -> UInt64 {
    try reserve(bodyBytes: body.byteCount)
    var header = LogFrame(
      number: frameCount + 1, firstItem: itemCount, content: content, bodyBytes: body.byteCount,
      acknowledged: acknowledgedCount)
    header.previous = chain
    header.bodyChecksum = unsafe CRC32C.checksum(body.bytes)
    header.digest = unsafe header.digest(
      of: body.bytes, isChained: configuration.sabotage != .dropPreviousDigest)
    do throws(FileError) {
      try unsafe disk.write(body.frame(header), to: SegmentHead.name(segment), at: offset)
    } catch {
      poison = error
      throw .poisoned(by: error)
    }
    places.append(Place(segment: UInt32(segment), offset: UInt32(offset)))
    offset += header.size
    writtenBytes += header.size
    chain = header.digest
    itemCount += UInt64(content.itemCount)
    return header.number
  }

  /// Returns when all frames are on the device: from then on they are acknowledged.
  ///
  /// - Throws: `poisoned` when the device does not say so; to ask again would prove nothing, since
  ///   the system may have dropped what it could not write.
  public mutating func commit() throws(LogFailure) {
    if let poison { throw .poisoned(by: poison) }
    if acknowledgedCount == frameCount { return }
    do throws(FileError) {
      if configuration.sabotage == .acknowledgeEarly {
        acknowledgedCount = frameCount
        try writeAcknowledgement(frameCount, slot: frameCount % UInt64(Acknowledgement.slots))
      }
      if configuration.sabotage != .skipSynchronize {
        try synchronizeSegment()
      }
      acknowledgedCount = frameCount
      try writeAcknowledgement(frameCount, slot: frameCount % UInt64(Acknowledgement.slots))
    } catch {
      poison = error
      throw .poisoned(by: error)
    }
  }

  private mutating func synchronizeSegment() throws(FileError) {
    let name = SegmentHead.name(segment)
    do throws(FileError) {
      try disk.synchronize(name)
    } catch {
      guard configuration.sabotage == .retrySynchronize else { throw error }
      try disk.synchronize(name)
    }
  }

  mutating func writeAcknowledgement(_ number: UInt64, slot: UInt64) throws(FileError) {
    try disk.write(
      Acknowledgement.bytes(number), to: Acknowledgement.name,
      at: Int(slot) * Block.acknowledgementBytes)
  }

  /// Writes the other superblock, and returns when it is on the device.
  mutating func writeSuperblock(isClosed: Bool) throws(LogFailure) {
    superblock.version += 1
    superblock.acknowledged = acknowledgedCount
    superblock.chain = chain
    superblock.itemCount = itemCount
    superblock.isClosed = isClosed
    let chosen = Int(superblock.version % 2)
    do throws(FileError) {
      for name in configuration.sabotage == .writeBothSuperblocks
        ? Superblock.names : [Superblock.names[chosen]]
      {
        try disk.write(superblock.bytes, to: name, at: 0)
      }
      for name in Superblock.names { try disk.synchronize(name) }
    } catch {
      poison = error
      throw .poisoned(by: error)
    }
  }

  /// Acknowledges everything, and notes that the log was closed in peace.
  public mutating func close() throws(LogFailure) {
    try commit()
    try wrap { log throws(FileError) in try log.disk.synchronize(Acknowledgement.name) }
    try writeSuperblock(isClosed: true)
  }
}
