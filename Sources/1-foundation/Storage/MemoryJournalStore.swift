public import OmniPlatform

/// Keeps a journal's segments on a simulated disk.
public struct MemoryJournalStore: JournalStore, ~Copyable {
  /// The disk.
  public let disk: MemoryJournalDisk

  /// Creates a store on `disk`.
  public init(_ disk: MemoryJournalDisk) { self.disk = disk }

  /// The numbers of all segments, ascending.
  public func segments() throws(JournalFailure) -> [UInt32] { disk.segments }

  /// Does nothing: there is one writer, and no creation is interrupted.
  public mutating func beginWriting() throws(JournalFailure) {}

  /// Makes a segment on the disk.
  @unsafe public mutating func create(
    _ request: SegmentRequest
  ) throws(JournalFailure) -> UnsafeMutableRawPointer {
    disk.tick()
    defer { disk.tick() }
    let reused = request.reused.flatMap { disk.files[$0] }
    let used = disk.files.values.reduce(0) { $0 + $1.length }
    guard disk.capacityBytes - used + (reused?.length ?? 0) >= request.capacity else {
      throw .diskFull(segment: request.segment, wantedBytes: request.capacity)
    }
    if request.isDurable {
      do throws(FileError) { try count(request.segment) } catch { throw .file(error) }
    }
    if let old = request.reused { disk.files[old] = nil }
    disk.tick()
    let isSameSize = reused?.length == request.capacity
    let blank = [UInt8](repeating: 0, count: request.capacity)
    var content = isSameSize ? reused?.content ?? blank : blank
    var durable = isSameSize ? reused?.durable ?? blank : blank
    for (index, word) in request.words.enumerated() {
      for shift in 0..<8 {
        let byte = UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))
        content[8 * index + shift] = byte
        if request.isDurable { durable[8 * index + shift] = byte }
      }
    }
    let file = MemoryJournalDisk.Storage(
      content: content, durable: durable, isNameDurable: request.isDurable)
    disk.files[request.segment] = file
    return unsafe file.base
  }

  /// Makes the first `end` bytes survive a loss of power.
  public mutating func synchronize(_ segment: UInt32, upTo end: Int) throws(FileError) {
    guard let file = disk.files[segment] else { return }
    disk.tick()
    defer { disk.tick() }
    try count(segment)
    file.keep(upTo: end)
  }

  /// Ends the writing of a segment, cutting it off at `length` if there is one.
  public mutating func finish(
    _ segment: UInt32, length: Int?, durably: Bool
  ) throws(FileError) {
    guard let file = disk.files[segment] else { return }
    disk.tick()
    defer { disk.tick() }
    if durably {
      try count(segment)
      file.keep(upTo: length ?? file.length)
    }
    guard let length else { return }
    disk.tick()
    file.length = length
    guard durably else { return }
    disk.tick()
    file.durable.removeLast(file.durable.count - length)
  }

  /// Sets a word of a segment, then cuts it.
  public mutating func amend(
    _ segment: UInt32, _ amendment: SegmentAmendment
  ) throws(FileError) {
    guard var content = disk.content(of: segment) else {
      throw disk.failure(.missing, "amend", segment)
    }
    try count(segment)
    for shift in 0..<8 {
      content[amendment.offset + shift] = UInt8(
        truncatingIfNeeded: amendment.word >> (8 * UInt64(shift)))
    }
    disk.set(segment, to: Array(content.prefix(amendment.length ?? content.count)))
  }

  /// Takes a segment away.
  public mutating func remove(_ segment: UInt32) throws(FileError) { disk.remove(segment) }

  /// A copy of a segment.
  public func image(of segment: UInt32) throws(JournalFailure) -> SegmentImage {
    guard let content = disk.content(of: segment) else {
      throw .file(disk.failure(.missing, "read", segment))
    }
    return SegmentImage(content)
  }

  /// Counts a synchronisation, or fails as the disk was told to.
  private func count(_ segment: UInt32) throws(FileError) {
    if let left = disk.synchronizationsUntilFailure {
      guard left > 0 else { throw disk.failure(.failed, "synchronize", segment) }
      disk.synchronizationsUntilFailure = left - 1
    }
    disk.synchronizationCount += 1
  }
}

extension MemoryJournalDisk.Storage {
  /// The first byte of what is seen.
  @unsafe var base: UnsafeMutableRawPointer {
    guard let base = unsafe memory.baseAddress else {
      preconditionFailure("memory of at least eight bytes")
    }
    return unsafe base
  }

  /// Makes the first `end` bytes survive a loss of power.
  func keep(upTo end: Int) {
    if durable.count < length {
      durable += Array(repeating: 0, count: length - durable.count)
    }
    unsafe durable.replaceSubrange(..<end, with: UnsafeRawBufferPointer(memory)[..<end])
  }
}
