import OmniNumerics
public import OmniPlatform

/// A disk in memory that does to a log what real disks do.
///
/// It keeps what a reader sees and what the device holds. What was not synchronised when the power
/// goes arrives sector by sector, or not, or torn within a sector, in any order; names the same. It
/// can be told to die at an operation, to lose or misdirect a write, to run full, to fail a
/// synchronisation, and to turn bits. One thread; everything from one seed.
public final class SimulatedDisk {
  /// A file as it is seen, and as the device holds it.
  private final class Content {
    var seen: [UInt8]
    var durable: [UInt8]
    /// Sectors that were written and not synchronised.
    var dirty: Set<Int> = []

    init(seen: [UInt8], durable: [UInt8]) {
      self.seen = seen
      self.durable = durable
    }
  }

  private static let sector = 512

  private var names: [String: Content] = [:]
  private var durableNames: [String: Content] = [:]
  private var chance: SplitMix64

  /// How many operations have begun.
  public private(set) var operationCount = 0
  /// How many writes have begun.
  public private(set) var writeCount = 0
  /// How many synchronisations of content have begun.
  public private(set) var synchronizeCount = 0
  /// At which operation the power goes; it is done in part.
  public var powerFailsAt: Int?
  /// Which write is answered and not done.
  public var losesWrite: Int?
  /// Which write goes to another sector of its file.
  public var misdirectsWrite: Int?
  /// Which synchronisation fails; what it was for may or may not be on the device.
  public var failsSynchronize: Int?
  /// How many bytes all files together may have.
  public var capacityBytes = Int.max
  /// Whether the power is gone.
  public private(set) var isDead = false

  /// Creates an empty disk whose chances come from `seed`.
  public init(seed: UInt64) { chance = SplitMix64(seed: seed) }

  private func below(_ bound: Int) -> Int { Int(chance.next() % UInt64(max(1, bound))) }

  // MARK: What may be found afterwards

  /// The disk as it is found when only the process ended.
  public func afterKill(seed: UInt64) -> SimulatedDisk {
    let disk = SimulatedDisk(seed: seed)
    disk.names = copy(names) { Content(seen: $0.seen, durable: $0.durable) }
    for (name, content) in disk.names { content.dirty = names[name]?.dirty ?? [] }
    // What is seen reaches the device sooner or later: the system lives on.
    disk.durableNames = disk.names
    for content in disk.names.values {
      content.durable = content.seen
      content.dirty = []
    }
    return disk
  }

  /// The disk as it may be found after the power was lost.
  public func afterPowerLoss(seed: UInt64) -> SimulatedDisk {
    let disk = SimulatedDisk(seed: seed)
    for name in Set(names.keys).union(durableNames.keys).sorted() {
      // A name that was not synchronised may stand for the old content, the new one, or nothing.
      let isNew = names[name] !== durableNames[name] && disk.below(2) == 0
      guard let content = isNew ? names[name] : durableNames[name] else { continue }
      let found = survivors(content, disk)
      disk.names[name] = Content(seen: found, durable: found)
    }
    disk.durableNames = disk.names
    return disk
  }

  private func copy(
    _ names: [String: Content], _ make: (Content) -> Content
  ) -> [String: Content] { names.mapValues(make) }

  private func survivors(_ content: Content, _ disk: SimulatedDisk) -> [UInt8] {
    var found = content.durable
    if found.count < content.seen.count, disk.below(2) == 0 {
      found += Array(repeating: 0, count: content.seen.count - found.count)
    }
    for sector in content.dirty.sorted() {
      let fate = disk.below(4)
      if fate == 0 { continue }
      let start = sector * Self.sector
      for place in start..<max(start, min(start + Self.sector, content.seen.count, found.count)) {
        // Some words of a torn sector are new and some old.
        if fate > 1 || (chanceOfWord(place / 8, sector) & 1 == 0) {
          found[place] = content.seen[place]
        }
      }
    }
    return found
  }

  private func chanceOfWord(_ word: Int, _ sector: Int) -> UInt64 {
    var source = SplitMix64(seed: UInt64(word) &* 31 &+ UInt64(sector))
    return source.next()
  }

  // MARK: Damage at rest

  /// The names of all files, in order.
  public var fileNames: [String] { names.keys.sorted() }

  /// The content of a file as a reader sees it.
  public func content(of name: String) -> [UInt8]? { names[name]?.seen }

  /// Turns bits of one byte of a file, as seen and as held.
  public func flip(_ bits: UInt8, of name: String, at offset: Int) {
    guard let content = names[name], offset < content.seen.count else { return }
    content.seen[offset] ^= bits
    content.durable = content.seen
  }

  /// Puts `content` in the place of a file.
  public func set(_ name: String, to content: [UInt8]) {
    let file = Content(seen: content, durable: content)
    names[name] = file
    durableNames[name] = file
  }

  // MARK: Operations

  private func failure(
    _ reason: FileError.Reason, _ operation: String, _ name: String
  ) -> FileError {
    FileError(reason, operation: operation, path: name, systemText: "simulated")
  }

  /// Counts an operation; says whether it is the one in which the power goes.
  private func begin(_ operation: String, _ name: String) throws(FileError) -> Bool {
    if isDead { throw failure(.failed, operation, name) }
    operationCount += 1
    guard operationCount == powerFailsAt else { return false }
    isDead = true
    return true
  }

  private func file(_ name: String, _ operation: String) throws(FileError) -> Content {
    guard let content = names[name] else { throw failure(.missing, operation, name) }
    return content
  }

  fileprivate func size(_ name: String) throws(FileError) -> Int {
    if isDead { throw failure(.failed, "measure", name) }
    return try file(name, "measure").seen.count
  }

  fileprivate func read(
    _ name: String, _ offset: Int, _ bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    if isDead { throw failure(.failed, "read", name) }
    let seen = try file(name, "read").seen
    let count = max(0, min(bytes.count, seen.count - offset))
    if count > 0 {
      unsafe seen.withUnsafeBytes {
        unsafe bytes.copyMemory(from: .init(rebasing: $0[offset..<offset + count]))
      }
    }
    return count
  }

  fileprivate func create(_ name: String, _ size: Int) throws(FileError) {
    let dies = try begin("create", name)
    if names[name] != nil { throw failure(.exists, "create", name) }
    let used = names.values.reduce(0) { $0 + $1.seen.count }
    guard used + size <= capacityBytes else { throw failure(.diskFull, "create", name) }
    let length = dies ? below(size + 1) : size
    let content = Content(seen: Array(repeating: 0, count: length), durable: [])
    content.dirty = Set(0..<(length + Self.sector - 1) / Self.sector)
    names[name] = content
    if dies { throw failure(.failed, "create", name) }
  }

  fileprivate func write(
    _ bytes: UnsafeRawBufferPointer, _ name: String, _ offset: Int
  ) throws(FileError) {
    let dies = try begin("write", name)
    writeCount += 1
    if writeCount == losesWrite { return }
    let content = try file(name, "write")
    var offset = offset
    if writeCount == misdirectsWrite {
      let places = max(1, (content.seen.count - bytes.count) / Self.sector)
      offset = below(places) * Self.sector
    }
    let count = dies ? below(bytes.count + 1) : bytes.count
    if offset + count > content.seen.count {
      let used = names.values.reduce(0) { $0 + $1.seen.count }
      guard used + offset + count - content.seen.count <= capacityBytes else {
        throw failure(.diskFull, "write", name)
      }
      content.seen += Array(repeating: 0, count: offset + count - content.seen.count)
    }
    if count > 0 {
      unsafe content.seen.withUnsafeMutableBytes { seen in
        unsafe UnsafeMutableRawBufferPointer(rebasing: seen[offset..<offset + count])
          .copyMemory(from: .init(rebasing: bytes[..<count]))
      }
      content.dirty.formUnion(offset / Self.sector...(offset + count - 1) / Self.sector)
    }
    if dies { throw failure(.failed, "write", name) }
  }

  fileprivate func synchronize(_ name: String) throws(FileError) {
    let dies = try begin("synchronize", name)
    synchronizeCount += 1
    let content = try file(name, "synchronize")
    if dies || synchronizeCount == failsSynchronize {
      content.durable = survivors(content, self)
      // As Linux does: what could not be written counts as clean all the same.
      if !dies { content.dirty = [] }
      throw failure(.failed, "synchronize", name)
    }
    // Only what counts as written since the last time is carried over, as a system does.
    let missing = content.seen.count - content.durable.count
    if missing > 0 { content.durable += Array(repeating: 0, count: missing) }
    for sector in content.dirty {
      let places = sector * Self.sector..<min((sector + 1) * Self.sector, content.seen.count)
      content.durable.replaceSubrange(places, with: content.seen[places])
    }
    content.dirty = []
  }

  fileprivate func synchronizeNames() throws(FileError) {
    let dies = try begin("synchronize", "names")
    if dies { throw failure(.failed, "synchronize", "names") }
    durableNames = names
  }

  fileprivate func rename(_ name: String, _ newName: String) throws(FileError) {
    let dies = try begin("rename", name)
    if dies && below(2) == 0 { throw failure(.failed, "rename", name) }
    names[newName] = try file(name, "rename")
    names[name] = nil
    if dies { throw failure(.failed, "rename", name) }
  }

  fileprivate func remove(_ name: String) throws(FileError) {
    let dies = try begin("remove", name)
    if dies && below(2) == 0 { throw failure(.failed, "remove", name) }
    _ = try file(name, "remove")
    names[name] = nil
    if dies { throw failure(.failed, "remove", name) }
  }
}

/// The right to use a simulated disk, as a log wants it.
public struct SimulatedDiskHandle: LogDisk, ~Copyable {
  /// The disk.
  public let disk: SimulatedDisk

  /// Creates a handle of `disk`.
  public init(_ disk: SimulatedDisk) { self.disk = disk }

  /// The names of all files.
  public func names() throws(FileError) -> [String] { disk.fileNames }
  /// How many bytes a file has.
  public func size(of name: String) throws(FileError) -> Int { try disk.size(name) }
  /// Reads from `offset` on.
  public func read(
    _ name: String, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int { try unsafe disk.read(name, offset, bytes) }
  /// Makes a file of zeros.
  public mutating func create(_ name: String, size: Int) throws(FileError) {
    try disk.create(name, size)
  }
  /// Writes from `offset` on.
  public mutating func write(
    _ bytes: UnsafeRawBufferPointer, to name: String, at offset: Int
  ) throws(FileError) { try unsafe disk.write(bytes, name, offset) }
  /// Returns when the content is on the simulated device.
  public mutating func synchronize(_ name: String) throws(FileError) {
    try disk.synchronize(name)
  }
  /// Returns when all names are on the simulated device.
  public mutating func synchronizeNames() throws(FileError) { try disk.synchronizeNames() }
  /// Gives a file another name.
  public mutating func rename(_ name: String, to newName: String) throws(FileError) {
    try disk.rename(name, newName)
  }
  /// Removes a file.
  public mutating func remove(_ name: String) throws(FileError) { try disk.remove(name) }
}
