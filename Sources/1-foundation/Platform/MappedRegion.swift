import Glibc

/// The content of a file as memory; it is unmapped when its owner goes away.
///
/// What is stored in a writable region is in the operating system's hands at once: it survives the
/// end of this process, however it ends. Only ``synchronize(upTo:)`` makes it survive a power loss.
///
/// The memory must not be touched beyond the file's end, should the file be cut off meanwhile.
@safe public struct MappedRegion: ~Copyable {
  /// The first byte, at an address divisible by the page size.
  @unsafe public let base: UnsafeMutableRawPointer
  /// How many bytes there are.
  public let count: Int
  /// Where the file was when it was mapped.
  public let path: String

  /// Maps the first `count` bytes of `file`, to read and to write.
  ///
  /// - Precondition: `count` is above 0.
  public init(writing file: borrowing File, count: Int) throws(FileError) {
    try self.init(file, count: count, protection: PROT_READ | PROT_WRITE)
  }

  /// Maps the first `count` bytes of `file`, only to read.
  ///
  /// - Precondition: `count` is above 0.
  public init(reading file: borrowing File, count: Int) throws(FileError) {
    try self.init(file, count: count, protection: PROT_READ)
    // Read from front to back: the kernel may fetch ahead. It is advice, so its answer is not used.
    _ = unsafe madvise(base, count, MADV_SEQUENTIAL)
  }

  private init(_ file: borrowing File, count: Int, protection: Int32) throws(FileError) {
    precondition(count > 0, "a region of at least one byte")
    guard
      let memory = unsafe mmap(nil, count, protection, MAP_SHARED, file.descriptor, 0),
      unsafe memory != MAP_FAILED
    else { throw FileError(errno: errno, operation: "map", path: file.path) }
    unsafe base = memory
    self.count = count
    path = file.path
  }

  deinit { _ = unsafe munmap(base, count) }

  /// The bytes.
  @unsafe public var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Calls `body` with the bytes, which it may read.
  public func withSpan<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = unsafe UnsafeBufferPointer(
      start: UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), count: count)
    return try body(unsafe Span(_unsafeElements: bytes))
  }

  /// Lets go of the memory of whole pages in `range`, which come back from the file when touched.
  ///
  /// For whoever reads a file that may be larger than what a process should hold.
  public func release(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (max(0, range.lowerBound) + page - 1) / page * page
    let end = min(range.upperBound, count) / page * page
    // It is advice, so its answer is not used.
    if end > start { _ = unsafe madvise(base + start, end - start, MADV_DONTNEED) }
  }

  /// Returns when the first `end` bytes are on the device.
  public func synchronize(upTo end: Int) throws(FileError) {
    precondition(end >= 0 && end <= count, "a range inside the region")
    guard unsafe msync(base, end, MS_SYNC) == 0 else {
      throw FileError(errno: errno, operation: "synchronize", path: path)
    }
  }
}
