import OmniPlatform

/// A disk in memory that does to a journal what real disks do when the power goes.
///
/// It keeps for each file what a reader sees now and what the device holds. ``afterPowerLoss(seed:)``
/// gives the disk as it might be found afterwards: what was synchronised is there; of what was not,
/// each sector of 512 bytes may have arrived, or not, or only some of its words, in any order.
/// ``afterKill()`` gives the disk as the operating system keeps it when only the process ends.
///
/// For tests and simulations; one thread at a time.
@safe public final class MemoryJournalDisk {
  /// A file as it is seen, and as the device holds it.
  @safe final class Storage {
    let memory: UnsafeMutableRawBufferPointer
    var length: Int
    var durable: [UInt8]
    var isNameDurable: Bool

    init(content: [UInt8], durable: [UInt8], isNameDurable: Bool) {
      unsafe memory = .allocate(byteCount: max(8, content.count), alignment: 8)
      unsafe memory.copyBytes(from: content)
      length = content.count
      self.durable = durable
      self.isNameDurable = isNameDurable
    }

    deinit { unsafe memory.deallocate() }

    var content: [UInt8] { unsafe Array(memory[..<length]) }
  }

  var files: [UInt32: Storage] = [:]

  /// How many bytes all files together may have.
  public var capacityBytes = Int.max
  /// How many further synchronisations succeed before one fails.
  public var synchronizationsUntilFailure: Int?
  /// How many synchronisations have succeeded.
  public internal(set) var synchronizationCount = 0

  /// How many further operations of a store begin or end before ``imageAtPowerLoss`` is taken.
  public var operationsUntilPowerLoss: Int?
  /// What decides what survives that loss.
  public var powerLossSeed: UInt64 = 0
  /// The disk as it may be found if the power had been lost within an operation; the operation
  /// itself went on as if nothing had happened.
  public private(set) var imageAtPowerLoss: MemoryJournalDisk?

  /// Creates an empty disk.
  public init() {}

  /// The numbers of the segments that are there, ascending.
  public var segments: [UInt32] { files.keys.sorted() }

  /// The content of a segment as a reader sees it.
  public func content(of segment: UInt32) -> [UInt8]? { files[segment]?.content }

  /// Puts a segment with `content` in the place of what is there, as if it had always been.
  public func set(_ segment: UInt32, to content: [UInt8]) {
    files[segment] = Storage(content: content, durable: content, isNameDurable: true)
  }

  /// Takes a segment away.
  public func remove(_ segment: UInt32) { files[segment] = nil }

  /// Turns bits of one byte of a segment.
  public func flip(_ bits: UInt8, at offset: Int, of segment: UInt32) {
    guard var content = content(of: segment), offset < content.count else { return }
    content[offset] ^= bits
    set(segment, to: content)
  }

  /// Cuts a segment off.
  public func truncate(_ segment: UInt32, to length: Int) {
    guard let content = content(of: segment) else { return }
    set(segment, to: Array(content.prefix(length)))
  }

  /// The disk as it is found after the process ended, however it ended.
  ///
  /// What the device does not hold yet is still to be seen, and still lost with the power.
  public func afterKill() -> MemoryJournalDisk {
    let disk = MemoryJournalDisk()
    for (segment, file) in files {
      disk.files[segment] = Storage(
        content: file.content, durable: file.durable, isNameDurable: file.isNameDurable)
    }
    return disk
  }

  /// The disk as it may be found after the power was lost; the same for the same seed.
  public func afterPowerLoss(seed: UInt64) -> MemoryJournalDisk {
    let disk = MemoryJournalDisk()
    var chance = Chance(state: seed)
    for segment in segments {
      guard let file = files[segment] else { continue }
      // A name that was never synchronised may be lost with all that it stood for.
      if !file.isNameDurable && chance.next() & 1 == 0 { continue }
      disk.set(segment, to: file.survivors(&chance))
    }
    return disk
  }

  /// Takes the image of a loss of power, if now is the time.
  func tick() {
    guard let left = operationsUntilPowerLoss else { return }
    if left == 0 { imageAtPowerLoss = afterPowerLoss(seed: powerLossSeed) }
    operationsUntilPowerLoss = left == 0 ? nil : left - 1
  }

  func failure(_ reason: FileError.Reason, _ operation: String, _ segment: UInt32) -> FileError {
    FileError(reason, operation: operation, path: "simulated segment \(segment)")
  }

  /// SplitMix64: small, and the same on every machine.
  struct Chance {
    var state: UInt64

    mutating func next() -> UInt64 {
      // Overflow is how this generator works.
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}

extension MemoryJournalDisk.Storage {
  /// What the device may hold after the power was lost.
  func survivors(_ chance: inout MemoryJournalDisk.Chance) -> [UInt8] {
    let seen = content
    let length = seen.count == durable.count || chance.next() & 1 == 0 ? durable.count : seen.count
    var found = durable
    if found.count < length { found += Array(repeating: 0, count: length - found.count) }
    found.removeLast(found.count - length)
    for sector in stride(from: 0, to: min(length, seen.count), by: 512) {
      let end = min(sector + 512, length, seen.count)
      if seen[sector..<end] == found[sector..<end] { continue }
      let fate = chance.next() % 4
      if fate == 0 { continue }
      for word in stride(from: sector, to: end, by: 8) where fate == 1 || chance.next() & 1 == 0 {
        for index in word..<min(word + 8, end) { found[index] = seen[index] }
      }
    }
    return found
  }
}
