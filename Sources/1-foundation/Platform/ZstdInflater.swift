import CZstd

/// Undoes zstd, a piece at a time.
@safe struct ZstdInflater: ~Copyable {
  private let stream: OpaquePointer
  private let path: String
  private var input = unsafe ZSTD_inBuffer()
  /// Whether everything so far belongs to frames that have ended.
  private(set) var isBetweenMembers = false
  /// Whether the last step filled its output, so that more may be waiting.
  private var mayHaveMore = false

  /// The first four bytes of every frame.
  static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  init(path: String) throws(FileError) {
    guard let made = unsafe ZSTD_createDStream() else {
      throw FileError(
        .failed, operation: "decompress", path: path, systemText: "zstd does not start")
    }
    unsafe stream = made
    self.path = path
  }

  deinit { _ = unsafe ZSTD_freeDStream(stream) }

  /// Hands over the next compressed bytes, which stay where they are until they are used up.
  mutating func give(_ bytes: UnsafeRawBufferPointer) {
    unsafe input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
  }

  /// Produces plain bytes from what was given.
  mutating func step(
    into output: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Inflater.Step {
    while unsafe input.pos < input.size || mayHaveMore {
      var room = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      let result = unsafe ZSTD_decompressStream(stream, &room, &input)
      guard ZSTD_isError(result) == 0 else {
        throw FileError(.damagedGzip, operation: "decompress", path: path)
      }
      isBetweenMembers = result == 0
      mayHaveMore = unsafe room.pos == room.size && result != 0
      if unsafe room.pos > 0 { return .bytes(unsafe room.pos) }
    }
    return .wantsInput
  }
}

extension FileReader {
  /// The version of zstd that this process runs with.
  public static var zstdVersion: String { unsafe String(cString: ZSTD_versionString()) }

  /// Whether zstd unpacks a small known frame, for whoever looks after the machine.
  public static var zstdAnswersRight: Bool {
    // The four letters of its name, packed by the command of Debian 12.
    let packed: [UInt8] = [
      0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x48, 0x21, 0x00, 0x00, 0x7A, 0x73, 0x74, 0x64, 0x45, 0x2F,
      0xA4, 0x1D,
    ]
    var plain = [UInt8](repeating: 0, count: 8)
    let count = unsafe ZSTD_decompress(&plain, plain.count, packed, packed.count)
    return count == 4 && Array(plain[..<4]) == Array("zstd".utf8)
  }
}
