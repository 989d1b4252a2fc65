import OmniEncoding
import OmniPlatform

// How a log is found again.
extension WriteAheadLog where Disk: ~Copyable {
  /// Opens the log that is there, to go on writing.
  ///
  /// - Parameters:
  ///   - bodiesFrom: The first frame whose body is checked as well; earlier ones are trusted for
  ///     their headers, as a snapshot allows.
  /// - Throws: `noLog`, `corrupt`, `lost`.
  public static func open(
    _ disk: consuming Disk, configuration: LogConfiguration, bodiesFrom: UInt64 = 1
  ) throws(LogFailure) -> Self {
    let superblock = try Self.superblock(disk)
    var actual = try LogConfiguration(segmentBytes: superblock.segmentBytes)
    actual.sabotage = configuration.sabotage
    var log = Self(disk: disk, configuration: actual, superblock: superblock)
    let noted = try log.notedAcknowledgement()
    let segments = try log.segments()
    var tail: Damage?
    for number in segments {
      tail = try log.walk(number, isLast: number == segments.count, bodiesFrom: bodiesFrom)
    }
    let acknowledged = max(superblock.acknowledged, noted)
    try log.settle(tail, acknowledged: acknowledged)
    log.acknowledgedCount = log.frameCount
    // What was in the files without being acknowledged may still be on its way to the device.
    try log.wrap { log throws(FileError) in
      try log.removeUnfinished()
      try log.disk.synchronize(SegmentHead.name(log.segment))
      try log.disk.synchronizeNames()
      for slot in 0..<UInt64(Acknowledgement.slots) {
        try log.writeAcknowledgement(log.frameCount, slot: slot)
      }
    }
    try log.writeSuperblock(isClosed: false)
    return log
  }

  /// The newer of the superblocks that are right.
  static func superblock(_ disk: borrowing Disk) throws(LogFailure) -> Superblock {
    do throws(FileError) {
      let names = try disk.names()
      var found: Superblock?
      for name in Superblock.names where names.contains(name) {
        let bytes = try disk.bytes(of: name, at: 0, count: Block.superblockBytes)
        guard let block = Superblock(bytes: bytes) else { continue }
        if block.version > found?.version ?? 0 { found = block }
      }
      guard names.contains(where: { Superblock.names.contains($0) }), try !isUnborn(disk) else {
        throw FileError(.missing, operation: "find a log", path: "")
      }
      if let found { return found }
    } catch {
      throw error.operation == "find a log" ? .noLog : .file(error)
    }
    throw .corrupt(
      Damage(file: Superblock.names[0], offset: 0, what: "neither superblock is right"))
  }

  /// What the notes of acknowledgement say.
  private func notedAcknowledgement() throws(LogFailure) -> UInt64 {
    do throws(FileError) {
      var number: UInt64 = 0
      for slot in 0..<Acknowledgement.slots {
        let bytes = try disk.bytes(
          of: Acknowledgement.name, at: slot * Block.acknowledgementBytes,
          count: Block.acknowledgementBytes)
        number = max(number, Acknowledgement.number(bytes) ?? 0)
      }
      return number
    } catch {
      throw .file(error)
    }
  }

  /// The numbers of the segments, which have no gap.
  private func segments() throws(LogFailure) -> ClosedRange<Int> {
    do throws(FileError) {
      let numbers = try disk.names().compactMap { SegmentHead.number($0) }.sorted()
      if let last = numbers.last, numbers == Array(1...last) { return 1...last }
    } catch {
      throw .file(error)
    }
    throw .corrupt(Damage(file: SegmentHead.name(1), offset: 0, what: "a segment is missing"))
  }

  /// Reads one segment's frames, and stops where there is no further one.
  ///
  /// - Returns: what stands there, if it is neither the end of the segment nor unused room.
  private mutating func walk(
    _ number: Int, isLast: Bool, bodiesFrom: UInt64
  ) throws(LogFailure) -> Damage? {
    let name = SegmentHead.name(number)
    do throws(FileError) {
      let bytes = try disk.bytes(of: name, at: 0, count: LogFrame.alignment)
      guard let head = SegmentHead(bytes: bytes), head.identity == identity,
        head.number == number, head.firstFrame == frameCount + 1, head.firstItem == itemCount,
        head.chain == chain
      else { throw FileError(.truncated, operation: "read the head of", path: name) }
      guard try disk.size(of: name) == configuration.segmentBytes else {
        throw FileError(.truncated, operation: "measure", path: name)
      }
    } catch {
      let what = "head of the segment is not that of the log's next one"
      throw error.reason == .truncated
        ? .corrupt(Damage(file: name, offset: 0, what: what)) : .file(error)
    }
    segment = number
    offset = LogFrame.alignment
    var body = FrameBody()
    while offset < configuration.segmentBytes {
      let place = (number, offset)
      if let damage = try takeFrame(&body, bodiesFrom: bodiesFrom) {
        let isUnused = try isZero(name, from: place.1)
        if isUnused { return nil }
        if isLast { return damage }
        throw .corrupt(damage)
      }
    }
    return nil
  }

  /// Takes the frame at the present place into the index.
  ///
  /// - Returns: why there is none.
  private mutating func takeFrame(
    _ body: inout FrameBody, bodiesFrom: UInt64
  ) throws(LogFailure) -> Damage? {
    let name = SegmentHead.name(segment)
    func damage(_ what: String) -> Damage { Damage(file: name, offset: offset, what: what) }
    guard let header = try header(segment, offset) else { return damage("frame header") }
    guard header.number == frameCount + 1, header.firstItem == itemCount, header.previous == chain
    else { return damage("frame that does not follow the one before it") }
    guard offset + header.size <= configuration.segmentBytes else { return damage("frame length") }
    if header.number >= bodiesFrom, configuration.sabotage != .skipBodyCheck {
      try read(header, segment, offset, into: &body)
      guard unsafe CRC32C.checksum(body.bytes) == header.bodyChecksum else {
        return damage("frame body")
      }
      guard
        unsafe header.digest(
          of: body.bytes, isChained: configuration.sabotage != .dropPreviousDigest)
          == header.digest
      else { return damage("frame digest") }
    }
    places.append(Place(segment: UInt32(segment), offset: UInt32(offset)))
    offset += header.size
    itemCount += UInt64(header.itemCount)
    chain = header.digest
    return nil
  }

  func header(_ segment: Int, _ offset: Int) throws(LogFailure) -> LogFrame? {
    do throws(FileError) {
      let bytes = try disk.bytes(
        of: SegmentHead.name(segment), at: offset, count: LogFrame.byteCount)
      return LogFrame(words: Block.words(bytes))
    } catch {
      throw .file(error)
    }
  }

  func read(
    _ header: LogFrame, _ segment: Int, _ offset: Int, into body: inout FrameBody
  ) throws(LogFailure) {
    do throws(FileError) {
      let buffer = unsafe body.resize(to: header.bodyBytes)
      let count = try unsafe disk.read(
        SegmentHead.name(segment), at: offset + LogFrame.byteCount, into: buffer)
      guard count == buffer.count else {
        throw FileError(.truncated, operation: "read", path: SegmentHead.name(segment))
      }
    } catch {
      throw .file(error)
    }
  }

  /// Whether a file holds nothing but zeros from `offset` on.
  func isZero(_ name: String, from offset: Int) throws(LogFailure) -> Bool {
    try firstNonZero(name, from: offset) == nil
  }

  func firstNonZero(_ name: String, from offset: Int) throws(LogFailure) -> Int? {
    do throws(FileError) {
      var place = offset
      while true {
        let bytes = try disk.bytes(of: name, at: place, count: 1 << 18)
        if bytes.isEmpty { return nil }
        if let index = unsafe bytes.withUnsafeBytes({ unsafe ZeroScan.firstNonZero($0) }) {
          return place + index
        }
        place += bytes.count
      }
    } catch {
      throw .file(error)
    }
  }

  /// Decides what becomes of what stands behind the last frame.
  private mutating func settle(
    _ tail: Damage?, acknowledged: UInt64
  ) throws(LogFailure) {
    guard let tail else {
      guard frameCount >= acknowledged || configuration.sabotage == .cutAcknowledged else {
        throw .lost(acknowledged: acknowledged, found: frameCount)
      }
      recovery = superblock.isClosed ? .clean : .interrupted
      return
    }
    if configuration.sabotage != .cutAcknowledged {
      // It was acknowledged if anybody says so: a note, the superblock, or a frame behind it.
      let claimed = max(acknowledged, try claim(behind: tail))
      if superblock.isClosed || frameCount < claimed { throw .corrupt(tail) }
    }
    recovery = .tornTail(
      file: tail.file, offset: tail.offset, bytes: try tornBytes(tail))
    if configuration.sabotage == .keepTornTail { return }
    do throws(FileError) {
      let zeros = [UInt8](repeating: 0, count: configuration.segmentBytes - offset)
      try disk.write(zeros, to: tail.file, at: offset)
      try disk.synchronize(tail.file)
    } catch {
      throw .file(error)
    }
  }

  private func tornBytes(_ tail: Damage) throws(LogFailure) -> Int {
    do throws(FileError) {
      let rest = try disk.bytes(
        of: tail.file, at: tail.offset, count: configuration.segmentBytes - tail.offset)
      return (rest.lastIndex { $0 != 0 } ?? -1) + 1
    } catch {
      throw .file(error)
    }
  }

  /// The largest acknowledged number that a frame behind a torn place knows of.
  private func claim(behind tail: Damage) throws(LogFailure) -> UInt64 {
    var claimed: UInt64 = 0
    for place in stride(
      from: tail.offset, to: configuration.segmentBytes, by: LogFrame.alignment)
    {
      if let header = try header(segment, place), header.number > frameCount {
        claimed = max(claimed, header.acknowledged)
      }
    }
    return claimed
  }

  // MARK: Reading

  /// Reads the frame with `number` and checks it.
  public func readFrame(
    _ number: UInt64, into body: inout FrameBody
  ) throws(LogFailure) -> LogFrame {
    guard number >= 1, number <= frameCount else { throw .noFrame(number) }
    let place = places[Int(number) - 1]
    let damage = Damage(
      file: SegmentHead.name(Int(place.segment)), offset: Int(place.offset), what: "frame")
    guard let header = try header(Int(place.segment), Int(place.offset)), header.number == number
    else { throw .corrupt(damage) }
    try read(header, Int(place.segment), Int(place.offset), into: &body)
    if configuration.sabotage == .skipBodyCheck { return header }
    guard unsafe CRC32C.checksum(body.bytes) == header.bodyChecksum else {
      throw .corrupt(damage)
    }
    return header
  }

  /// The number of the frame that holds the item at `index`, counted from 0.
  public func frame(ofItem index: UInt64) throws(LogFailure) -> UInt64 {
    guard index < itemCount else { throw .noFrame(index) }
    var (low, high) = (UInt64(1), frameCount)
    while low < high {
      let middle = (low + high + 1) / 2
      let place = places[Int(middle) - 1]
      guard let header = try header(Int(place.segment), Int(place.offset)) else {
        throw .corrupt(
          Damage(
            file: SegmentHead.name(Int(place.segment)), offset: Int(place.offset),
            what: "frame header"))
      }
      if header.firstItem <= index { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The frame that holds the item at `index`, counted from 0, and the item's place in it.
  public func frameAndIndex(
    ofItem index: UInt64
  ) throws(LogFailure) -> (frame: UInt64, index: Int) {
    let number = try frame(ofItem: index)
    let place = places[Int(number) - 1]
    guard let header = try header(Int(place.segment), Int(place.offset)) else {
      throw .noFrame(number)
    }
    return (number, Int(index - header.firstItem))
  }
}
