public import OmniCrypto
import OmniEncoding
import OmniPlatform
public import OmniTransparencyLog
public import OmniWriteAheadLog

/// The files beside a ledger that hold its tree.
///
/// All but the last two can be made again from the ledger. `tree-0`, `tree-1` and so on have the hashes of each
/// level of tiles, one after the other; `frames` has after each frame of the ledger the number of
/// entries; `keys` the entries that declare keys; `checkpoint` the last one signed, and `cosigned` the
/// last one that witnesses have signed too.
final class ProofFiles<Disk: LogDisk & ~Copyable> {
  private var disk: Disk
  private var names: Set<String>

  init(_ disk: consuming Disk) throws(ProofFailure) {
    do throws(FileError) {
      names = Set(try disk.names().filter { Self.isOwn($0) })
    } catch {
      throw .file(error)
    }
    self.disk = disk
  }

  /// Whether a file is one of these; keys lie beside them, and belong to somebody else.
  private static func isOwn(_ name: String) -> Bool {
    let bare = name.hasSuffix(".new") ? name.dropLast(4) : name[...]
    return bare.hasPrefix("tree-") || ["frames", "keys", "checkpoint", "cosigned"].contains(bare)
  }

  static func tree(_ level: Int) -> String { "tree-\(level)" }

  func has(_ name: String) -> Bool { names.contains(name) }

  /// How many bytes a file has; none when it is not there.
  func size(_ name: String) throws(ProofFailure) -> Int {
    guard has(name) else { return 0 }
    do throws(FileError) { return try disk.size(of: name) } catch { throw .file(error) }
  }

  func bytes(_ name: String, at offset: Int, count: Int) throws(ProofFailure) -> [UInt8] {
    guard has(name) else { return [] }
    do throws(FileError) {
      return try disk.bytes(of: name, at: offset, count: count)
    } catch {
      throw .file(error)
    }
  }

  func write(_ bytes: [UInt8], to name: String, at offset: Int) throws(ProofFailure) {
    do throws(FileError) {
      if names.insert(name).inserted { try disk.create(name, size: 0) }
      try disk.write(bytes, to: name, at: offset)
    } catch {
      throw .file(error)
    }
  }

  /// Puts a whole file in the place of what was there.
  func replace(_ name: String, with bytes: [UInt8]) throws(ProofFailure) {
    let beside = name + ".new"
    do throws(FileError) {
      if names.contains(beside) { try disk.remove(beside) }
      try disk.create(beside, size: 0)
      names.insert(beside)
      try disk.write(bytes, to: beside, at: 0)
      try disk.synchronize(beside)
      try disk.rename(beside, to: name)
      names.remove(beside)
      names.insert(name)
    } catch {
      throw .file(error)
    }
  }

  /// Removes what a tree is made of, and leaves the checkpoints.
  func removeTree() throws(ProofFailure) {
    do throws(FileError) {
      for name in names where name.hasPrefix("tree-") || ["frames", "keys"].contains(name) {
        try disk.remove(name)
        names.remove(name)
      }
    } catch {
      throw .file(error)
    }
  }

  /// Returns when everything is on the device.
  func synchronize() throws(ProofFailure) {
    do throws(FileError) {
      for name in names.sorted() { try disk.synchronize(name) }
      try disk.synchronizeNames()
    } catch {
      throw .file(error)
    }
  }
}

/// The tiles that lie in files.
public struct FileTiles<Disk: LogDisk & ~Copyable>: TileSource {
  let files: ProofFiles<Disk>

  /// The first `width` hashes of tile `index` of level `level`.
  public func tile(
    level: Int, index: UInt64, width: Int
  ) throws(ProofFailure) -> [MerkleHash] {
    let name = ProofFiles<Disk>.tree(level)
    let offset = Int(index) * MerkleTree.tileWidth * 32
    let bytes = try files.bytes(name, at: offset, count: 32 * width)
    guard bytes.count == 32 * width, let hashes = MerkleHash.hashes(of: bytes) else {
      throw .damaged(what: "\(name) ends before tile \(index)")
    }
    return hashes
  }
}
