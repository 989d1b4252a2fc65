public import OmniPlatform

/// The files of one folder, with what a disk promises and no more.
///
/// A write is seen by every later read, and is on the device after ``synchronize(_:)``. A name is on
/// the device after ``synchronizeNames()``. What was not synchronised may be lost, whole or in part
/// and in any order, when the power goes.
public protocol LogDisk: ~Copyable {
  /// The names of all files.
  func names() throws(FileError) -> [String]
  /// How many bytes a file has.
  func size(of name: String) throws(FileError) -> Int
  /// Reads from `offset` on; fewer bytes than wanted only at the end.
  func read(
    _ name: String, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int
  /// Makes a file of `size` zeros, which must not be there.
  mutating func create(_ name: String, size: Int) throws(FileError)
  /// Writes all of `bytes` from `offset` on.
  mutating func write(
    _ bytes: UnsafeRawBufferPointer, to name: String, at offset: Int
  ) throws(FileError)
  /// Returns when the content of a file is on the device.
  mutating func synchronize(_ name: String) throws(FileError)
  /// Returns when all names are on the device.
  mutating func synchronizeNames() throws(FileError)
  /// Gives a file another name, in place of what is there.
  mutating func rename(_ name: String, to newName: String) throws(FileError)
  /// Removes a file.
  mutating func remove(_ name: String) throws(FileError)
}

extension LogDisk where Self: ~Copyable {
  /// Reads `count` bytes from `offset` on, or fewer if the file ends.
  public func bytes(of name: String, at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FileError) {
        initialized = try unsafe read(name, at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all of `bytes` from `offset` on.
  public mutating func write(_ bytes: [UInt8], to name: String, at offset: Int) throws(FileError) {
    var failure: FileError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileError) {
        try unsafe write(buffer, to: name, at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
