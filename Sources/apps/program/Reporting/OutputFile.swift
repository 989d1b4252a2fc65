import OmniPlatform

/// A file that is written piece by piece; whoever looks sees the old file or the whole new one.
struct OutputFile: ~Copyable {
  /// Bytes that are gathered before they are handed to the system.
  private static let bufferBytes = 1 << 16

  private let file: File
  private var bytes: [UInt8] = []
  private var end = 0
  private var failure: FileError?

  private init(_ path: String) throws(FileError) { file = try File(path, .replace) }

  /// Puts what `body` hands to its sink at `path`.
  ///
  /// - Throws: A ``Problem`` that names the path; what stood at `path` is then as it was.
  static func write(_ path: String, _ body: ((String) -> Void) -> Void) throws {
    do throws(FileError) {
      try replace(path, body)
    } catch {
      throw Problem(
        describing: error, code: error.code,
        remedy: "give a path in a folder that is there and can be written to")
    }
  }

  private static func replace(
    _ path: String, _ body: ((String) -> Void) -> Void
  ) throws(FileError) {
    let beside = path + ".tmp"
    var output = try OutputFile(beside)
    do throws(FileError) {
      body { output.add($0) }
      try output.finish()
      try FileSystem.rename(beside, to: path)
    } catch {
      // What stopped the writing is what has to be told, not what is left of it.
      try? FileSystem.remove(beside)
      throw error
    }
    try FileSystem.synchronizeDirectory(FileSystem.folder(of: path))
  }

  private mutating func add(_ text: String) {
    guard failure == nil else { return }
    bytes.append(contentsOf: text.utf8)
    if bytes.count >= Self.bufferBytes { flush() }
  }

  private mutating func flush() {
    do throws(FileError) {
      try file.write(bytes, at: end)
      end += bytes.count
      bytes.removeAll(keepingCapacity: true)
    } catch {
      failure = error
    }
  }

  private mutating func finish() throws(FileError) {
    if failure == nil { flush() }
    if let failure { throw failure }
    try file.synchronize()
  }
}
