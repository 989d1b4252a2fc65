import OmniPlatform
import Synchronization

/// Keeps each snapshot as a file, in a folder for each stream.
///
///     <path>/orders%2E7/v00000000000000000042-s00000003-r0123456789abcdef.snp
///
/// The name of a stream is written with letters, digits, `-` and `_`, and a percent sign and two
/// digits for any other byte; one that is longer than a folder's name may be goes on in a folder
/// below, so that no two streams share one. A record is written beside its place, synchronised,
/// renamed, and the folder is synchronised; what an interrupted writing left (`….snp.tmp`) is never
/// listed, and removed by the next writer of the stream. Files of other names are left alone.
///
/// Threads of one process wait for each other. A process that finds another one writing to the same
/// stream does not wait: it is refused with `busy`, as a snapshot that is not taken costs little.
/// A `put` that fails after the rename, in the last synchronisation, leaves its record whole.
public final class FileSnapshotStore: SnapshotStore, Sendable {
  /// The folder of all streams.
  public let path: String
  private let writing = Mutex<Void>(())

  /// Creates a store in the folder at `path`, which is made when something is written.
  public init(_ path: String) { self.path = path }

  /// The keys of all snapshots of `stream`, ascending.
  ///
  /// - Complexity: O(n log n) in the files of the stream; reads no file.
  public func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey] {
    let folder = folder(of: stream)
    do throws(FileError) {
      let keys = try FileSystem.names(in: folder).compactMap { SnapshotFileName.key($0, stream) }
      return keys.sorted()
    } catch {
      if error.reason == .missing { return [] }
      throw .file(error)
    }
  }

  /// The bytes that are kept under `key`, or nil if there are none.
  public func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]? {
    do throws(FileError) {
      let file = try File(place(of: key), .read)
      // A file larger than any record is given cut off: whoever checks it refuses it the same.
      return try file.bytes(
        at: 0, count: min(try file.size(), SnapshotRecord.encodedBytesMax + 1))
    } catch {
      if error.reason == .missing { return nil }
      throw .file(error)
    }
  }

  /// Keeps `record` under `key` unless something is kept there already.
  ///
  /// Returns when the record is on the device.
  public func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool {
    guard record.count <= SnapshotRecord.encodedBytesMax else {
      throw .recordTooLong(bytes: record.count, limitBytes: SnapshotRecord.encodedBytesMax)
    }
    let place = place(of: key)
    return try writing(key.stream) { () throws(FileError) in
      if FileSystem.exists(place) { return false }
      try FileSystem.replaceFile(place, with: record)
      return true
    }
  }

  /// Removes what is kept under `key`.
  public func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    let place = place(of: key)
    guard FileSystem.exists(place) else { return false }
    return try writing(key.stream) { () throws(FileError) in
      guard FileSystem.exists(place) else { return false }
      try FileSystem.remove(place)
      try FileSystem.synchronizeDirectory(FileSystem.folder(of: place))
      return true
    }
  }

  /// Calls `body` as the only writer of `stream`, in a folder that is made and rid of leftovers.
  private func writing(
    _ stream: StreamName, _ body: () throws(FileError) -> Bool
  ) throws(SnapshotStoreFailure) -> Bool {
    do throws(FileError) {
      return try writing.withLock { _ throws(FileError) in
        let folder = try makeFolder(of: stream)
        let lock = try DirectoryLock(folder)
        for name in try FileSystem.names(in: folder) where SnapshotFileName.isLeftover(name) {
          try FileSystem.remove(folder + "/" + name)
        }
        let result = try body()
        _ = consume lock
        return result
      }
    } catch {
      throw error.reason == .locked ? .busy(stream: stream) : .file(error)
    }
  }

  /// Makes the folder of `stream`, so that its name is on the device too, and gives its path.
  private func makeFolder(of stream: StreamName) throws(FileError) -> String {
    let whole = folder(of: stream)
    if FileSystem.isDirectory(whole) { return whole }
    try FileSystem.makeDirectory(whole)
    var made = whole
    repeat {
      made = FileSystem.folder(of: made)
      try FileSystem.synchronizeDirectory(made)
    } while made.utf8.count > path.utf8.count
    try FileSystem.synchronizeDirectory(FileSystem.folder(of: path))
    return whole
  }

  private func folder(of stream: StreamName) -> String {
    path + "/" + SnapshotFileName.folder(of: stream)
  }

  private func place(of key: SnapshotKey) -> String {
    folder(of: key.stream) + "/" + SnapshotFileName.name(of: key)
  }
}
