public import OmniPlatform

/// The files of a real folder.
public struct DirectoryDisk: LogDisk, ~Copyable {
  /// Where the folder is.
  public let path: String
  /// Held by whoever writes, for as long as it lives.
  private let lock: DirectoryLock?
  private let isWritable: Bool
  /// The file that was used last stays open: nearly all calls are about one.
  private let current = OpenFile()

  /// One open file and its name, shared by reading and writing calls.
  private final class OpenFile {
    var name = ""
    var file: OpenedFile?
  }

  /// A box for a value that cannot be copied.
  private final class OpenedFile {
    let file: File

    init(_ file: consuming File) { self.file = file }
  }

  /// Opens the folder at `path` to write, alone; `locked` when somebody else does.
  public init(writing path: String) throws(FileError) {
    self.path = path
    lock = try DirectoryLock(path)
    isWritable = true
  }

  /// Opens the folder at `path` to read only.
  public init(reading path: String) {
    self.path = path
    lock = nil
    isWritable = false
  }

  private func place(_ name: String) -> String { path + "/" + name }

  private func opened(_ name: String) throws(FileError) -> OpenedFile {
    if current.name == name, let file = current.file { return file }
    let file = OpenedFile(try File(place(name), isWritable ? .update : .read))
    current.name = name
    current.file = file
    return file
  }

  private func forget(_ name: String) {
    if current.name == name { current.file = nil }
  }

  /// The names of all files; folders are none.
  public func names() throws(FileError) -> [String] {
    try FileSystem.names(in: path).filter { !FileSystem.isDirectory(place($0)) }.sorted()
  }

  /// How many bytes a file has.
  public func size(of name: String) throws(FileError) -> Int { try opened(name).file.size() }

  /// Reads from `offset` on; fewer bytes than wanted only at the end.
  public func read(
    _ name: String, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    try unsafe opened(name).file.read(into: bytes, at: offset)
  }

  /// Makes a file of `size` zeros, by writing them, so that later writes find their room taken.
  public mutating func create(_ name: String, size: Int) throws(FileError) {
    let file = OpenedFile(try File(place(name), .create))
    do throws(FileError) {
      let block = [UInt8](repeating: 0, count: min(size, 1 << 20))
      var offset = 0
      while offset < size {
        let count = min(block.count, size - offset)
        try file.file.write(count == block.count ? block : Array(block[..<count]), at: offset)
        offset += count
      }
    } catch {
      try? FileSystem.remove(place(name))
      throw error
    }
    current.name = name
    current.file = file
  }

  /// Writes all of `bytes` from `offset` on.
  public mutating func write(
    _ bytes: UnsafeRawBufferPointer, to name: String, at offset: Int
  ) throws(FileError) {
    try unsafe opened(name).file.write(bytes, at: offset)
  }

  /// Returns when the content of a file is on the device.
  public mutating func synchronize(_ name: String) throws(FileError) {
    try opened(name).file.synchronize()
  }

  /// Returns when all names are on the device.
  public mutating func synchronizeNames() throws(FileError) {
    try FileSystem.synchronizeDirectory(path)
  }

  /// Gives a file another name, in place of what is there.
  public mutating func rename(_ name: String, to newName: String) throws(FileError) {
    forget(name)
    forget(newName)
    try FileSystem.rename(place(name), to: place(newName))
  }

  /// Removes a file.
  public mutating func remove(_ name: String) throws(FileError) {
    forget(name)
    try FileSystem.remove(place(name))
  }
}
