import Glibc

/// An open file; it is closed when its owner goes away.
@safe public struct File: ~Copyable, Sendable {
  /// How to open a file.
  public enum Mode: Sendable {
    /// It must exist, and is only read.
    case read
    /// It must exist, and is read and written.
    case update
    /// It must not exist; it is read and written.
    case create
    /// It must not exist, and only its owner may read it; it is read and written.
    case createSecret
    /// It may exist, and is emptied if it does; it is read and written.
    case replace
  }

  /// Where it was when it was opened.
  public let path: String
  private(set) var descriptor: Int32

  /// Opens the file at `path`.
  public init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .update: O_RDWR
      case .create, .createSecret: O_RDWR | O_CREAT | O_EXCL
      case .replace: O_RDWR | O_CREAT | O_TRUNC
      }
    let permissions: mode_t = mode == .createSecret ? 0o600 : 0o644
    let descriptor = Self.retrying { unsafe Glibc.open(path, flags | O_CLOEXEC, permissions) }
    guard descriptor >= 0 else { throw FileError(errno: errno, operation: "open", path: path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let number = errno
      _ = Glibc.close(descriptor)
      throw FileError(errno: number, operation: "open", path: path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      _ = Glibc.close(descriptor)
      throw FileError(.isDirectory, operation: "open", path: path)
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Closes the file, and says so if that fails.
  public consuming func close() throws(FileError) {
    let closing = descriptor
    descriptor = -1
    if Glibc.close(closing) != 0 { throw failure("close") }
  }

  /// The size in bytes.
  public func size() throws(FileError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("measure") }
    return Int(status.st_size)
  }

  /// Reads at most `buffer.count` bytes from where the last call stopped.
  ///
  /// - Returns: how many bytes were read; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let count = Self.retrying {
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw failure("read") }
    return count
  }

  /// Reads at most `buffer.count` bytes from `offset` on.
  ///
  /// - Returns: how many bytes were read; fewer than wanted only at the end.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = Self.retrying {
        unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
          off_t(offset + done))
      }
      guard count >= 0 else { throw failure("read") }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Reads `count` bytes from `offset` on, or fewer if the file ends.
  public func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FileError) {
        initialized = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all of `bytes` from where the last call stopped.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = Self.retrying {
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      guard count >= 0 else { throw failure("write") }
      done += count
    }
  }

  /// Writes all of `bytes` from where the last call stopped.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileError) { try unsafe write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes all of `bytes` from `offset` on.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = Self.retrying {
        unsafe pwrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done,
          off_t(offset + done))
      }
      guard count >= 0 else { throw failure("write") }
      done += count
    }
  }

  /// Writes all of `bytes` from `offset` on.
  public func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    var failure: FileError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileError) { try unsafe write(buffer, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Makes the file `size` bytes long, by cutting it off or adding zeros.
  public func truncate(to size: Int) throws(FileError) {
    guard Self.retrying({ ftruncate(descriptor, off_t(size)) }) == 0 else {
      throw failure("truncate")
    }
  }

  /// Takes room for `size` bytes on the device, so that writing there later cannot find it full.
  public func preallocate(_ size: Int) throws(FileError) {
    var number: Int32
    repeat { number = posix_fallocate(descriptor, 0, off_t(size)) } while number == EINTR
    guard number == 0 else {
      throw FileError(errno: number, operation: "reserve \(size) bytes for", path: path)
    }
  }

  /// Returns when the content is on the device.
  public func synchronize() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw failure("synchronize") }
  }

  private func failure(_ operation: String) -> FileError {
    FileError(errno: errno, operation: operation, path: path)
  }

  /// Calls `body` again for as long as a signal interrupts it.
  private static func retrying<Number: SignedInteger>(_ body: () -> Number) -> Number {
    while true {
      let result = body()
      if result != -1 || errno != EINTR { return result }
    }
  }
}
