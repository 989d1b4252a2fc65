public import OmniPlatform

/// Keeps a journal's segments as files of one folder: `segment-00000000.omj` and on.
///
/// Files of other names may stand beside them. A segment that is being made is called
/// `segment-….new` until its header is whole.
@safe public struct DirectoryJournalStore: JournalStore, ~Copyable {
  /// The folder.
  public let path: String
  private var lock: DirectoryLock?
  private var open: [UInt32: OpenSegment] = [:]

  /// Creates a store in the folder at `path`, which is made when something is written.
  public init(_ path: String) { self.path = path }

  /// A segment's file and its memory; shared with nobody, an object only to be kept in a dictionary.
  private final class OpenSegment {
    let file: File
    let region: MappedRegion

    init(_ file: consuming File, capacity: Int) throws(FileError) {
      region = try MappedRegion(writing: file, count: capacity)
      self.file = file
    }
  }

  /// The numbers of all segments, ascending.
  public func segments() throws(JournalFailure) -> [UInt32] {
    guard FileSystem.exists(path) else { return [] }
    var segments: [UInt32] = []
    for name in try Self.wrapping({ () throws(FileError) in try FileSystem.names(in: path) })
    where name.hasPrefix("segment-") && !Self.isUnfinished(name) {
      let digits = name.dropFirst("segment-".count).prefix { $0 != "." }
      guard let number = UInt32(digits), Self.name(of: number) == name else {
        throw .strayFile(name: name)
      }
      segments.append(number)
    }
    return segments.sorted()
  }

  /// Makes the folder, takes its lock, and removes what an interrupted creation left behind.
  public mutating func beginWriting() throws(JournalFailure) {
    if lock != nil { return }
    do throws(FileError) {
      try FileSystem.makeDirectory(path)
      lock = try DirectoryLock(path)
      for name in try FileSystem.names(in: path) where Self.isUnfinished(name) {
        try FileSystem.remove(path + "/" + name)
      }
    } catch {
      throw .file(error)
    }
  }

  /// Makes a segment's file, or takes the oldest one's, and gives its memory.
  @unsafe public mutating func create(
    _ request: SegmentRequest
  ) throws(JournalFailure) -> UnsafeMutableRawPointer {
    let unfinished = path + "/" + Self.name(of: request.segment) + ".new"
    do throws(FileError) {
      let segment = try prepare(request, unfinished)
      for (index, word) in request.words.enumerated() {
        unsafe segment.region.base.storeBytes(
          of: word.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
      }
      if request.isDurable { try segment.region.synchronize(upTo: 8 * request.words.count) }
      try FileSystem.rename(unfinished, to: file(request.segment))
      if request.isDurable { try FileSystem.synchronizeDirectory(path) }
      open[request.segment] = segment
      return unsafe segment.region.base
    } catch {
      if error.reason == .diskFull {
        throw .diskFull(segment: request.segment, wantedBytes: request.capacity)
      }
      throw .file(error)
    }
  }

  /// The file for `request` under its unfinished name, with room on the device, mapped.
  private mutating func prepare(
    _ request: SegmentRequest, _ unfinished: String
  ) throws(FileError) -> OpenSegment {
    if let reused = request.reused {
      let kept = open.removeValue(forKey: reused)
      if let kept, kept.region.count == request.capacity {
        try FileSystem.rename(file(reused), to: unfinished)
        // Or the device might hold the new header under the old name.
        if request.isDurable { try FileSystem.synchronizeDirectory(path) }
        return kept
      }
      let segment = try make(request, unfinished)
      if FileSystem.exists(file(reused)) { try FileSystem.remove(file(reused)) }
      return segment
    }
    return try make(request, unfinished)
  }

  /// A new file under its unfinished name, with room on the device, mapped.
  private func make(
    _ request: SegmentRequest, _ unfinished: String
  ) throws(FileError) -> OpenSegment {
    let file = try File(unfinished, .replace)
    do throws(FileError) {
      try file.preallocate(request.capacity)
      return try OpenSegment(file, capacity: request.capacity)
    } catch {
      try FileSystem.remove(unfinished)
      throw error
    }
  }

  /// Returns when the first `end` bytes are on the device.
  public mutating func synchronize(_ segment: UInt32, upTo end: Int) throws(FileError) {
    guard let segment = open[segment] else { return }
    try segment.region.synchronize(upTo: end)
  }

  /// Ends the writing of a segment; one without a length stays mapped, to be used again.
  public mutating func finish(
    _ segment: UInt32, length: Int?, durably: Bool
  ) throws(FileError) {
    guard let ended = open[segment] else { return }
    if durably { try ended.region.synchronize(upTo: length ?? ended.region.count) }
    guard let length else { return }
    open[segment] = nil
    try ended.file.truncate(to: length)
    if durably { try ended.file.synchronize() }
  }

  /// Sets a word of a segment's file, then cuts the file.
  public mutating func amend(
    _ segment: UInt32, _ amendment: SegmentAmendment
  ) throws(FileError) {
    let file = try File(file(segment), .update)
    let word = amendment.word
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    try file.write(bytes, at: amendment.offset)
    try file.synchronize()
    guard let length = amendment.length else { return }
    try file.truncate(to: length)
    try file.synchronize()
  }

  /// Removes a segment's file.
  public mutating func remove(_ segment: UInt32) throws(FileError) {
    try FileSystem.remove(file(segment))
    try FileSystem.synchronizeDirectory(path)
  }

  /// Maps a segment's file, to be read.
  public func image(of segment: UInt32) throws(JournalFailure) -> SegmentImage {
    do throws(FileError) {
      let file = try File(file(segment), .read)
      let size = try file.size()
      guard size > 0 else { return SegmentImage([]) }
      return SegmentImage(try MappedRegion(reading: file, count: size))
    } catch {
      throw .file(error)
    }
  }

  private func file(_ segment: UInt32) -> String { path + "/" + Self.name(of: segment) }

  private static func name(of segment: UInt32) -> String {
    let digits = String(segment)
    return "segment-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".omj"
  }

  private static func isUnfinished(_ name: String) -> Bool {
    name.hasPrefix("segment-") && name.hasSuffix(".omj.new")
  }

  private static func wrapping<Value>(
    _ body: () throws(FileError) -> Value
  ) throws(JournalFailure) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }
}
