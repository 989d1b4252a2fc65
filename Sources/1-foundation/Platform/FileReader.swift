import Glibc

/// Reads a file from front to back in chunks; what is packed with gzip or zstd comes out plain.
///
/// Whether a file is compressed is seen from its first bytes, not from its name. Several
/// compressed members after one another are read as one content, as gzip itself does.
///
///     var reader = try FileReader(path)
///     var chunk: [UInt8] = []
///     while try reader.next(&chunk) { parse(chunk) }
@safe public struct FileReader: ~Copyable {
  private let file: File
  private var inflater: Inflater?
  private var zstd: ZstdInflater?
  private let input: UnsafeMutableRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private var count = 0
  private var isStarted = false
  /// How many plain bytes have been given so far.
  public private(set) var totalBytes = 0

  /// Opens the file at `path`.
  ///
  /// - Parameter chunkBytes: how many bytes one chunk has at most.
  public init(_ path: String, chunkBytes: Int = 1 << 16) throws(FileError) {
    precondition(chunkBytes >= 2, "a chunk of at least two bytes")
    file = try File(path, .read)
    inflater = nil
    zstd = nil
    unsafe input = .allocate(byteCount: chunkBytes, alignment: 16)
    unsafe output = .allocate(byteCount: chunkBytes, alignment: 16)
  }

  deinit {
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  /// Where the file is.
  public var path: String { file.path }

  /// Whether the file is compressed, known after the first chunk.
  public var isCompressed: Bool { inflater != nil || zstd != nil }

  private var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: (isCompressed ? output : input)[..<count])
  }

  /// Replaces what `chunk` holds by the next bytes, or by nothing at the end.
  ///
  /// - Returns: whether there were any.
  /// - Throws: `truncatedGzip`, `damagedGzip`, or what reading a file throws.
  /// - Complexity: O(chunk); allocates only while `chunk` has never been as large.
  public mutating func next(_ chunk: inout [UInt8]) throws(FileError) -> Bool {
    chunk.removeAll(keepingCapacity: true)
    guard try readChunk() > 0 else { return false }
    unsafe chunk.append(contentsOf: bytes)
    return true
  }

  private mutating func readChunk() throws(FileError) -> Int {
    count = 0
    if !isStarted {
      isStarted = true
      // Four bytes tell, so wait for four, or for the end.
      var found = 0
      while unsafe found < min(4, input.count) {
        let more = try unsafe file.read(
          into: UnsafeMutableRawBufferPointer(rebasing: input[found...]))
        if more == 0 { break }
        found += more
      }
      if found >= 2, unsafe input[0] == 0x1F, unsafe input[1] == 0x8B {
        inflater = try Inflater(path: file.path)
      } else if found >= 4, unsafe input[..<4].elementsEqual(ZstdInflater.magic) {
        zstd = try ZstdInflater(path: file.path)
      }
      if !isCompressed {
        count = found
        totalBytes += count
        return count
      }
      give(found)
    }
    count = isCompressed ? try inflate() : try unsafe file.read(into: input)
    totalBytes += count
    return count
  }

  /// Reads all that is left.
  ///
  /// - Throws: `failed` if there are more than `limit` bytes; else what ``next(_:)`` throws.
  public mutating func readAll(limit: Int) throws(FileError) -> [UInt8] {
    var all: [UInt8] = []
    while try readChunk() > 0 {
      guard all.count + count <= limit else {
        throw FileError(
          .failed, operation: "read at most \(limit) bytes of", path: file.path,
          systemText: "it is longer")
      }
      unsafe all.append(contentsOf: bytes)
    }
    return all
  }

  private mutating func give(_ found: Int) {
    unsafe inflater?.give(UnsafeRawBufferPointer(rebasing: input[..<found]))
    unsafe zstd?.give(UnsafeRawBufferPointer(rebasing: input[..<found]))
  }

  private mutating func step() throws(FileError) -> Inflater.Step? {
    if zstd != nil { return try unsafe zstd?.step(into: output) }
    return try unsafe inflater?.step(into: output)
  }

  private mutating func inflate() throws(FileError) -> Int {
    while true {
      guard let step = try step() else { return 0 }
      switch step {
      case .bytes(let produced): return produced
      case .wantsInput:
        let found = try unsafe file.read(into: input)
        if found == 0 {
          guard inflater?.isBetweenMembers ?? zstd?.isBetweenMembers == true else {
            throw FileError(.truncatedGzip, operation: "decompress", path: file.path)
          }
          return 0
        }
        give(found)
      }
    }
  }
}
