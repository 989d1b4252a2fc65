import CZlib

/// Undoes gzip, a piece at a time.
@safe struct Inflater: ~Copyable {
  enum Step {
    /// So many plain bytes were produced, at least one.
    case bytes(Int)
    /// All input is used up.
    case wantsInput
  }

  // zlib keeps the address of its state, so it may not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let path: String
  /// Whether everything so far belongs to members that have ended.
  private(set) var isBetweenMembers = false

  init(path: String) throws(FileError) {
    self.path = path
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for "a gzip header and trailer are wanted".
    let result = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard result == Z_OK else {
      throw FileError(
        .failed, operation: "decompress", path: path, systemText: "zlib does not start")
    }
  }

  deinit {
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Hands over the next compressed bytes, which stay where they are until they are used up.
  mutating func give(_ bytes: UnsafeRawBufferPointer) {
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(bytes.count)
  }

  /// Produces plain bytes from what was given.
  mutating func step(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Step {
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(output.count)
    while unsafe stream.pointee.avail_in > 0 || !isBetweenMembers {
      if isBetweenMembers {
        // What follows a member is another one, or padding of zeros.
        if unsafe stream.pointee.next_in.pointee == 0 {
          unsafe stream.pointee.next_in += 1
          unsafe stream.pointee.avail_in -= 1
          continue
        }
        guard unsafe inflateReset(stream) == Z_OK else { throw damaged }
        isBetweenMembers = false
      }
      let result = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      let produced = unsafe output.count - Int(stream.pointee.avail_out)
      switch result {
      case Z_STREAM_END:
        isBetweenMembers = true
        if produced > 0 { return .bytes(produced) }
      case Z_OK, Z_BUF_ERROR:
        if produced > 0 { return .bytes(produced) }
        if unsafe stream.pointee.avail_in == 0 { return .wantsInput }
        if result == Z_BUF_ERROR { throw damaged }
      default: throw damaged
      }
    }
    return .wantsInput
  }

  private var damaged: FileError {
    FileError(.damagedGzip, operation: "decompress", path: path)
  }
}

extension FileReader {
  /// The version of zlib that this process runs with.
  public static var zlibVersion: String { unsafe String(cString: CZlib.zlibVersion()) }
}
